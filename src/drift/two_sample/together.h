#pragma once

#include <algorithm>
#include <cstddef>
#include <thread>
#include <vector>

namespace drover::drift {

/// How many threads work on `count` values is worth: one for each 2^18, as many as there are cores, 16 at
/// most.
inline std::size_t threads_for(std::size_t count) {
  constexpr std::size_t kEach = std::size_t{1} << 18, kMost = 16;
  const std::size_t cores = std::max(1u, std::thread::hardware_concurrency());
  return std::clamp(count / kEach, std::size_t{1}, std::min(cores, kMost));
}

/// Runs `work(0)` … `work(count − 1)` at once; returns when all have ended.
template <typename Work>
void together(std::size_t count, const Work& work) {
  std::vector<std::jthread> others;
  for (std::size_t i = 1; i < count; ++i) others.emplace_back([&work, i] { work(i); });
  work(0);
}

}  // namespace drover::drift
