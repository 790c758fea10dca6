#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "cli/drift_columns.h"
#include "cli/drift_watch.h"

/// The columns of a stream, each watched against the reference's column of its name.
namespace drover::cli {

/// The reference's columns by their places: what a detector may know of each, or why none can watch it.
struct WatchReference {
  Side side;
  std::map<std::size_t, Result<Known>> columns;
};

/// Reads the column `wanted`, or every one when that is empty. Errors: those of reading.
Result<WatchReference> read_reference(const std::string& path, const drift::DetectorKind& kind,
                                      const std::string& wanted);

/// Call begin() once, then take() for each row.
class StreamWatch {
 public:
  StreamWatch(WatchReference reference, WatchPlan plan, const std::string& wanted);

  /// Chooses the columns. Errors, none of them the stream's own fault: shared_columns', bad_table when no
  /// column can be watched, naming the reference, invalid_argument for a plan that so many columns cannot
  /// share.
  Status begin(Side stream);

  /// Gives each alarm's line as it comes. Errors: bad_table for a field that is no number or that the
  /// detector does not take, with its place.
  using OnAlarm = std::function<void(const nlohmann::ordered_json& line)>;
  Status take(const tables::Row& row, const OnAlarm& on_alarm);

  /// No column is left to watch.
  [[nodiscard]] bool done() const;
  /// Columns of either side that are not watched, and why.
  [[nodiscard]] const std::map<std::string, std::string>& not_watched() const { return not_watched_; }
  [[nodiscard]] nlohmann::ordered_json summary() const;

 private:
  struct Watched {
    std::size_t place;  // in the stream's rows
    ColumnWatch column;
  };
  void note_lonely(const Side& stream);
  [[nodiscard]] std::unexpected<Error> none_watched(const Names& shared) const;
  static Status take_field(Watched& watched, const tables::Row& row, const OnAlarm& on_alarm);

  WatchReference reference_;
  WatchPlan plan_;
  Names asked_;
  std::vector<Watched> watched_;
  std::map<std::string, std::string> not_watched_;
};

}  // namespace drover::cli
