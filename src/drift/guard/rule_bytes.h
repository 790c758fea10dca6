#pragma once

#include <type_traits>

#include "drift/checkpoint.h"

/// The checkpoint of a guard's rule: its settings, which must be the reader's own, then its fields. A Rule
/// has kLetters, each_setting(visit), each_field(visit) and holds(): whether its state is one that it can be
/// in.
namespace drover::drift {

inline constexpr std::uint32_t kRuleVersion = 1;

template <typename Rule>
Bytes checkpoint_of(const Rule& rule) {
  CheckpointWriter writer(Rule::kLetters, kRuleVersion);
  rule.each_setting([&](const auto& setting) { writer.put(setting); });
  rule.each_field([&](const auto& field) { writer.put(field); });
  return std::move(writer).take();
}

template <typename Rule>
Status restore_into(Rule& rule, ByteView bytes) {
  CheckpointReader reader(bytes, Rule::kLetters, kRuleVersion);
  bool same = true;
  rule.each_setting([&](const auto& own) {
    std::remove_cvref_t<decltype(own)> read{};
    reader.get(read);
    same = same && read == own;
  });
  Rule taken = rule;
  taken.each_field([&](auto& field) { reader.get(field); });
  DROVER_TRY(reader.finish());
  if (!same) return fail(Code::bad_state, "the state was made with other settings");
  if (!taken.holds()) return fail(Code::bad_state, "the state's numbers do not add up");
  rule = taken;
  return {};
}

}  // namespace drover::drift
