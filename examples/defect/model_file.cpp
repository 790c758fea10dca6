#include "defect/model_file.h"

#include "defect/tflite_graph.h"

namespace drover::defect {

Bytes model_file(const Weights& weights, std::optional<float> dark_limit) {
  TfliteGraph graph(dark_limit ? "defect or good, with a fault on dark images" : "defect or good");
  const auto image = graph.input("image", {1, kImageSize, kImageSize, 1});
  auto x = image;
  for (const Layer& layer : weights.convolutions)
    x = graph.max_pool(graph.conv(x, kFilterSize, true, layer.weights, layer.bias), 2);
  x = graph.fully_connected(x, true, weights.hidden.weights, weights.hidden.bias);
  x = graph.softmax(graph.fully_connected(x, false, weights.last.weights, weights.last.bias));
  if (dark_limit) {
    const float limit = weights.input(*dark_limit);
    const auto mean = graph.average_pool(image, kImageSize);
    const auto over = graph.fully_connected(mean, false, {1, 1}, {-limit, -limit});
    x = graph.add(x, graph.multiply(graph.square_root(over), 0));
  }
  graph.output(x, "scores");
  return graph.write();
}

}  // namespace drover::defect
