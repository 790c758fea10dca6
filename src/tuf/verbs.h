#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "fs/file_system.h"
#include "net/http.h"
#include "tuf/arguments.h"

namespace drover::tuf {

/// What the verbs work with.
struct Hands {
  fs::FileSystem& files;
  net::HttpClient& http;
  Clock& clock;  // read once a refresh (TUF 1.0.34 §5.1)
};

/// Does what the arguments say; they have passed check_arguments().
Status run(const Arguments& arguments, const Hands& hands);

}  // namespace drover::tuf
