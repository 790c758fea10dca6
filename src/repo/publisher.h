#pragma once

#include "repo/edit.h"
#include "repo/served.h"

/// For tests: a publisher at a simulated disk, with keys of its own and one model line.
namespace drover::repo {

struct Publisher {
  fs::SimFileSystem files;
  std::map<std::string, trust::PrivateKey> keys;
  KeyRing ring;
  UnixTime now;
  fs::Path place = "/repository";

  explicit Publisher(Lifetimes lifetimes = Lifetimes::served(), UnixTime begin = trust::test_time())
      : now(begin) {
    for (const char* role : {"root", "targets", "snapshot", "timestamp"}) {
      keys.emplace(role, trust::Forge::spare_key(role));
      ring.add(keys.at(role));
    }
    EXPECT_TRUE(create_repository(files, place, keys, lifetimes, now).has_value());
    EXPECT_TRUE(fs::make_directories(files, "/bundles").has_value());
  }

  static const ModelName& model() {
    static const ModelName name = *ModelName::parse("defect");
    return name;
  }

  [[nodiscard]] trust::TrustedSet state() { return *load_repository(files, place); }

  Status change(const std::function<Status(Edit&)>& what) {
    const trust::TrustedSet current = DROVER_TRY(load_repository(files, place));
    Edit edit(current, now);
    DROVER_TRY(what(edit));
    const Offer offer = DROVER_TRY(edit.sign(ring));
    return install(files, place, offer, ring, now);
  }

  /// A version for `arch` aarch64 whose bundle is no more than a line of text.
  Status publish(const std::string& text, const std::string& channel = "", const std::string& variant = "") {
    return publish_bundle(*Version::parse(text), "bundle " + text + variant, channel, variant,
                          {{"arch", "aarch64"}});
  }

  Status publish_bundle(const Version& version, const std::string& content, const std::string& channel,
                        const std::string& variant = "",
                        const std::map<std::string, std::string>& requirements = {}) {
    const fs::Path source = "/bundles/" + version.str() + variant;
    DROVER_TRY(fs::write_atomically(files, source, as_bytes(content)));
    return change([&](Edit& edit) -> Status {
      const TargetInfo target = DROVER_TRY(edit.add_version({.model = model(),
                                                             .version = version,
                                                             .variant = variant,
                                                             .requirements = requirements,
                                                             .notes = "note"},
                                                            content.size(), sha256(content)));
      DROVER_TRY(store_target(files, place, target, source));
      return channel.empty() ? Status() : edit.promote(model(), channel, version);
    });
  }

  Files served() { return served_directory(files, place / "metadata"); }
  Device device() { return Device(served().at("1.root.json")); }
};

}  // namespace drover::repo
