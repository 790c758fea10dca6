#include "runtime/tflite_delegates.h"

#include <string_view>

namespace drover::runtime::tflite {
namespace {

struct Observation {
  const Api* api;
  PlanCount* count;
};

Outcome look(OpaqueContext* context, Delegate* /*delegate*/, void* data) {
  const auto& [api, count] = *static_cast<Observation*>(data);
  *count = {};
  IntArray* plan = nullptr;
  if (api->execution_plan(context, &plan) != kOk || plan == nullptr) return kOk;
  for (int i = 0; i < plan->size; ++i) {
    OpaqueNode* node = nullptr;
    Operator* registration = nullptr;
    if (api->node(context, (&plan->first)[i], &node, &registration) != kOk || registration == nullptr)
      continue;
    const char* name = api->operator_name(registration);
    ++count->nodes;
    if (name != nullptr && std::string_view(name) == "TfLiteXNNPackDelegate") ++count->delegated;
  }
  return kOk;
}

}  // namespace

DelegatePtr make_xnnpack(const Api& api, int threads) {
  if (api.xnnpack_default == nullptr || api.xnnpack_create == nullptr || api.xnnpack_delete == nullptr)
    return nullptr;
  XnnpackOptions options = api.xnnpack_default();
  options.threads = threads;
  return {api.xnnpack_create(&options), api.xnnpack_delete};
}

DelegatePtr make_observer(const Api& api, PlanCount& count) {
  if (api.delegate_create == nullptr || api.delegate_delete == nullptr || api.execution_plan == nullptr ||
      api.node == nullptr || api.operator_name == nullptr)
    return nullptr;
  auto observation = std::make_shared<Observation>(Observation{&api, &count});
  DelegateBuilder builder{};
  builder.data = observation.get();
  builder.prepare = look;
  return {api.delegate_create(&builder),
          [observation, &api](Delegate* delegate) { api.delegate_delete(delegate); }};
}

}  // namespace drover::runtime::tflite
