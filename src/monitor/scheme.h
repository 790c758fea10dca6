#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "drift/baseline.h"

/// What the agent and the server make of inferences: windows, figures, judging. Pure: records and times in,
/// numbers and decisions out.
namespace drover::monitor {

/// A feature, or the confidence, that is counted at its baseline's edges.
struct Column {
  std::string name;
  const drift::Distribution* reference = nullptr;
  std::uint64_t fingerprint = 0;  // of the reference
  std::uint64_t tie_seed = 0;     // with a record's id it breaks ties with edges, alike on every machine
};

/// What a version's windows are counted by: the columns of its signed baseline and the classes of its
/// manifest. It depends on the bundle alone, so all devices that run it count alike and their windows add up.
class Scheme {
 public:
  static constexpr std::size_t kTrackedMax = 16;      // classes whose features are counted apart
  static constexpr std::size_t kUnnamedClasses = 64;  // that are counted where the manifest names none

  /// `baseline` may be null: then only what needs none is counted. `labels` are the manifest's names of the
  /// classes, by index. Errors: too_many beyond 4 096 labels.
  static Result<Scheme> make(std::shared_ptr<const drift::Baseline> baseline,
                             std::vector<std::string> labels);

  /// In the order in which record() gives them.
  [[nodiscard]] std::span<const Column> features() const { return features_; }
  [[nodiscard]] const std::optional<Column>& confidence() const { return confidence_; }
  /// A feature or "confidence"; null for another name.
  [[nodiscard]] const Column* column(std::string_view name) const;

  /// Classes that are counted, by index; one beyond them counts as "other".
  [[nodiscard]] std::size_t classes() const { return labels_.empty() ? kUnnamedClasses : labels_.size(); }
  [[nodiscard]] std::string class_name(std::size_t index) const;
  [[nodiscard]] std::optional<std::size_t> class_named(std::string_view name) const;
  /// How often the baseline's inferences were of each class; empty when it does not tell.
  [[nodiscard]] std::span<const std::uint64_t> class_reference() const { return class_reference_; }

  /// Parts in which columns are counted: one for each tracked class, then the other classes, then the
  /// inferences without a class.
  [[nodiscard]] std::size_t parts() const { return tracked_.size() + 2; }
  [[nodiscard]] std::size_t part_of(std::int32_t class_index) const;
  /// The commonest classes of the baseline, ascending by index.
  [[nodiscard]] std::span<const std::uint32_t> tracked() const { return tracked_; }

  /// Windows of unequal fingerprints never add up.
  [[nodiscard]] std::uint64_t fingerprint() const { return fingerprint_; }

 private:
  void take_columns();
  void take_classes();
  void seal();

  std::shared_ptr<const drift::Baseline> baseline_;
  std::vector<std::string> labels_;
  std::vector<Column> features_;
  std::optional<Column> confidence_;
  std::vector<std::uint64_t> class_reference_;
  std::vector<std::uint32_t> tracked_;
  std::uint64_t fingerprint_ = 0;
};

}  // namespace drover::monitor
