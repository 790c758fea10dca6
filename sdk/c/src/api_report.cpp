#include "api_report.h"

#include <string>

namespace drover::sdk {
namespace {

std::string& message() {
  thread_local std::string text;
  return text;
}

drover_error_t number(Code code) {
  switch (code) {
    case Code::invalid_argument:
    case Code::too_many:
      return DROVER_INVALID;
    case Code::not_found:
      return DROVER_NO_VERSION;
    case Code::timed_out:
      return DROVER_TIMED_OUT;
    case Code::runtime_missing:
      return DROVER_NO_RUNTIME;
    case Code::out_of_memory:
    case Code::too_large:
      return DROVER_EXHAUSTED;
    case Code::probation_nan:
      return DROVER_FAILED;
    case Code::bad_model:
    case Code::bad_manifest:
    case Code::bad_json:
    case Code::unsupported:
      return DROVER_BAD_MODEL;
    default:
      return DROVER_INTERNAL;
  }
}

}  // namespace

drover_error_t report(const Error& error) {
  try {
    message() = error.text();
  } catch (const std::exception&) {
    message().clear();
  }
  return number(error.code);
}

}  // namespace drover::sdk

const char* drover_error_message(void) { return drover::sdk::message().c_str(); }

const char* drover_library_version(void) { return DROVER_VERSION; }
