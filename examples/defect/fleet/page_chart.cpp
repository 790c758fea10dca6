#include "page_chart.h"

#include <fmt/format.h>

#include <algorithm>

namespace drover::defect {
namespace {

constexpr double kWidth = 1000, kLeft = 44, kRight = 8;
constexpr int kMarkRows = 3;
constexpr double kTop = 8 + 13 * kMarkRows, kPanel = 92, kGap = 16;  // of the two panels, one above the other
constexpr double kHeight = kTop + 2 * kPanel + kGap + 24;
constexpr double kConfidenceFloor = 0.5, kEvidenceTop = 1.5;
constexpr int kBackgrounds = 6;

class Axes {
 public:
  explicit Axes(double seconds) : seconds_(std::max(seconds, 1.0)) {}
  [[nodiscard]] double x(double at_s) const {
    return kLeft + (kWidth - kLeft - kRight) * std::clamp(at_s / seconds_, 0.0, 1.0);
  }
  [[nodiscard]] static double confidence(double value) {
    return kTop + kPanel * (1 - std::clamp((value - kConfidenceFloor) / (1 - kConfidenceFloor), 0.0, 1.0));
  }
  [[nodiscard]] static double evidence(double value) {
    return kTop + kPanel + kGap + kPanel * (1 - std::clamp(value / kEvidenceTop, 0.0, 1.0));
  }

 private:
  double seconds_;
};

std::string level(double y, const char* words, bool dashed) {
  return fmt::format(
      "<line x1=\"{}\" x2=\"{}\" y1=\"{:.1f}\" y2=\"{:.1f}\" stroke=\"var(--line)\"{}/><text x=\"{}\" "
      "y=\"{:.1f}\" "
      "text-anchor=\"end\">{}</text>",
      kLeft, kWidth - kRight, y, y, dashed ? " stroke-dasharray=\"4 3\"" : "", kLeft - 6, y + 4, words);
}

/// A stretch of windows of one version.
struct Stretch {
  std::string version;
  double from_s, to_s;
};

std::vector<Stretch> stretches(const std::vector<PageWindow>& windows) {
  std::vector<Stretch> all;
  for (const PageWindow& window : windows) {
    if (all.empty() || all.back().version != window.version) {
      const double from = all.empty() ? window.at_s : all.back().to_s;
      all.push_back({window.version, from, window.at_s});
    }
    all.back().to_s = window.at_s;
  }
  return all;
}

std::string backgrounds(const PageDevice& device, const std::vector<std::string>& versions,
                        const Axes& axes) {
  std::string svg;
  for (const Stretch& stretch : stretches(device.windows)) {
    const auto colour = std::ranges::find(versions, stretch.version) - versions.begin();
    const double left = axes.x(stretch.from_s), width = axes.x(stretch.to_s) - left;
    svg += fmt::format(
        "<rect x=\"{:.1f}\" y=\"{}\" width=\"{:.1f}\" height=\"{}\" "
        "fill=\"var(--v{})\"><title>{}</title></rect>",
        left, kTop, std::max(width, 1.0), 2 * kPanel + kGap, colour % kBackgrounds, escaped(stretch.version));
    if (width > 34)
      svg += fmt::format("<text x=\"{:.1f}\" y=\"{}\">{}</text>", left + 3, kTop + 2 * kPanel + kGap - 4,
                         escaped(stretch.version));
  }
  return svg;
}

/// A line through the windows that have a value.
template <class Y>
std::string line(const PageDevice& device, const Axes& axes, const char* colour, double PageWindow::* value,
                 Y y) {
  std::string path;
  for (const PageWindow& window : device.windows)
    if (window.*value >= 0)
      path += fmt::format("{}{:.1f} {:.1f}", path.empty() ? "M" : "L", axes.x(window.at_s), y(window.*value));
  return fmt::format("<path d=\"{}\" fill=\"none\" stroke=\"var({})\" stroke-width=\"1.6\"/>", path, colour);
}

/// Words that stand above the chart: from where to where, in one of the rows.
class Words {
 public:
  /// Nothing where no row has room.
  std::string put(double x, const std::string& text) {
    const double width = 5.6 * static_cast<double>(text.size());
    const double begin = std::clamp(x, kLeft, std::max(kLeft, kWidth - kRight - width));
    const Span span{begin, begin + width + 8};
    for (int row = 0; row < kMarkRows; ++row) {
      if (std::ranges::any_of(
              taken_[row], [&](const Span& other) { return span.from < other.to && other.from < span.to; }))
        continue;
      taken_[row].push_back(span);
      return fmt::format("<text x=\"{:.1f}\" y=\"{}\">{}</text>", begin, kTop - 6 - 13 * row, escaped(text));
    }
    return "";
  }

 private:
  struct Span {
    double from, to;
  };
  std::vector<Span> taken_[kMarkRows];
};

/// Lines of decisions, and their words; what followed from one goes before what was only seen.
std::string marks(const PageDevice& device, const Axes& axes) {
  std::string svg;
  for (const PageMark& mark : device.marks)
    svg += fmt::format(
        "<line x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1}\" y2=\"{2}\" stroke=\"var({3})\" "
        "stroke-width=\"1.2\"><title>{4}</title></line>",
        axes.x(mark.at_s), kTop, kTop + 2 * kPanel + kGap, mark.is_bad ? "--bad" : "--soft",
        escaped(mark.what));
  Words words;
  for (const bool acted : {true, false})
    for (const PageMark& mark : device.marks)
      if (acted == (!mark.is_bad || mark.what.find(':') != std::string::npos))
        svg += words.put(axes.x(mark.at_s), mark.what);
  return svg;
}

std::string times(const Axes& axes, double seconds) {
  std::string svg;
  for (double at = 0; at <= seconds; at += 60)
    svg += fmt::format("<text x=\"{:.1f}\" y=\"{}\" text-anchor=\"middle\">{:.0f} min</text>", axes.x(at),
                       kHeight - 6, at / 60);
  return svg;
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string chart(const PageDevice& device, const std::vector<std::string>& versions, double seconds) {
  const Axes axes(seconds);
  std::string svg = fmt::format("<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">", kWidth, kHeight,
                                escaped(device.name + ": confidence and drift over time"));
  svg += backgrounds(device, versions, axes);
  svg += level(Axes::confidence(1), "1", false) + level(Axes::confidence(0.75), "0.75", true) +
         level(Axes::confidence(kConfidenceFloor), "0.5", false);
  svg += level(Axes::evidence(1), "alarm", true) + level(Axes::evidence(0), "0", false);
  svg += line(device, axes, "--blue", &PageWindow::confidence, Axes::confidence);
  svg += line(device, axes, "--amber", &PageWindow::evidence, Axes::evidence);
  return svg + marks(device, axes) + times(axes, seconds) + "</svg>";
}

}  // namespace drover::defect
