#include "server/references.h"

#include <fmt/format.h>

#include <algorithm>

#include "bundle/archive.h"
#include "db/blob_store.h"
#include "repo/catalog.h"
#include "repo/repository.h"
#include "repo/repository_files.h"

namespace drover::server {
namespace {

constexpr std::string_view kBaselinePath = "baseline.json";
constexpr std::uint64_t kBaselineBytesMax = 1 << 20;

/// Where the signed metadata says that the bundle lies.
Result<fs::Path> find_bundle(const fs::Path& repository, const std::string& model, const Digest& digest) {
  fs::FileSystem& files = fs::real_file_system();
  const Error none{Code::not_found,
                   fmt::format("{} {}…: no bundle of this digest is in this server's repository", model,
                               digest.hex().substr(0, 12))};
  if (!files.info(repo::metadata_path(repository, "timestamp.json"))) return fail(none);
  const auto models = repo::catalog_of(DROVER_TRY(repo::load_repository(files, repository)));
  for (const repo::CatalogModel& each : models)
    for (const repo::CatalogVersion& version : each.versions)
      for (const repo::ModelTarget& variant : version.variants)
        if (each.name.str() == model && variant.target.sha256 == digest)
          return repo::target_path(repository, variant.target.file_path());
  return fail(none);
}

/// Takes the baseline, which is the bundle's first member after the manifest, and then ends the reading.
class TakeBaseline : public bundle::Visitor {
 public:
  Status manifest(const bundle::Manifest& manifest) override {
    labels = manifest.labels;
    if (manifest.members.contains(std::string(kBaselinePath))) return {};
    return enough();
  }
  Status begin(const std::string& path, std::uint64_t size) override {
    is_baseline_ = path == kBaselinePath;
    if (is_baseline_ && size > kBaselineBytesMax)
      return fail(Code::too_large, fmt::format("{}: {} bytes, at most {}", path, size, kBaselineBytesMax));
    return {};
  }
  Status data(ByteView chunk) override {
    if (is_baseline_) bytes.insert(bytes.end(), chunk.begin(), chunk.end());
    return {};
  }
  Status end() override { return is_baseline_ ? enough() : Status{}; }

  std::vector<std::string> labels;
  Bytes bytes;
  bool has_enough = false;

 private:
  Status enough() {
    has_enough = true;
    return fail(Code::internal, "enough");
  }
  bool is_baseline_ = false;
};

Result<References::Found> read_scheme(const fs::Path& file) {
  TakeBaseline taken;
  const auto read = bundle::read_bundle(DROVER_TRY(bundle::open_source(file.string())), taken);
  if (!read && !taken.has_enough) return fail(read.error());
  std::shared_ptr<const drift::Baseline> baseline;
  if (!taken.bytes.empty())
    baseline = std::make_shared<const drift::Baseline>(
        DROVER_TRY(drift::parse_baseline(as_text(taken.bytes)).in(kBaselinePath)));
  return std::make_shared<const monitor::Scheme>(
      DROVER_TRY(monitor::Scheme::make(std::move(baseline), std::move(taken.labels))));
}

Result<References::Found> load(const Config& config, const std::string& model,
                               const std::string& digest_text) {
  const Digest digest = DROVER_TRY(parse_digest(digest_text));
  const fs::Path file = DROVER_TRY(find_bundle(config.at(config.repository), model, digest));
  const Digest there = DROVER_TRY(db::file_digest(fs::real_file_system(), file).in(file.string()));
  if (there != digest)
    return fail(Code::bad_digest, fmt::format("{}: its SHA-256 is {}", file.string(), there.hex()));
  return read_scheme(file).in(file.string());
}

}  // namespace

Result<References::Found> References::find(const Config& config, const std::string& model,
                                           const std::string& digest) {
  {
    const std::lock_guard lock(mutex_);
    const auto kept = std::ranges::find_if(
        kept_, [&](const Kept& each) { return each.digest == digest && each.model == model; });
    if (kept != kept_.end()) {
      kept_.splice(kept_.begin(), kept_, kept);
      return kept_.front().found;
    }
  }
  Found found = DROVER_TRY(load(config, model, digest));
  const std::lock_guard lock(mutex_);
  kept_.push_front({model, digest, found});
  if (kept_.size() > kKeptMax) kept_.pop_back();
  return found;
}

}  // namespace drover::server
