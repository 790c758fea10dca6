#include "defect/training.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "defect/calibration.h"
#include "defect/foreign.h"
#include "defect/noise.h"

namespace drover::defect {
namespace {

constexpr std::size_t kBatch = 32;
constexpr double kFast = 2e-3, kSlow = 4e-4;  // learning rates: the last third of the epochs is slow
constexpr double kGuessing = .6;              // after so many steps, below this an attempt is lost
constexpr std::size_t kGuessingSteps = 100;   // two epochs of a full training

/// One epoch's images in a new order, with the labels it will be told.
struct Epoch {
  std::vector<const Image*> images;
  std::vector<int> labels;
  void add(const Image& image, int label) {
    images.push_back(&image);
    labels.push_back(label);
  }
};

/// A foreign image is learnt as good and as defective in one step: there is no label to be sure of.
Epoch deal(const Labelled& train, const std::vector<Image>& foreign, Noise& noise) {
  std::vector<std::size_t> order(train.size() + foreign.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t i = order.size() - 1; i > 0; --i)
    std::swap(order[i], order[static_cast<std::size_t>(noise.between(0, static_cast<int>(i)))]);
  Epoch epoch;
  for (const std::size_t i : order) {
    if (i < train.size()) {
      epoch.add(train.images[i], train.labels[i]);
      continue;
    }
    for (const int label : {kGood, kDefect}) epoch.add(foreign[i - train.size()], label);
  }
  return epoch;
}

/// How many steps it took.
std::size_t run(Network& network, const Epoch& epoch, double learning_rate) {
  const std::span images(epoch.images);
  const std::span labels(epoch.labels);
  for (std::size_t at = 0; at < images.size(); at += kBatch) {
    const std::size_t count = std::min(kBatch, images.size() - at);
    network.step(images.subspan(at, count), labels.subspan(at, count), learning_rate);
  }
  return (images.size() + kBatch - 1) / kBatch;
}

std::vector<Image> foreign_images(std::uint64_t seed, int count) {
  std::vector<Image> images;
  for (int i = 0; i < count; ++i) images.push_back(foreign_texture(seed, static_cast<std::uint64_t>(i)));
  return images;
}

/// True when the network reached the accuracy asked for.
bool attempt(Network& network, const Dataset& data, const TrainOptions& options, std::uint32_t seed,
             const std::function<void(int, double)>& on_epoch) {
  Noise noise(seed, 1);
  const std::vector<Image> foreign = foreign_images(seed, options.foreign_images);
  double right = 0;
  std::size_t steps = 0;
  const auto needed = [&](int epoch) {
    return epoch <= options.epochs ||
           (right < options.accuracy_min && epoch <= options.epochs + options.epochs_more);
  };
  for (int epoch = 1; needed(epoch); ++epoch) {
    const bool slow = epoch > options.epochs - options.epochs / 3;
    const std::size_t steps_before = steps;
    steps += run(network, deal(data.train, foreign, noise), slow ? kSlow : kFast);
    right = accuracy(network.logits(data.validation.images), data.validation.labels);
    on_epoch(epoch, right);
    const bool told_now = steps_before < kGuessingSteps && steps >= kGuessingSteps;
    if (told_now && right < std::min(kGuessing, options.accuracy_min)) return false;
  }
  return right >= options.accuracy_min;
}

/// Logits of the images with the temperature applied.
std::vector<Logits> judged(Network& network, const Labelled& set, double temperature) {
  std::vector<Logits> all = network.logits(set.images);
  for (Logits& logits : all)
    for (float& score : logits) score = static_cast<float>(score / temperature);
  return all;
}

Trained finish(Network& network, const Dataset& data) {
  Trained trained{.weights = network.weights()};
  trained.temperature = fit_temperature(network.logits(data.validation.images), data.validation.labels);
  fold_temperature(trained.weights, trained.temperature);
  trained.validation = judged(network, data.validation, trained.temperature);
  trained.holdout = judged(network, data.holdout, trained.temperature);
  trained.reference = judged(network, data.reference, trained.temperature);
  return trained;
}

}  // namespace

Result<Trained> train(const Dataset& data, const TrainOptions& options, const OnEpoch& on_epoch) {
  const InputScaling scaling = scaling_of(data.train.images);
  for (int number = 1; number <= options.attempts_max; ++number) {
    const std::uint32_t seed = options.seed + 1000u * static_cast<std::uint32_t>(number - 1);
    Network network(seed, scaling);
    const auto tell = [&](int epoch, double right) {
      on_epoch(fmt::format("attempt {}, epoch {} of {}: {:.1f} % of the validation images right", number,
                           epoch, options.epochs, 100 * right));
    };
    if (!attempt(network, data, options, seed, tell)) {
      on_epoch(fmt::format("attempt {} with seed {} did not converge", number, seed));
      continue;
    }
    Trained trained = finish(network, data);
    trained.seed = seed;
    trained.attempts = number;
    return trained;
  }
  return fail(
      Code::invalid_argument,
      fmt::format("no attempt of {} reached {:.0f} % on the validation images; give more images, or look "
                  "whether the two classes can be told apart at all",
                  options.attempts_max, 100 * options.accuracy_min));
}

}  // namespace drover::defect
