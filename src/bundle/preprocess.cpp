#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/canonical_json.h"
#include "bundle/manifest_json.h"

namespace drover::bundle {
namespace {

using nlohmann::json;

constexpr std::pair<std::string_view, Resize> kResizes[] = {{"nearest", Resize::nearest},
                                                            {"bilinear", Resize::bilinear}};
constexpr std::pair<std::string_view, Channels> kChannels[] = {
    {"grey", Channels::grey}, {"rgb", Channels::rgb}, {"bgr", Channels::bgr}};
constexpr std::pair<std::string_view, TensorLayout> kLayouts[] = {{"nhwc", TensorLayout::nhwc},
                                                                  {"nchw", TensorLayout::nchw}};

template <class T, std::size_t N>
std::string_view named(const std::pair<std::string_view, T> (&names)[N], T value) {
  for (const auto& [name, known] : names)
    if (known == value) return name;
  return {};
}

/// The choice at `key`, or `fallback` when there is none.
template <class T, std::size_t N>
Result<T> choice(JsonFields& fields, std::string_view key, const std::pair<std::string_view, T> (&names)[N],
                 T fallback) {
  if (!fields.has(key)) return fallback;
  const std::string text = DROVER_TRY(fields.text(key));
  std::string known;
  for (const auto& [name, value] : names) {
    if (name == text) return value;
    known += fmt::format("{}\"{}\"", known.empty() ? "" : " or ", name);
  }
  return fields.bad(key, known + " expected");
}

/// A number, or an array of one or one a channel.
Result<std::vector<double>> per_channel(JsonFields& fields, std::string_view key, std::int64_t channels,
                                        double fallback) {
  if (!fields.has(key)) return std::vector<double>{fallback};
  const json* value = DROVER_TRY(fields.value(key));
  if (value->is_number()) return std::vector<double>{value->get<double>()};
  const json* array = DROVER_TRY(fields.array(key, 3));
  if (array->size() != 1 && array->size() != static_cast<std::size_t>(channels))
    return fields.bad(key, fmt::format("one number or {} expected", channels));
  std::vector<double> numbers;
  for (const json& number : *array) {
    if (!number.is_number()) return fields.bad(key, "numbers expected");
    numbers.push_back(number.get<double>());
  }
  return numbers;
}

Result<std::int64_t> side(JsonFields& fields, std::string_view key) {
  const std::uint64_t pixels = DROVER_TRY(fields.unsigned_number(key, 8192));
  if (pixels == 0) return fields.bad(key, "at least 1 pixel expected");
  return static_cast<std::int64_t>(pixels);
}

}  // namespace

std::string_view name(Resize resize) { return named(kResizes, resize); }
std::string_view name(Channels channels) { return named(kChannels, channels); }
std::string_view name(TensorLayout layout) { return named(kLayouts, layout); }

Result<Preprocess> read_preprocess(const json& value, const std::string& place) {
  JsonFields fields = DROVER_TRY(JsonFields::of(value, place, Code::bad_manifest));
  Preprocess how;
  how.resize = DROVER_TRY(choice(fields, "resize", kResizes, how.resize));
  how.width = DROVER_TRY(side(fields, "width"));
  how.height = DROVER_TRY(side(fields, "height"));
  how.channels = DROVER_TRY(choice(fields, "channels", kChannels, how.channels));
  how.offset = DROVER_TRY(per_channel(fields, "offset", how.channel_count(), 0));
  how.scale = DROVER_TRY(per_channel(fields, "scale", how.channel_count(), 1));
  how.layout = DROVER_TRY(choice(fields, "layout", kLayouts, how.layout));
  DROVER_TRY(fields.done());
  return how;
}

nlohmann::ordered_json preprocess_json(const Preprocess& how) {
  return {{"resize", name(how.resize)},     {"width", how.width},   {"height", how.height},
          {"channels", name(how.channels)}, {"offset", how.offset}, {"scale", how.scale},
          {"layout", name(how.layout)}};
}

Result<Preprocess> parse_preprocess(std::string_view text) {
  return read_preprocess(DROVER_TRY(parse_json(text, {.bytes_max = 64 << 10})), "");
}

}  // namespace drover::bundle
