// libdrover for C++17 and later: drover.h with owners and exceptions, nothing more.
#pragma once

#include <drover/drover.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace drover::app {

/// A call that failed; code() says how, what() in words.
class Error : public std::runtime_error {
 public:
  explicit Error(drover_error_t code) : std::runtime_error(drover_error_message()), code_(code) {}
  [[nodiscard]] drover_error_t code() const { return code_; }

 private:
  drover_error_t code_;
};

inline void check(drover_error_t code) {
  if (code != DROVER_OK) throw Error(code);
}

/// A version held: its files stay while the object lives.
class HeldVersion {
 public:
  explicit HeldVersion(drover_version_t* version) : version_(version) {}
  [[nodiscard]] std::string digest() const { return drover_version_digest(get()); }
  [[nodiscard]] std::string number() const { return drover_version_number(get()); }
  [[nodiscard]] std::string path() const { return drover_version_path(get()); }
  [[nodiscard]] const drover_version_t* get() const { return version_.get(); }

 private:
  struct Release {
    void operator()(drover_version_t* version) const { drover_release(version); }
  };
  std::unique_ptr<drover_version_t, Release> version_;
};

struct Options {
  std::string state_dir = {};  // empty: as drover_options_t's NULL
  std::string run_dir = {};
};

/// A model line on this device.
class Model {
 public:
  explicit Model(const std::string& name, const Options& options = {}) {
    const drover_options_t given = {sizeof(drover_options_t),
                                    options.state_dir.empty() ? nullptr : options.state_dir.c_str(),
                                    options.run_dir.empty() ? nullptr : options.run_dir.c_str()};
    drover_model_t* model = nullptr;
    check(drover_open(name.c_str(), &given, &model));
    model_.reset(model);
  }
  [[nodiscard]] int fd() const { return drover_fd(get()); }
  bool poll() { return drover_poll(get()) != 0; }
  [[nodiscard]] HeldVersion acquire() {
    drover_version_t* version = nullptr;
    check(drover_acquire(get(), &version));
    return HeldVersion(version);
  }
  std::uint64_t record(const drover_inference_t& inference) noexcept {
    return drover_record(get(), &inference);
  }
  /// False when it was dropped, or when `id` is 0 or `class_index` negative.
  bool label(std::uint64_t id, std::int32_t class_index) noexcept {
    return drover_label(get(), id, class_index) != 0;
  }
  [[nodiscard]] drover_counts_t counts() const {
    drover_counts_t counts = {sizeof(drover_counts_t), 0, 0, 0};
    drover_counts(get(), &counts);
    return counts;
  }
  [[nodiscard]] drover_model_t* get() const { return model_.get(); }

 private:
  struct Close {
    void operator()(drover_model_t* model) const { drover_close(model); }
  };
  std::unique_ptr<drover_model_t, Close> model_;
};

/// The ready session. `model` outlives it.
class Session {
 public:
  explicit Session(Model& model, const drover_session_options_t* options = nullptr) {
    drover_session_t* session = nullptr;
    check(drover_session_open(model.get(), options, &session));
    session_.reset(session);
  }
  /// False when there is no model within the time; throws when the active one cannot be loaded.
  bool wait(int timeout_ms) {
    const drover_error_t code = drover_session_wait(session_.get(), timeout_ms);
    if (code == DROVER_TIMED_OUT) return false;
    check(code);
    return true;
  }
  /// Throws DROVER_NO_VERSION and the like; an inference that failed is told by the result's outcome.
  drover_result_t image(const drover_image_t& image, const std::vector<float>& features = {}) {
    drover_result_t result = empty_result();
    return told(drover_session_image(session_.get(), &image, features.data(),
                                     static_cast<std::uint32_t>(features.size()), &result),
                result);
  }
  drover_result_t values(const std::vector<float>& input, const std::vector<float>& features = {}) {
    drover_result_t result = empty_result();
    const drover_values_t inputs = {input.data(), input.size()};
    return told(drover_session_values(session_.get(), &inputs, 1, features.data(),
                                      static_cast<std::uint32_t>(features.size()), &result),
                result);
  }
  [[nodiscard]] std::vector<float> output(std::size_t index) const {
    drover_values_t output = {nullptr, 0};
    check(drover_session_output(session_.get(), index, &output));
    return {output.values, output.values + output.count};
  }

 private:
  static drover_result_t empty_result() {
    drover_result_t result = {};
    result.size = sizeof result;
    return result;
  }
  static drover_result_t told(drover_error_t code, const drover_result_t& result) {
    if (code != DROVER_FAILED) check(code);
    return result;
  }
  struct Close {
    void operator()(drover_session_t* session) const { drover_session_close(session); }
  };
  std::unique_ptr<drover_session_t, Close> session_;
};

}  // namespace drover::app
