#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "monitor/window.h"

namespace drover::server {

/// A window as a device sent it, without its parts by class.
struct SentWindow {
  monitor::Window window;
  std::vector<std::string> features;  // names, in order
  /// By column, what one of its values is worth in independent ones, 0 to 1, as the device's thinning
  /// measured it; 1 where it tells nothing.
  std::map<std::string, double> worth;
};

/// Reads the body of a WindowRow. Errors: bad_json, unsupported.
Result<SentWindow> read_sent(std::string_view body);

/// Whether the window has the scheme's shape, as well as its fingerprint: what a device says of itself is no
/// ground to index by.
bool fits(const monitor::Scheme& scheme, const monitor::Window& window);

/// Windows added up; exact, in any order.
struct WindowSum {
  monitor::Window window;
  std::vector<std::string> features;
  std::map<std::string, double> effective;  // by column, independent values that its values are worth

  static WindowSum of(SentWindow first);
  /// Errors: conflict for another scheme, too_many; nothing is added.
  Status add(const WindowSum& other);
  /// The counts of the i-th column: the features, then the confidence.
  [[nodiscard]] const drift::Counters& counted(std::size_t i) const;
  [[nodiscard]] std::size_t columns() const { return features.size() + (window.all.confidence ? 1 : 0); }
  [[nodiscard]] std::string name(std::size_t i) const;
  [[nodiscard]] double effective_of(std::size_t i) const;
};

}  // namespace drover::server
