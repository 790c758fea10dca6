#include "drift/classical/adwin.h"

#include <algorithm>
#include <cmath>

#include "drift/kinds.h"

namespace drover::drift {
namespace {

constexpr double size_of(std::size_t row) { return static_cast<double>(std::uint64_t{1} << row); }

constexpr std::array kSettings = {
    Setting{"delta", "error of one look at the window; smaller = fewer false alarms", 0.002, 1e-300, 1},
    Setting{"clock", "observations between two looks", 32, 1, 1e6, true},
    Setting{"max_buckets", "buckets of one size", 5, 2, 50, true},
    Setting{"min_window", "observations that each part of a cut must have", 5, 1, 1e6, true},
    Setting{"grace", "observations before the first look", 10, 1, 1e6, true},
};

}  // namespace

Adwin::Adwin(const Settings& settings)
    : settings_(settings),
      filled_(kRows),
      sums_(kRows * (settings.max_buckets + 1)),
      deviations_(sums_.size()) {}

void Adwin::reset() {
  width_ = tick_ = 0;
  total_ = squares_ = 0;
  std::ranges::fill(filled_, std::uint8_t{0});
  std::ranges::fill(sums_, 0);
  std::ranges::fill(deviations_, 0);
}

double Adwin::mean() const { return width_ == 0 ? 0 : total_ / static_cast<double>(width_); }

std::optional<Finding> Adwin::update(double value) {
  if (width_ > 0) {
    const double before = static_cast<double>(width_), from_mean = value - total_ / before;
    squares_ += before * from_mean * from_mean / (before + 1);
  }
  ++width_;
  total_ += value;
  append(0, value, 0);
  merge_full_rows();

  if (++tick_ % settings_.clock != 0 || width_ <= settings_.grace) return std::nullopt;
  std::optional<Finding> found;
  while (auto cut = first_cut()) {
    if (!found) found = cut;
    forget_oldest();
  }
  if (found) found->since = width_;
  return found;
}

void Adwin::append(std::size_t row, double sum, double deviation) {
  const std::size_t place = at(row, filled_[row]++);
  sums_[place] = sum;
  deviations_[place] = deviation;
}

void Adwin::drop_oldest(std::size_t row, std::size_t buckets) {
  for (std::size_t i = 0; i < settings_.max_buckets + 1; ++i) {
    const bool moved = i + buckets <= settings_.max_buckets;
    sums_[at(row, i)] = moved ? sums_[at(row, i + buckets)] : 0;
    deviations_[at(row, i)] = moved ? deviations_[at(row, i + buckets)] : 0;
  }
  filled_[row] = static_cast<std::uint8_t>(filled_[row] - buckets);
}

/// A row that holds one bucket too many merges its two oldest into the next row.
void Adwin::merge_full_rows() {
  for (std::size_t row = 0; row < kRows && filled_[row] > settings_.max_buckets; ++row) {
    if (row + 1 == kRows) return forget_oldest();
    const double n = size_of(row), a = sums_[at(row, 0)], b = sums_[at(row, 1)];
    const double apart = a / n - b / n;
    append(row + 1, a + b,
           deviations_[at(row, 0)] + deviations_[at(row, 1)] + n * n * apart * apart / (n + n));
    drop_oldest(row, 2);
  }
}

/// The window without its oldest bucket.
void Adwin::forget_oldest() {
  std::size_t row = kRows - 1;
  while (filled_[row] == 0) --row;
  const double n = size_of(row), sum = sums_[at(row, 0)];
  width_ -= std::uint64_t{1} << row;
  total_ -= sum;
  const double left = static_cast<double>(width_), apart = sum / n - (width_ == 0 ? 0 : total_ / left);
  squares_ -= deviations_[at(row, 0)] + n * left * apart * apart / (n + left);
  drop_oldest(row, 1);
}

/// The oldest border at which the two parts' means differ by more than the bound.
std::optional<Finding> Adwin::first_cut() const {
  Part older, newer{static_cast<double>(width_), total_};
  const double min = settings_.min_window;
  for (std::size_t row = kRows; row-- > 0;) {
    for (std::size_t i = 0; i < filled_[row]; ++i) {
      older.n += size_of(row), newer.n -= size_of(row);
      older.sum += sums_[at(row, i)], newer.sum -= sums_[at(row, i)];
      if (older.n < min) continue;
      if (newer.n < min) return std::nullopt;
      const double moved = newer.sum / newer.n - older.sum / older.n, most = bound(older.n, newer.n);
      if (std::abs(moved) > most)
        return Finding{.statistic = std::abs(moved),
                       .threshold = most,
                       .n = width_,
                       .family = "location",
                       .direction = moved > 0 ? "up" : "down",
                       .size = std::abs(moved)};
    }
  }
  return std::nullopt;
}

double Adwin::bound(double n0, double n1) const {
  const double width = static_cast<double>(width_), less = settings_.min_window - 1.0;
  const double confidence = std::log(2 * std::log(width) / settings_.delta);
  const double one_over_m = 1 / (n0 - less) + 1 / (n1 - less);
  return std::sqrt(2 * one_over_m * (std::max(0.0, squares_) / width) * confidence) +
         2.0 / 3 * confidence * one_over_m;
}

bool Adwin::holds() const {
  std::uint64_t width = 0;
  for (std::size_t row = 0; row < kRows; ++row) {
    if (filled_[row] > settings_.max_buckets) return false;
    width += std::uint64_t{filled_[row]} << row;
  }
  return width == width_;
}

DetectorKind adwin_kind() {
  return {"adwin",
          "a window that drops its older part when the mean has moved",
          "Bifet, Gavaldà, SDM 2007",
          Needs::nothing,
          Takes::numbers,
          kSettings,
          false,
          [](const DetectorKind::Values& values, const Reference&) -> Result<std::unique_ptr<Detector>> {
            const Adwin::Settings settings{.delta = values.at("delta"),
                                           .clock = count_of(values, "clock"),
                                           .max_buckets = count_of(values, "max_buckets"),
                                           .min_window = count_of(values, "min_window"),
                                           .grace = count_of(values, "grace")};
            return std::make_unique<Classical<Adwin>>(Adwin(settings), make_of(kSettings, values));
          }};
}

}  // namespace drover::drift
