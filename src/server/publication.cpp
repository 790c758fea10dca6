#include "server/publication.h"

#include <fmt/format.h>

#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/canonical_json.h"
#include "repo/catalog.h"
#include "repo/repository.h"
#include "repo/repository_files.h"

namespace drover::server {
namespace {

fs::Path online_keys(const Config& config) { return config.at("keys/online"); }

Result<repo::KeyRing> load_keys(const Config& config) {
  repo::KeyRing keys;
  DROVER_TRY(keys.add_directory(fs::real_file_system(), online_keys(config)).in("the online keys"));
  return keys;
}

Result<std::map<std::string, std::string>> texts_of(const nlohmann::json& body, const char* name) {
  std::map<std::string, std::string> texts;
  const auto found = body.is_object() ? body.find(name) : body.end();
  if (found == body.end()) return texts;
  if (!found->is_object()) return fail(Code::bad_json, std::string(name) + " is not an object of texts");
  for (const auto& [key, value] : found->items()) {
    if (!value.is_string()) return fail(Code::bad_json, std::string(name) + ": " + key + " is not a text");
    texts[key] = value.get<std::string>();
  }
  return texts;
}

}  // namespace

Result<bool> renew_repository(Services& services) {
  fs::FileSystem& files = fs::real_file_system();
  const Config& config = services.config;
  const fs::Path repository = config.at(config.repository);
  if (!files.info(repo::metadata_path(repository, "timestamp.json")) || !files.info(online_keys(config)))
    return false;
  const repo::KeyRing keys = DROVER_TRY(load_keys(config));
  return repo::renew(files, repository, keys, services.clock->now());
}

Status check_published(Services& services, const ModelName& model, const Version& version) {
  fs::FileSystem& files = fs::real_file_system();
  const fs::Path repository = services.config.at(services.config.repository);
  const Error none{
      Code::not_found,
      fmt::format("{} {} is not in this server's repository: publish it first, or assign it with "
                  "--force (\"force\":true) when devices fetch from another repository",
                  model.str(), version.str())};
  if (!files.info(repo::metadata_path(repository, "timestamp.json"))) return fail(none);
  const trust::TrustedSet state = DROVER_TRY(repo::load_repository(files, repository));
  const auto models = repo::catalog_of(state);
  const auto found = std::ranges::find(models, model, &repo::CatalogModel::name);
  if (found == models.end()) return fail(none);
  if (std::ranges::find(found->versions, version, &repo::CatalogVersion::version) != found->versions.end())
    return {};
  const auto yanked = std::ranges::find(found->yanked, version, &repo::YankedVersion::version);
  if (yanked == found->yanked.end()) return fail(none);
  return fail(Code::yanked, fmt::format("{} {} was withdrawn at {}: {}", model.str(), version.str(),
                                        format_time(yanked->at),
                                        yanked->reason.empty() ? "no reason given" : yanked->reason));
}

Status install_offer(Services& services, std::string_view body) {
  const nlohmann::json document = DROVER_TRY(parse_json(body, {.bytes_max = kOfferBytesMax}));
  repo::Offer offer;
  offer.metadata = DROVER_TRY(texts_of(document, "metadata"));
  offer.blobs = DROVER_TRY(texts_of(document, "blobs"));
  if (offer.metadata.empty()) return fail(Code::invalid_argument, "the offer has no metadata");
  const repo::KeyRing keys = DROVER_TRY(load_keys(services.config));
  return repo::install(fs::real_file_system(), services.config.at(services.config.repository), offer, keys,
                       services.clock->now());
}

}  // namespace drover::server
