#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <vector>

namespace drover::policy {

/// What follows when a rule fires or a detector alarms.
enum class Action : std::uint8_t {
  alert,     ///< it is told
  rollback,  ///< the version is taken back to the one before
  hold,      ///< the version is not committed, and no other one is taken up
  retrain,   ///< the policy's [retrain]
};
inline constexpr std::size_t kActions = 4;

/// "alert", "rollback", "hold", "retrain".
std::string_view name(Action action);

/// A set of them.
class Actions {
 public:
  constexpr Actions() = default;
  constexpr Actions(std::initializer_list<Action> actions) {
    for (const Action action : actions) add(action);
  }
  constexpr void add(Action action) { bits_ |= bit(action); }
  [[nodiscard]] constexpr bool has(Action action) const { return (bits_ & bit(action)) != 0; }
  /// In the order of Action.
  [[nodiscard]] std::vector<Action> list() const;
  bool operator==(const Actions&) const = default;

 private:
  static constexpr unsigned bit(Action action) { return 1U << static_cast<unsigned>(action); }
  unsigned bits_ = 0;
};

}  // namespace drover::policy
