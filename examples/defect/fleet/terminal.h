#pragma once

#include <string>

namespace drover::defect {

/// How far something is: one line of the terminal, written over itself; nothing where stdout is no terminal.
class ProgressLine {
 public:
  ProgressLine();
  /// Clears the line.
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  void show(const std::string& text);

 private:
  bool terminal_;
  std::string shown_;
};

/// SIGINT, SIGTERM and SIGHUP no longer end this process at once: interrupted() says that one came.
void catch_interruptions();
bool interrupted();

}  // namespace drover::defect
