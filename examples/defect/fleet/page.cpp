#include "page.h"

#include <fmt/format.h>

#include <set>

#include "page_chart.h"

namespace drover::defect {
namespace {

constexpr std::string_view kStyle = R"(
:root{--ink:#1c2330;--soft:#667085;--line:#d5dae1;--paper:#fff;--good:#0a7d4f;--bad:#b42318;--blue:#1f5fbf;--amber:#b54708;
--v0:#eef4ff;--v1:#fdf4e7;--v2:#eaf7f0;--v3:#fbeef4;--v4:#f1f0fb;--v5:#f5f5ef}
@media (prefers-color-scheme:dark){:root{--ink:#e6e9ef;--soft:#98a2b3;--line:#344054;--paper:#12161d;--good:#3ccb8f;--bad:#f97066;
--blue:#7fb0ff;--amber:#fdb022;--v0:#1a2334;--v1:#2b2417;--v2:#152a21;--v3:#2c1a24;--v4:#201f33;--v5:#23231c}}
body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);margin:2rem auto;max-width:1060px;padding:0 1rem}
h1{font-size:1.5rem;margin-bottom:.2rem}h2{font-size:1.1rem;margin:1.6rem 0 .2rem}p{color:var(--soft);margin:.2rem 0 .8rem}
svg{width:100%;height:auto;display:block}svg text{font:11px system-ui,sans-serif;fill:var(--soft)}
table{border-collapse:collapse;width:100%}td{border-top:1px solid var(--line);padding:.35rem .6rem;vertical-align:top}
td.mark{width:1.5rem;font-weight:700}.ok{color:var(--good)}.not{color:var(--bad)}
details summary{cursor:pointer}pre{font-size:12px;overflow-x:auto;white-space:pre-wrap;color:var(--soft)}
.key span{margin-right:1.2rem}.key i{display:inline-block;width:1.1rem;height:0;border-top:2px solid;vertical-align:middle;margin-right:.35rem}
)";

std::vector<std::string> versions_of(const std::vector<PageDevice>& devices) {
  std::set<std::string> versions;
  for (const PageDevice& device : devices)
    for (const PageWindow& window : device.windows) versions.insert(window.version);
  return {versions.begin(), versions.end()};
}

std::string device_section(const PageDevice& device, const std::vector<std::string>& versions,
                           double seconds) {
  return fmt::format("<h2>{}</h2><p>{}</p>{}\n", escaped(device.name), escaped(device.about),
                     chart(device, versions, seconds));
}

std::string step_row(const Json& step) {
  const bool ok = step.value("ok", false);
  return fmt::format(
      "<tr><td class=\"mark {}\">{}</td><td><details><summary>{} <span style=\"color:var(--soft)\">{:.1f} "
      "s</span></summary><pre>{}</pre></details></td></tr>\n",
      ok ? "ok" : "not", ok ? "✓" : "✗",
      escaped(text(step, "title").empty() ? text(step, "name") : text(step, "title")),
      step.value("seconds", 0.0), escaped(step.value("evidence", Json::object()).dump(1)));
}

}  // namespace

std::string report_page(const PageData& data) {
  std::string body = fmt::format(
      "<h1>Drover: a fleet under watch</h1><p>A server, {} cameras with a model each, {:.0f} seconds, seed "
      "{}. Times are shorter than on real devices: windows last three seconds here and a minute there.</p>"
      "<p class=\"key\"><span><i style=\"color:var(--blue)\"></i>mean confidence of the last 100</span>"
      "<span><i style=\"color:var(--amber)\"></i>evidence of drift (1 = alarm)</span>"
      "<span><i style=\"color:var(--bad)\"></i>decision</span><span>background: the version that "
      "runs</span></p>",
      data.devices.size(), data.seconds, data.seed);
  const std::vector<std::string> versions = versions_of(data.devices);
  for (const PageDevice& device : data.devices) body += device_section(device, versions, data.seconds);
  body += "<h2>What was shown</h2><table>";
  for (const Json& step : data.steps) body += step_row(step);
  body += "</table>";
  return fmt::format(
      "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width\"><title>Drover: the demo's "
      "report</title><style>{}</style></head><body>{}</body></html>\n",
      kStyle, body);
}

}  // namespace drover::defect
