#include "lifecycle/variant.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <tuple>
#include <vector>

namespace drover::lifecycle {
namespace {

std::vector<std::string> split(std::string_view list) {
  std::vector<std::string> parts;
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    std::string_view part = list.substr(0, comma);
    while (part.starts_with(' ')) part.remove_prefix(1);
    while (part.ends_with(' ')) part.remove_suffix(1);
    if (!part.empty()) parts.emplace_back(part);
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return parts;
}

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string lack_of_arch(const std::string& wanted, const DeviceProperties& device) {
  const auto fits = split(wanted);
  if (std::ranges::find(fits, device.arch) != fits.end()) return {};
  return fmt::format("arch {} (this device: {})", wanted, device.arch);
}

std::string lack_of_runtime(const std::string& wanted, const DeviceProperties& device) {
  const std::size_t at_least = wanted.find(">=");
  const std::string name = wanted.substr(0, at_least);
  bool fits = name == device.runtime;
  if (fits && at_least != std::string::npos) {
    const auto version = Version::parse(wanted.substr(at_least + 2));
    fits = version && device.runtime_version >= *version;
  }
  if (fits) return {};
  if (device.runtime.empty()) return fmt::format("runtime {} (this device has none)", wanted);
  return fmt::format("runtime {} (this device: {} {})", wanted, device.runtime, device.runtime_version.str());
}

std::string lack_of_delegate(const std::string& wanted, const DeviceProperties& device) {
  if (device.delegates.contains(wanted)) return {};
  return fmt::format(
      "delegate {} (this device: {})", wanted,
      device.delegates.empty() ? "none" : fmt::format("{}", fmt::join(device.delegates, ", ")));
}

std::string lack_of_memory(const std::string& wanted, const DeviceProperties& device) {
  const auto megabytes = number(wanted);
  if (megabytes && *megabytes <= device.memory_mb) return {};
  return fmt::format("memory_mb {} (this device: {})", wanted, device.memory_mb);
}

std::string lack_of_label(const std::string& key, const std::string& value, const DeviceProperties& device) {
  const auto label = device.labels.find(key);
  if (label == device.labels.end())
    return fmt::format("label {}={} (this device has no such label)", key, value);
  if (label->second == value) return {};
  return fmt::format("label {}={} (this device: {})", key, value, label->second);
}

std::string lack_of_labels(const std::string& wanted, const DeviceProperties& device) {
  for (const std::string& label : split(wanted)) {
    const std::size_t equals = std::min(label.find('='), label.size());
    std::string lacking =
        lack_of_label(label.substr(0, equals), label.substr(std::min(equals + 1, label.size())), device);
    if (!lacking.empty()) return lacking;
  }
  return {};
}

std::string lack_of(const std::string& key, const std::string& wanted, const DeviceProperties& device) {
  if (key == "arch") return lack_of_arch(wanted, device);
  if (key == "runtime") return lack_of_runtime(wanted, device);
  if (key == "delegate") return lack_of_delegate(wanted, device);
  if (key == "memory_mb") return lack_of_memory(wanted, device);
  if (key == "labels") return lack_of_labels(wanted, device);
  if (key.starts_with("label.")) return lack_of_label(key.substr(6), wanted, device);
  return fmt::format("{}={} (this agent does not know what that is)", key, wanted);
}

/// More specific is greater.
std::tuple<std::size_t, std::uint64_t> specificity(const Candidate& candidate) {
  std::size_t count = 0;
  for (const auto& [key, wanted] : candidate.requirements)
    count += key == "labels" ? split(wanted).size() : 1;
  return {count, required_memory_mb(candidate.requirements)};
}

bool goes_before(const Candidate& a, const Candidate& b) {
  if (specificity(a) != specificity(b)) return specificity(a) > specificity(b);
  return a.target.variant < b.target.variant;
}

std::string shown_name(const Candidate& candidate) {
  return candidate.target.variant.empty() ? "the only variant" : "variant " + candidate.target.variant;
}

}  // namespace

std::uint64_t required_memory_mb(const std::map<std::string, std::string>& requirements) {
  const auto wanted = requirements.find("memory_mb");
  return wanted == requirements.end() ? 0 : number(wanted->second).value_or(0);
}

std::string lack(const std::map<std::string, std::string>& requirements, const DeviceProperties& device) {
  std::vector<std::string> lacking;
  for (const auto& [key, wanted] : requirements)
    if (std::string text = lack_of(key, wanted, device); !text.empty()) lacking.push_back(std::move(text));
  return fmt::format("{}", fmt::join(lacking, " and "));
}

Result<Candidate> choose_variant(std::span<const Candidate> offered, const Version& version,
                                 const DeviceProperties& device) {
  const Candidate* best = nullptr;
  std::vector<std::string> refusals;
  bool known = false;
  for (const Candidate& candidate : offered) {
    if (!(candidate.version == version)) continue;
    known = true;
    if (const std::string text = lack(candidate.requirements, device); !text.empty())
      refusals.push_back(fmt::format("{} needs {}", shown_name(candidate), text));
    else if (best == nullptr || goes_before(candidate, *best))
      best = &candidate;
  }
  if (best != nullptr) return *best;
  if (!known)
    return fail(Code::not_found,
                fmt::format("version {} is not in the signed metadata; publish it first", version.str()));
  return fail(Code::no_variant,
              fmt::format("version {} does not run here: {}", version.str(), fmt::join(refusals, "; ")));
}

}  // namespace drover::lifecycle
