#include "defect/network.h"

#include <dlib/dnn.h>

#include <cstdlib>

#include "base/assert.h"

namespace drover::defect {
namespace {

template <int N, class Below>
using Block = dlib::max_pool<2, 2, 2, 2, dlib::relu<dlib::con<N, kFilterSize, kFilterSize, 1, 1, Below>>>;
using Pixels = dlib::input<dlib::matrix<float>>;
using Layers = dlib::loss_multiclass_log<dlib::fc<
    kClasses,
    dlib::relu<dlib::fc<kHidden, Block<kFilters[2], Block<kFilters[1], Block<kFilters[0], Pixels>>>>>>>;
// Where each layer with weights stands, counted from the loss.
constexpr int kLast = 1, kHiddenLayer = 3;
constexpr std::array<int, 3> kConvolutions = {12, 9, 6};

dlib::matrix<float> matrix_of(const Image& image, const InputScaling& scaled) {
  DROVER_ASSERT(image.size == kImageSize);
  dlib::matrix<float> pixels(kImageSize, kImageSize);
  for (int y = 0; y < kImageSize; ++y)
    for (int x = 0; x < kImageSize; ++x) pixels(y, x) = scaled(image.at(x, y));
  return pixels;
}

/// dlib keeps filters as [out][in][rows][columns], then the biases.
Layer convolution(const dlib::tensor& parameters, int in, int out) {
  const float* from = parameters.host();
  const int area = kFilterSize * kFilterSize;
  Layer layer{std::vector<float>(static_cast<std::size_t>(out * area * in)), {}};
  for (int o = 0; o < out; ++o)
    for (int i = 0; i < in; ++i)
      for (int k = 0; k < area; ++k)
        layer.weights[static_cast<std::size_t>((o * area + k) * in + i)] = *from++;
  layer.bias.assign(from, from + out);
  return layer;
}

/// dlib keeps matrices as [in][out] with `in` counted channel by channel, then the biases.
Layer matrix(const dlib::tensor& parameters, int area, int channels, int out) {
  const float* from = parameters.host();
  Layer layer{std::vector<float>(static_cast<std::size_t>(out * area * channels)), {}};
  for (int c = 0; c < channels; ++c)
    for (int k = 0; k < area; ++k)
      for (int o = 0; o < out; ++o)
        layer.weights[static_cast<std::size_t>((o * area + k) * channels + c)] = *from++;
  layer.bias.assign(from, from + out);
  return layer;
}

}  // namespace

struct Network::Net {
  Layers layers;
  std::vector<dlib::adam> solvers =
      std::vector<dlib::adam>(Layers::num_computational_layers, dlib::adam(0.0005f, 0.9f, 0.999f));
};

Network::Network(std::uint32_t seed, const InputScaling& scaling) : scaling_(scaling) {
  std::srand(seed);  // dlib draws its first weights with std::rand
  net_ = std::make_unique<Net>();
}
Network::~Network() = default;

void Network::step(std::span<const Image* const> images, std::span<const int> labels, double learning_rate) {
  std::vector<dlib::matrix<float>> batch;
  batch.reserve(images.size());
  for (const Image* image : images) batch.push_back(matrix_of(*image, scaling_));
  const std::vector<unsigned long> truth(labels.begin(), labels.end());
  dlib::resizable_tensor input;
  net_->layers.to_tensor(batch.begin(), batch.end(), input);
  net_->layers.compute_parameter_gradients(input, truth.begin());
  net_->layers.update_parameters(net_->solvers, learning_rate);
}

std::vector<Logits> Network::logits(std::span<const Image> images) {
  std::vector<Logits> all;
  dlib::resizable_tensor input;
  constexpr std::size_t kBatch = 64;
  while (!images.empty()) {
    const auto part = images.first(std::min(kBatch, images.size()));
    images = images.subspan(part.size());
    std::vector<dlib::matrix<float>> batch;
    for (const Image& image : part) batch.push_back(matrix_of(image, scaling_));
    net_->layers.to_tensor(batch.begin(), batch.end(), input);
    net_->layers.subnet().forward(input);
    const float* scores = net_->layers.subnet().get_output().host();
    for (std::size_t i = 0; i < part.size(); ++i) all.push_back({scores[2 * i], scores[2 * i + 1]});
  }
  return all;
}

Weights Network::weights() {
  const auto parameters = [&]<int N>(std::integral_constant<int, N>) -> const dlib::tensor& {
    return dlib::layer<N>(net_->layers).layer_details().get_layer_params();
  };
  const int side = kImageSize / 8;
  return {
      scaling_,
      {convolution(parameters(std::integral_constant<int, kConvolutions[0]>{}), 1, kFilters[0]),
       convolution(parameters(std::integral_constant<int, kConvolutions[1]>{}), kFilters[0], kFilters[1]),
       convolution(parameters(std::integral_constant<int, kConvolutions[2]>{}), kFilters[1], kFilters[2])},
      matrix(parameters(std::integral_constant<int, kHiddenLayer>{}), side * side, kFilters[2], kHidden),
      matrix(parameters(std::integral_constant<int, kLast>{}), 1, kHidden, kClasses)};
}

}  // namespace drover::defect
