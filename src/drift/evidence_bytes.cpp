// Evidence as bytes: docs/formats/evidence.md.
#include <fmt/format.h>

#include <cmath>

#include "drift/checkpoint.h"
#include "drift/evidence.h"

namespace drover::drift {
namespace {

constexpr std::string_view kLetters = "EVID";

/// Whether observations are bins, a byte each, rather than values.
Result<bool> bins_of(std::string_view detector) {
  return DROVER_TRY(detector_kind(detector))->needs == Needs::distribution;
}

void put_text(CheckpointWriter& writer, std::string_view text) {
  writer.put(static_cast<std::uint8_t>(text.size())).put(text);
}

std::string get_text(CheckpointReader& reader) {
  std::uint8_t size = 0;
  reader.get(size);
  return std::string(as_text(reader.bytes(size)));
}

void put_alarm(CheckpointWriter& writer, const Alarm& alarm) {
  writer.put(alarm.index).put(alarm.statistic).put(alarm.threshold).put(alarm.n).put(alarm.n_effective);
  put_text(writer, alarm.family);
  put_text(writer, alarm.direction);
  writer.put(alarm.size).put(alarm.onset);
}

Alarm get_alarm(CheckpointReader& reader) {
  Alarm alarm;
  reader.get(alarm.index).get(alarm.statistic).get(alarm.threshold).get(alarm.n).get(alarm.n_effective);
  alarm.family = get_text(reader);
  alarm.direction = get_text(reader);
  reader.get(alarm.size).get(alarm.onset);
  return alarm;
}

}  // namespace

Bytes to_bytes(const Evidence& evidence) {
  const bool bins = bins_of(evidence.detector).value_or(false);
  CheckpointWriter writer(kLetters, Evidence::kVersion);
  put_text(writer, evidence.detector);
  writer.put(static_cast<std::uint8_t>(evidence.settings.size()));
  for (const auto& [name, value] : evidence.settings) {
    put_text(writer, name);
    writer.put(value);
  }
  put_alarm(writer, evidence.alarm);
  writer.put(static_cast<std::uint32_t>(evidence.checkpoint.size())).put(evidence.checkpoint);
  writer.put(static_cast<std::uint32_t>(evidence.observations.size()));
  for (const double observed : evidence.observations)
    bins ? writer.put(static_cast<std::uint8_t>(observed)) : writer.put(observed);
  return std::move(writer).take();
}

Result<Evidence> parse_evidence(ByteView bytes) {
  if (bytes.size() > Evidence::kBytesMax)
    return fail(Code::too_large, fmt::format("the evidence has {} bytes, at most {} are taken", bytes.size(),
                                             Evidence::kBytesMax));
  CheckpointReader reader(bytes, kLetters, Evidence::kVersion);
  Evidence evidence;
  evidence.detector = get_text(reader);
  std::uint8_t settings = 0;
  reader.get(settings);
  for (int i = 0; i < settings; ++i) {
    std::string name = get_text(reader);
    double value = 0;
    reader.get(value);
    evidence.settings.emplace(std::move(name), value);
  }
  evidence.alarm = get_alarm(reader);
  std::uint32_t size = 0;
  const ByteView checkpoint = reader.get(size).bytes(size);
  evidence.checkpoint.assign(checkpoint.begin(), checkpoint.end());

  std::uint32_t count = 0;
  reader.get(count);
  const bool bins = bins_of(evidence.detector).value_or(false);
  const ByteView observed = reader.bytes(std::size_t{count} * (bins ? 1 : sizeof(double)));
  if (auto whole = reader.finish(); !whole) return fail(std::move(whole).error());
  DROVER_TRY(bins_of(evidence.detector));
  evidence.observations.resize(count);
  if (bins)
    evidence.observations.assign(observed.begin(), observed.end());
  else if (count > 0)
    std::memcpy(evidence.observations.data(), observed.data(), observed.size());
  return evidence;
}

}  // namespace drover::drift
