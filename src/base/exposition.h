#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace drover {

/// Prometheus' text exposition format, version 0.0.4.
/// Source: https://prometheus.io/docs/instrumenting/exposition_formats/
///     Exposition out;
///     out.counter("drover_inferences_total", "Inferences by how they ended.");
///     out.sample({{"outcome", "ok"}}, count);
class Exposition {
 public:
  static constexpr const char* kContentType = "text/plain; version=0.0.4; charset=utf-8";
  using Labels = std::vector<std::pair<std::string_view, std::string_view>>;
  /// Observations of at most `upper`, those of the buckets before counted in.
  struct Bucket {
    double upper = 0;
    std::uint64_t count = 0;
  };

  /// Each begins a family; what follows are its samples. A family comes once; one without a sample leaves no
  /// trace. A counter's name ends in "_total", others' do not.
  void counter(std::string_view name, std::string_view help) { begin(name, "counter", help); }
  void gauge(std::string_view name, std::string_view help) { begin(name, "gauge", help); }
  void summary(std::string_view name, std::string_view help) { begin(name, "summary", help); }
  void histogram(std::string_view name, std::string_view help) { begin(name, "histogram", help); }

  void sample(const Labels& labels, double value);
  void sample(const Labels& labels, std::uint64_t value);
  /// Of a histogram; buckets ascend. The one of +Inf, which is `count`, is added.
  void buckets(const Labels& labels, std::span<const Bucket> buckets, double sum, std::uint64_t count);
  /// Of a summary or a histogram: what was seen, added up, and how often.
  void totals(const Labels& labels, double sum, std::uint64_t count);

  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  void begin(std::string_view name, std::string_view kind, std::string_view help);
  void line(std::string_view suffix, const Labels& labels, std::string_view value);

  std::set<std::string, std::less<>> begun_;
  std::string name_;
  std::string head_;  // of the family, until its first sample
  std::string text_;
};

}  // namespace drover
