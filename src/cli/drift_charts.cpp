#include "cli/drift_charts.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/markup.h"

namespace drover::cli {
namespace {

constexpr double kWidth = 460, kHeight = 220, kLeft = 42, kRight = 10, kTop = 10, kBottom = 26;
constexpr std::size_t kCategoriesMax = 12, kLabelBytesMax = 24;

/// The plot's place in the picture, from data to pixels.
struct Frame {
  double low, high, top;  // x from low to high, y from 0 to top
  [[nodiscard]] double x(double value) const {
    return kLeft + (value - low) / (high - low) * (kWidth - kLeft - kRight);
  }
  [[nodiscard]] double y(double value) const {
    return kHeight - kBottom - value / top * (kHeight - kTop - kBottom);
  }
};

std::string opened(std::string_view title, std::string_view description, double height) {
  return fmt::format("<svg role=\"img\" viewBox=\"0 0 {:g} {:g}\"><title>{}</title><desc>{}</desc>\n", kWidth,
                     height, escaped(title), escaped(description));
}

std::string label(double x, double y, std::string_view anchor, std::string_view text) {
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>", x, y, anchor,
                     escaped(text));
}

std::string line(double x1, double y1, double x2, double y2, std::string_view style) {
  return fmt::format("<line class=\"{}\" x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\"/>", style,
                     x1, y1, x2, y2);
}

/// Ground line with the range below it, and the top of the scale.
std::string axes(const Frame& frame) {
  const double ground = frame.y(0);
  std::string svg = line(kLeft, ground, kWidth - kRight, ground, "axis");
  for (const double part : {0.0, 0.5, 1.0}) {
    const double at = frame.low + part * (frame.high - frame.low);
    svg += label(frame.x(at), ground + 16,
                 part == 0   ? "start"
                 : part == 1 ? "end"
                             : "middle",
                 fmt::format("{:.4g}", at));
    svg += line(kLeft, frame.y(part * frame.top), kWidth - kRight, frame.y(part * frame.top), "grid");
    svg += label(kLeft - 5, frame.y(part * frame.top) + 4, "end",
                 fmt::format("{:.3g} %", 100 * part * frame.top));
  }
  return svg + "\n";
}

/// The outline of a histogram as one path.
std::string outline(const Frame& frame, const std::vector<double>& shares, std::string_view style) {
  const double width = (frame.high - frame.low) / static_cast<double>(shares.size());
  std::string path = fmt::format("M{:.1f} {:.1f}", frame.x(frame.low), frame.y(0));
  for (std::size_t i = 0; i < shares.size(); ++i)
    path += fmt::format("V{:.1f}H{:.1f}", frame.y(shares[i]),
                        frame.x(frame.low + width * static_cast<double>(i + 1)));
  return fmt::format("<path class=\"{} area\" d=\"{}V{:.1f}Z\"/>\n", style, path, frame.y(0));
}

std::string curve(const Frame& frame, const std::vector<double>& shares, std::string_view style) {
  std::string points;
  for (std::size_t i = 0; i < shares.size(); ++i)
    points += fmt::format("{:.1f},{:.1f} ",
                          frame.x(frame.low + (frame.high - frame.low) * static_cast<double>(i) /
                                                  static_cast<double>(shares.size() - 1)),
                          frame.y(shares[i]));
  return fmt::format("<polyline class=\"{} line\" points=\"{}\"/>\n", style, points);
}

double percent(std::uint64_t count, std::uint64_t of) {
  return 100 * static_cast<double>(count) / static_cast<double>(of);
}

std::string shortened(std::string_view name) {
  if (name.empty()) return "(empty)";
  if (name.size() <= kLabelBytesMax) return std::string(name);
  std::size_t end = kLabelBytesMax;
  while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xC0) == 0x80) --end;
  return std::string(name.substr(0, end)) + "…";
}

/// The categories that changed most, and one for all others.
std::vector<drift::CategoryShare> shown(const drift::ColumnComparison& column) {
  const auto& all = column.categories;
  if (all.size() <= kCategoriesMax) return all;
  const auto kept = static_cast<std::ptrdiff_t>(kCategoriesMax - 1);
  std::vector<drift::CategoryShare> some(all.begin(), all.begin() + kept);
  drift::CategoryShare rest{.name = fmt::format("{} others", all.size() - some.size())};
  for (auto i = all.begin() + kept; i != all.end(); ++i)
    rest.reference += i->reference, rest.current += i->current;
  some.push_back(rest);
  return some;
}

std::string bar(double y, double share, double scale, std::string_view style) {
  return fmt::format("<rect class=\"{} area\" x=\"150\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"9\"/>", style,
                     y, share * scale) +
         label(156 + share * scale, y + 8, "start", fmt::format("{:.1f} %", share));
}

}  // namespace

std::string histogram_svg(const drift::Picture& picture, std::string_view column) {
  const double top =
      std::max(*std::ranges::max_element(picture.reference), *std::ranges::max_element(picture.current));
  const Frame frame{picture.low, picture.high, top};
  return opened(fmt::format("Histograms of {}", column),
                fmt::format(
                    "Shares of the reference and the current values in {} equal bins from {:.4g} to {:.4g}",
                    picture.reference.size(), picture.low, picture.high),
                kHeight) +
         axes(frame) + outline(frame, picture.reference, "ref") + outline(frame, picture.current, "cur") +
         "</svg>\n";
}

std::string cdf_svg(const drift::Picture& picture, const drift::Gap& gap, std::string_view column) {
  const Frame frame{picture.low, picture.high, 1};
  std::string svg = opened(
      fmt::format("Distribution functions of {}", column),
      fmt::format("Furthest apart at {:.6g}: {:.1f} % of the reference and {:.1f} % of the current values "
                  "lie at or below it",
                  gap.value, 100 * gap.reference, 100 * gap.current),
      kHeight);
  svg += axes(frame) + curve(frame, picture.reference_cdf, "ref") + curve(frame, picture.current_cdf, "cur");
  if (gap.value >= picture.low && gap.value <= picture.high)
    svg += line(frame.x(gap.value), frame.y(gap.reference), frame.x(gap.value), frame.y(gap.current), "gap");
  return svg + "</svg>\n";
}

std::string categories_svg(const drift::ColumnComparison& column) {
  const auto categories = shown(column);
  double most = 1;
  for (const auto& c : categories)
    most = std::max({most, percent(c.reference, column.n_reference), percent(c.current, column.n_current)});
  const double height = 28 * static_cast<double>(categories.size()) + 6, scale = (kWidth - 210) / most;
  std::string svg = opened(fmt::format("Categories of {}", column.name),
                           "Shares of the categories that changed most, reference above current", height);
  double y = 4;
  for (const auto& c : categories) {
    svg += label(144, y + 14, "end", shortened(c.name));
    svg += bar(y, percent(c.reference, column.n_reference), scale, "ref");
    svg += bar(y + 11, percent(c.current, column.n_current), scale, "cur") + "\n";
    y += 28;
  }
  return svg + "</svg>\n";
}

}  // namespace drover::cli
