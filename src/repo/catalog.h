#pragma once

#include <map>
#include <string>
#include <vector>

#include "repo/layout.h"
#include "trust/trusted_set.h"

namespace drover::repo {

struct CatalogVersion {
  Version version = {};
  std::vector<ModelTarget> variants = {};  // at least one
  std::vector<std::string> channels = {};  // those that point at it
};

struct CatalogModel {
  ModelName name = {};
  std::int64_t role_version = 0;
  UnixTime expires{};
  std::vector<CatalogVersion> versions = {};         // ascending
  std::map<std::string, std::string> channels = {};  // channel → version
  std::vector<YankedVersion> yanked = {};
};

/// What the loaded metadata offers, for people: every model whose role is loaded, by name.
std::vector<CatalogModel> catalog_of(const trust::TrustedSet& state);

/// A target of a loaded role as its users see it.
TargetInfo target_info(const trust::TrustedSet& state, const std::string& role, const std::string& path);

}  // namespace drover::repo
