#pragma once

#include <filesystem>
#include <string>

#include "base/digest.h"
#include "base/ids.h"
#include "base/result.h"
#include "base/unique_fd.h"
#include "bundle/manifest.h"

namespace drover::sdk {

/// The digest that `active` of the model line names; not_found when there is none.
Result<Digest> active_digest(const std::filesystem::path& model_dir);

/// A version held by a shared lock on its directory: pruning leaves it alone while the object lives.
class HeldVersion {
 public:
  /// Holds the version that is active at one instant during the call. Errors: not_found when none is;
  /// bad_manifest; io_failed.
  static Result<HeldVersion> acquire(const std::filesystem::path& model_dir);

  [[nodiscard]] const Digest& digest() const { return digest_; }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] const bundle::Manifest& manifest() const { return manifest_; }
  /// A file of the version; too_large beyond `bytes_max`.
  [[nodiscard]] Result<Bytes> read(const std::string& member, std::size_t bytes_max) const;

 private:
  HeldVersion() = default;

  Digest digest_;
  std::filesystem::path path_;
  UniqueFd lock_;
  bundle::Manifest manifest_;
};

}  // namespace drover::sdk
