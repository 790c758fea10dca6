#include <fmt/format.h>

#include <memory>

#include "base/clock.h"
#include "base/json_fields.h"
#include "cli/commands.h"
#include "cli/server_verb.h"

namespace drover::cli {
namespace {

using nlohmann::json;

/// What the verbs of this noun take; each uses some of it.
struct Arguments {
  std::string device = {};
  std::string label = {};
  std::vector<std::string> labels = {};
  std::string expires = "24h";
  std::string model = {};
  bool force = false;
};

Answer answer(json document, std::string text) { return {nlohmann::ordered_json(document), std::move(text)}; }

/// "defect 1.0.0 → 1.1.0 (downloading)"
std::string describe_model(const std::string& name, const json& desired, const json& reported) {
  std::string text = fmt::format("{} {}", name, text_or(reported, "version", "-"));
  const std::string wanted = text_or(desired, "version", "-");
  if (wanted != "-" && wanted != text_or(reported, "version", "-")) text += fmt::format(" → {}", wanted);
  if (const std::string state = text_or(reported, "state", "idle"); state != "idle")
    text += fmt::format(" ({})", state);
  if (reported.contains("error") && reported["error"].is_object())
    text += fmt::format(" [{}]", text_or(reported["error"], "code", "error"));
  return text;
}

std::string models_text(const json& device) {
  const json none = json::object();
  std::string text;
  json names = device["desired"];
  names.update(device["reported"]);
  for (const auto& [name, ignored] : names.items()) {
    const json& desired = device["desired"].contains(name) ? device["desired"][name] : none;
    const json& reported = device["reported"].contains(name) ? device["reported"][name] : none;
    text += (text.empty() ? "" : ", ") + describe_model(name, desired, reported);
  }
  return text.empty() ? "-" : text;
}

std::string labels_text(const json& labels) {
  std::string text;
  for (const auto& [name, value] : labels.items())
    text += fmt::format("{}{}={}", text.empty() ? "" : ",", name, value.get<std::string>());
  return text.empty() ? "-" : text;
}

std::string device_line(const json& device) {
  return fmt::format("{:<24} {:<21} {:<24} {}{}\n", device["id"].get<std::string>(),
                     text_or(device, "seen_at", "never"), labels_text(device["labels"]), models_text(device),
                     device["revoked"].get<bool>() ? "  REVOKED" : "");
}

std::string health_of(const json& device) {
  if (!device["agent"].is_object() || !device["agent"].contains("health")) return "-";
  const std::string text = numbers_text(device["agent"]["health"]);
  return text.empty() ? "-" : text;
}

std::string device_text(const json& device) {
  return fmt::format("device    {}\nenrolled  {}\nseen      {}\nlabels    {}\nmodels    {}\nhealth    {}\n{}",
                     device["id"].get<std::string>(), text_or(device, "enrolled_at", "-"),
                     text_or(device, "seen_at", "never"), labels_text(device["labels"]), models_text(device),
                     health_of(device), device["revoked"].get<bool>() ? "REVOKED\n" : "");
}

/// {"site":"north","old":null} from "site=north" and "old=".
Result<json> parse_labels(const std::vector<std::string>& texts) {
  json labels = json::object();
  for (const std::string& text : texts) {
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
      return fail(Code::invalid_argument,
                  fmt::format("\"{}\": a label is NAME=VALUE, or NAME= to remove it", text));
    const std::string value = text.substr(equals + 1);
    labels[text.substr(0, equals)] = value.empty() ? json(nullptr) : json(value);
  }
  return labels;
}

Result<Answer> make_token(const ApiClient& client, const Arguments& arguments) {
  const auto life = DROVER_TRY(parse_duration(arguments.expires).in("--expires"));
  const json body = {{"device", arguments.device.empty() ? json(nullptr) : json(arguments.device)},
                     {"labels", DROVER_TRY(parse_labels(arguments.labels))},
                     {"expires_in_s", std::chrono::floor<std::chrono::seconds>(life).count()}};
  json made = DROVER_TRY(client.post("/api/v1/tokens", body));
  return answer(made, made["token"].get<std::string>());
}

Result<Answer> list_devices(const ApiClient& client, const Arguments& arguments) {
  json devices = json::array();
  std::string after;
  do {
    const json page = DROVER_TRY(client.get(fmt::format("/api/v1/devices?count=1000&label={}&after={}",
                                                        encode_query(arguments.label), encode_query(after))));
    for (const json& device : page["devices"]) devices.push_back(device);
    after = text_or(page, "next", "");
  } while (!after.empty());
  std::string text = fmt::format("{:<24} {:<21} {:<24} {}\n", "DEVICE", "SEEN", "LABELS", "MODELS");
  for (const json& device : devices) text += device_line(device);
  return answer({{"devices", devices}}, devices.empty() ? "no devices" : text);
}

Result<Answer> show_device(const ApiClient& client, const Arguments& arguments) {
  const json device = DROVER_TRY(client.get("/api/v1/devices/" + encode_query(arguments.device)));
  return answer(device, device_text(device));
}

Result<Answer> label_device(const ApiClient& client, const Arguments& arguments) {
  const json labels = DROVER_TRY(parse_labels(arguments.labels));
  const json device = DROVER_TRY(client.post(
      fmt::format("/api/v1/devices/{}/labels", encode_query(arguments.device)), {{"labels", labels}}));
  return answer(device, device_text(device));
}

Result<Answer> assign_version(const ApiClient& client, const Arguments& arguments) {
  const auto at = arguments.model.find('@');
  if (at == std::string::npos)
    return fail(Code::invalid_argument,
                fmt::format("\"{}\": give MODEL@VERSION, e.g. defect@1.0.0", arguments.model));
  const json body = {{"model", arguments.model.substr(0, at)},
                     {"version", arguments.model.substr(at + 1)},
                     {"force", arguments.force}};
  const json made =
      DROVER_TRY(client.post(fmt::format("/api/v1/devices/{}/assign", encode_query(arguments.device)), body));
  return answer(made, fmt::format("{}: {} {} assigned with order {}", made["device"].get<std::string>(),
                                  made["model"].get<std::string>(), made["version"].get<std::string>(),
                                  made["order"].get<std::uint64_t>()));
}

Result<Answer> revoke_device(const ApiClient& client, const Arguments& arguments) {
  const json device = DROVER_TRY(
      client.post(fmt::format("/api/v1/devices/{}/revoke", encode_query(arguments.device)), json::object()));
  return answer(device,
                fmt::format("{}: revoked; its certificates are refused from now on", arguments.device));
}

}  // namespace

void add_device_commands(CLI::App& program, Context& context) {
  CLI::App* device = noun(program, "device", "Devices that a server knows");
  const auto arguments = std::make_shared<Arguments>();
  const auto add = [&](const char* name, const char* about, auto work) {
    return add_server_verb(device, context, name, about, arguments, work);
  };
  CLI::App* token = add("token", "Make a one-time token with which a device enrols", make_token);
  token->add_option("--device", arguments->device, "Good for the device of this id only");
  token->add_option("--label", arguments->labels, "NAME=VALUE that the device gets; may be given again");
  token->add_option("--expires", arguments->expires, "How long it is good, e.g. 15m, 24h, 7d")
      ->capture_default_str();
  add("list", "List the devices with what they run and what they should run", list_devices)
      ->add_option("--label", arguments->label, "Only devices with this label, NAME or NAME=VALUE");
  add("show", "Show one device", show_device)
      ->add_option("device", arguments->device, "Device id")
      ->required();
  CLI::App* label = add("label", "Set or remove labels of a device", label_device);
  label->add_option("device", arguments->device, "Device id")->required();
  label->add_option("labels", arguments->labels, "NAME=VALUE sets, NAME= removes")->required();
  CLI::App* assign = add("assign", "Assign a published version to a device: a pin, above all earlier orders",
                         assign_version);
  assign->add_option("device", arguments->device, "Device id")->required();
  assign->add_option("model", arguments->model, "MODEL@VERSION")->required();
  assign->add_flag("--force", arguments->force,
                   "Also when this server's repository does not have the version");
  add("revoke", "Refuse a device's certificates for ever", revoke_device)
      ->add_option("device", arguments->device, "Device id")
      ->required();
}

}  // namespace drover::cli
