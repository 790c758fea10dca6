#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/digest.h"
#include "base/ids.h"
#include "base/result.h"
#include "trust/hashes.h"

namespace drover::repo {

/// A file that the signed metadata names.
struct TargetInfo {
  std::string path = {};  // "models/defect/1.0.0/defect-1.0.0.drover"
  std::uint64_t length = 0;
  std::optional<Digest> sha256 = {};  // always there in a repository that Drover made
  trust::Hashes hashes = {};          // all that the metadata names, for trust::HashCheck
  std::string custom = "{}";          // the signed `custom`, JSON text
  std::string role = {};              // the targets role that named it
  bool consistent = true;             // root says consistent_snapshot

  /// Where it lies below the repository's targets/ (TUF 1.0.34 §5.7.3):
  /// "models/…/SHA256.defect-1.0.0.drover".
  [[nodiscard]] std::string file_path() const;
};

/// What a target's custom says of a variant of a model's version: `custom.drover`.
struct ModelTarget {
  ModelName model = {};
  Version version = {};
  std::string variant = {};  // empty: the version's only one
  /// What a device must have: arch, runtime, delegate, memory_mb, labels, … (bundle/manifest.h).
  std::map<std::string, std::string> requirements = {};
  std::string released = {};  // the bundle's own date of creation, "" when unknown
  std::string notes = {};
  std::uint64_t size_unpacked = 0;
  std::optional<UnixTime> issued = {};  // when it was signed
  TargetInfo target = {};               // filled by readers, ignored by writers
};

/// A channel target's content: a signed pointer to a version.
struct ChannelPointer {
  ModelName model = {};
  std::string channel = {};
  Version version = {};
  UnixTime issued{};
};

/// A version that its publisher withdrew, as the model's role records it.
struct YankedVersion {
  Version version = {};
  UnixTime at{};
  std::string reason = {};
};

/// "models/defect/1.0.0/defect-1.0.0+arm64.drover"
std::string model_target_path(const ModelName& model, const Version& version, std::string_view variant);
/// "channels/defect/stable.json"
std::string channel_target_path(const ModelName& model, std::string_view channel);

/// bad_metadata when custom is not that of a model target.
Result<ModelTarget> parse_model_target(const TargetInfo& target);
/// The `custom` to sign.
std::string to_custom(const ModelTarget& target);
Result<ChannelPointer> parse_channel(std::string_view text);
std::string to_text(const ChannelPointer& pointer);

}  // namespace drover::repo
