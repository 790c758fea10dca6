#pragma once

#include <compare>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace drover {

/// A name that stands in paths, topics and URLs; the tag keeps a device's from being taken for a model's.
template <class Tag>
class Name {
 public:
  Name() = default;
  auto operator<=>(const Name&) const = default;
  [[nodiscard]] const std::string& str() const { return text_; }
  /// Refuses what is empty, longer than the tag allows, or has a character outside the tag's set.
  static Result<Name> parse(std::string_view text) {
    if (Status checked = Tag::check(text); !checked) return fail(std::move(checked).error());
    Name name;
    name.text_ = text;
    return name;
  }

 private:
  std::string text_;
};

/// [a-z0-9][a-z0-9._-]{0,63}: a model line, a channel, a variant.
struct ModelTag {
  static Status check(std::string_view text);
};
/// [a-zA-Z0-9:_-]{1,128}, as AWS IoT thing names.
struct DeviceTag {
  static Status check(std::string_view text);
};
using ModelName = Name<ModelTag>;
using DeviceId = Name<DeviceTag>;

/// Semantic version 2.0.0, https://semver.org: ordered by precedence; build metadata is refused.
class Version {
 public:
  static Result<Version> parse(std::string_view text);
  [[nodiscard]] const std::string& str() const { return text_; }
  std::strong_ordering operator<=>(const Version& other) const;
  bool operator==(const Version& other) const { return (*this <=> other) == std::strong_ordering::equal; }

 private:
  std::string text_ = "0.0.0";
};

}  // namespace drover
