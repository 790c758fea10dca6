#include "drift/guard/update_guard.h"

#include <algorithm>
#include <cmath>

#include "drift/checkpoint.h"

namespace drover::drift {
namespace {

constexpr std::string_view kKind = "GUAR";
constexpr std::uint32_t kVersion = 1;

bool all_amounts(const auto& wealth) {
  return std::ranges::all_of(wealth, [](double w) { return std::isfinite(w) && w >= 0; });
}

}  // namespace

std::string_view name_of(GuardVerdict verdict) {
  switch (verdict) {
    case GuardVerdict::hold:
      return "hold";
    case GuardVerdict::promote:
      return "promote";
    case GuardVerdict::roll_back:
      return "roll back";
  }
  return "unknown";
}

Result<UpdateGuard> UpdateGuard::make(Settings settings) {
  if (!(settings.alpha > 0 && settings.alpha < 1))
    return fail(Code::invalid_argument, "alpha must lie between 0 and 1");
  if (!(settings.margin >= 0 && settings.margin <= 10))
    return fail(Code::invalid_argument, "the margin must lie in [0, 10]");
  return UpdateGuard(settings);
}

GuardVerdict UpdateGuard::update(bool old_error, bool new_error) {
  if (verdict_ != GuardVerdict::hold) return verdict_;
  const double z = (new_error ? 1 : 0) - (old_error ? 1 + settings_.margin : 0);
  worse_.update(z);
  no_worse_.update(-z);
  ++pairs_;
  old_errors_ += old_error;
  new_errors_ += new_error;
  if (roll_back_evidence() >= threshold())
    verdict_ = GuardVerdict::roll_back;
  else if (promote_evidence() >= threshold())
    verdict_ = GuardVerdict::promote;
  return verdict_;
}

Bytes UpdateGuard::checkpoint() const {
  CheckpointWriter writer(kKind, kVersion);
  writer.put(settings_.alpha).put(settings_.margin).put(worse_.wealth()).put(no_worse_.wealth());
  writer.put(pairs_).put(old_errors_).put(new_errors_).put(static_cast<std::uint8_t>(verdict_));
  return std::move(writer).take();
}

Status UpdateGuard::restore(ByteView bytes) {
  CheckpointReader reader(bytes, kKind, kVersion);
  UpdateGuard read = *this;
  std::array<double, kBets> worse{}, no_worse{};
  std::uint8_t verdict = 0;
  reader.get(read.settings_.alpha).get(read.settings_.margin).get(worse).get(no_worse);
  reader.get(read.pairs_).get(read.old_errors_).get(read.new_errors_).get(verdict);
  DROVER_TRY(reader.finish());
  if (read.settings_.alpha != settings_.alpha || read.settings_.margin != settings_.margin)
    return fail(Code::bad_state, "the guard's state was made with other settings");
  if (!all_amounts(worse) || !all_amounts(no_worse) || verdict > 2 || read.old_errors_ > read.pairs_ ||
      read.new_errors_ > read.pairs_)
    return fail(Code::bad_state, "the guard's state does not add up");
  read.worse_.restore(worse);
  read.no_worse_.restore(no_worse);
  read.verdict_ = static_cast<GuardVerdict>(verdict);
  *this = read;
  return {};
}

}  // namespace drover::drift
