#include "runtime/tflite_session.h"

#include <cmath>
#include <cstdio>

#include "base/assert.h"

namespace drover::runtime::tflite {
namespace {

constexpr std::size_t kMessageBytesMax = 4096;

std::string text_of(std::span<const std::int64_t> shape) {
  return fmt::format("[{}]", fmt::join(shape, ", "));
}

/// Quantisation as the arithmetic needs it; none when a float tensor carries some that means nothing.
Result<std::optional<Quantisation>> usable(const FileTensor& tensor) {
  if (!tensor.quantisation || !tensor.dtype || tables::is_float(*tensor.dtype)) return std::nullopt;
  const Quantisation& q = *tensor.quantisation;
  for (const double scale : q.scales)
    if (!std::isfinite(scale) || scale <= 0)
      return fail(Code::bad_model, fmt::format("{} is quantised with a scale of {}", tensor.name, scale));
  if (q.scales.size() > 1) {
    const auto axis = static_cast<std::size_t>(q.axis);
    if (q.axis < 0 || axis >= tensor.shape.size() ||
        tensor.shape[axis] != static_cast<std::int64_t>(q.scales.size()))
      return fail(Code::bad_model, fmt::format("{} has {} scales along axis {} of its shape {}", tensor.name,
                                               q.scales.size(), q.axis, text_of(tensor.shape)));
  }
  return q;
}

bool same_type(const TensorSpec& spec, Type type) {
  constexpr std::pair<Type, DType> kPairs[] = {
      {Type::float32, DType::float32}, {Type::float16, DType::float16}, {Type::float64, DType::float64},
      {Type::int8, DType::int8},       {Type::uint8, DType::uint8},     {Type::int16, DType::int16},
      {Type::int32, DType::int32},     {Type::int64, DType::int64},     {Type::boolean, DType::boolean}};
  return std::ranges::any_of(
      kPairs, [&](const auto& pair) { return pair.first == type && pair.second == spec.dtype; });
}

}  // namespace

void Messages::report(void* user, const char* format, std::va_list arguments) {
  char line[1024];
  std::vsnprintf(line, sizeof line, format, arguments);
  auto& self = *static_cast<Messages*>(user);
  if (self.log_) self.log_(line);
  if (self.text_.size() < kMessageBytesMax)
    self.text_ += (self.text_.empty() ? "" : "; ") + std::string(line);
}

std::string Messages::take() {
  std::string text = std::exchange(text_, {});
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return text.empty() ? "it gave no reason" : text;
}

TfliteSession::TfliteSession(std::shared_ptr<const Api> api, Bytes model, const SessionOptions& options)
    : api_(std::move(api)), bytes_(std::move(model)), options_(options), messages_(options.log) {}

TfliteSession::~TfliteSession() {
  tear_down();
  if (model_ != nullptr) api_->model_delete(model_);
}

Result<std::unique_ptr<Session>> TfliteSession::load(std::shared_ptr<const Api> api, Bytes model,
                                                     const SessionOptions& options) {
  if (options.delegate != "xnnpack" && options.delegate != "none")
    return fail(Code::delegate_missing,
                fmt::format("TFLite has no delegate \"{}\" here; choose xnnpack or none", options.delegate));
  if (options.threads < 1 || options.threads > 1024)
    return fail(Code::invalid_argument, fmt::format("{} threads: give 1 to 1024", options.threads));
  std::unique_ptr<TfliteSession> session(new TfliteSession(std::move(api), std::move(model), options));
  session->file_ = DROVER_TRY(read_model_file(session->bytes_));
  DROVER_TRY(session->read_specs());
  session->model_ = session->api_->model_create(session->bytes_.data(), session->bytes_.size(),
                                                Messages::report, &session->messages_);
  if (session->model_ == nullptr)
    return fail(session->failure(Code::bad_model, "TFLite does not accept the model"));
  DROVER_TRY(session->build({}));
  return session;
}

Error TfliteSession::failure(Code code, std::string_view what) {
  return {code, fmt::format("{}: {}", what, messages_.take())};
}

Status TfliteSession::read_specs() {
  const auto read = [this](const std::vector<std::size_t>& indices,
                           std::vector<TensorSpec>& specs) -> Status {
    for (const std::size_t index : indices) {
      const FileTensor& tensor = file_.tensors[index];
      specs.push_back({.name = tensor.name,
                       .type_name = tensor.type_name,
                       .dtype = tensor.dtype,
                       .shape = tensor.shape,
                       .quantisation = DROVER_TRY(usable(tensor))});
    }
    return {};
  };
  DROVER_TRY(read(file_.inputs, inputs_));
  return read(file_.outputs, outputs_);
}

// An interpreter whose graph a delegate has changed cannot be resized: it is made anew, resized first.
Status TfliteSession::build(const std::vector<std::vector<std::int64_t>>& shapes) {
  tear_down();
  Options* options = api_->options_create();
  api_->options_threads(options, options_.threads);
  api_->options_reporter(options, Messages::report, &messages_);
  interpreter_ = api_->interpreter_create(model_, options);
  api_->options_delete(options);
  if (interpreter_ == nullptr) return fail(failure(Code::bad_model, "TFLite cannot build the model's graph"));

  for (std::size_t i = 0; i < shapes.size(); ++i) {
    const std::vector<int> dims(shapes[i].begin(), shapes[i].end());
    const auto index = static_cast<std::int32_t>(i);
    if (api_->resize_input(interpreter_, index, dims.data(), static_cast<std::int32_t>(dims.size())) != kOk)
      return fail(failure(Code::invalid_argument, fmt::format("TFLite cannot give input {} ({}) the shape {}",
                                                              i, inputs_[i].name, text_of(shapes[i]))));
  }
  DROVER_TRY(delegate());
  if (api_->allocate(interpreter_) != kOk)
    return fail(failure(shapes.empty() ? Code::bad_model : Code::invalid_argument,
                        "TFLite cannot allocate the model's tensors"));

  DROVER_ASSERT(static_cast<std::size_t>(api_->input_count(interpreter_)) == inputs_.size());
  DROVER_ASSERT(static_cast<std::size_t>(api_->output_count(interpreter_)) == outputs_.size());
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    const TensorHandle* tensor = api_->input(interpreter_, static_cast<std::int32_t>(i));
    if (inputs_[i].dtype && !same_type(inputs_[i], api_->tensor_type(tensor)))
      return fail(Code::bad_model,
                  fmt::format("TFLite reads input {} as another type than {}", i, inputs_[i].type_name));
  }
  return {};
}

Status TfliteSession::delegate() {
  if (options_.delegate == "xnnpack") xnnpack_ = make_xnnpack(*api_, options_.threads);
  // A delegate that cannot take a graph leaves it as it was; info() then says that none is active.
  if (xnnpack_) api_->modify_graph(interpreter_, xnnpack_.get());
  observer_ = make_observer(*api_, plan_);
  if (observer_) api_->modify_graph(interpreter_, observer_.get());
  return {};
}

void TfliteSession::tear_down() {
  if (interpreter_ != nullptr) api_->interpreter_delete(std::exchange(interpreter_, nullptr));
  observer_.reset();
  xnnpack_.reset();
  plan_ = {};
}

/// A delegated group counts as one in the plan; what is not in the plan any more, the groups took.
SessionInfo TfliteSession::info() const {
  const std::size_t left = plan_.nodes - plan_.delegated;
  const std::size_t nodes = file_.operator_count_main;
  const std::size_t taken = plan_.delegated > 0 && nodes > left ? nodes - left : 0;
  return {.engine = {.engine = "tflite",
                     .version = api_->version(),
                     .delegate = plan_.delegated > 0 ? "xnnpack" : "none",
                     .nodes = nodes,
                     .nodes_delegated = taken},
          .stateful = file_.stateful};
}

std::vector<std::int64_t> TfliteSession::shape_of(const TensorHandle* tensor) const {
  std::vector<std::int64_t> shape;
  for (std::int32_t i = 0; i < api_->tensor_dims(tensor); ++i) shape.push_back(api_->tensor_dim(tensor, i));
  return shape;
}

Status TfliteSession::resize(const std::vector<std::vector<std::int64_t>>& shapes) {
  if (shapes.size() != inputs_.size())
    return fail(Code::invalid_argument,
                fmt::format("{} shapes were given for {} inputs", shapes.size(), inputs_.size()));
  for (const auto& shape : shapes)
    for (const std::int64_t size : shape)
      if (size < 0 || size > 1'000'000'000)
        return fail(Code::invalid_argument, fmt::format("the shape {} is not possible", text_of(shape)));
  Status status = build(shapes);
  if (status) return status;
  // Back to what the file says, so that the session can still be used.
  DROVER_TRY(build({}));
  return status;
}

// Resizes the inputs for a value whose batch, or a size that the model leaves free, differs from the present
// one.
Status TfliteSession::fit(std::size_t index, const std::vector<std::int64_t>& shape) {
  const std::vector<std::int64_t> now = shape_of(api_->input(interpreter_, static_cast<std::int32_t>(index)));
  if (shape == now) return {};
  const std::vector<std::int64_t>& declared = inputs_[index].shape;
  bool fits = shape.size() == now.size() && declared.size() == now.size();
  for (std::size_t i = 0; fits && i < shape.size(); ++i)
    fits = shape[i] == now[i] || (shape[i] > 0 && (i == 0 || declared[i] < 0));
  if (!fits)
    return fail(Code::invalid_argument, fmt::format("input {} ({}) takes {}, not {}", index,
                                                    inputs_[index].name, text_of(declared), text_of(shape)));
  std::vector<std::vector<std::int64_t>> shapes;
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    shapes.push_back(shape_of(api_->input(interpreter_, static_cast<std::int32_t>(i))));
    if (!shapes[i].empty() && shapes[i][0] == now[0]) shapes[i][0] = shape[0];
  }
  shapes[index] = shape;
  return resize(shapes);
}

Status TfliteSession::set_input(std::size_t index, const Tensor& value) {
  DROVER_ASSERT(index < inputs_.size());
  const TensorSpec& spec = inputs_[index];
  const bool real = tables::is_float(value.dtype) && spec.dtype && value.dtype != *spec.dtype &&
                    (spec.quantisation || tables::is_float(*spec.dtype));
  if (spec.dtype != value.dtype && !real)
    return fail(Code::invalid_argument, fmt::format("input {} ({}) takes {}, not {}", index, spec.name,
                                                    spec.type_name, tables::name(value.dtype)));
  DROVER_TRY(fit(index, value.shape));
  Tensor converted;
  if (real)
    converted = spec.quantisation ? quantise(value, *spec.dtype, *spec.quantisation)
                                  : tables::convert(value, *spec.dtype);
  const Bytes& bytes = real ? converted.bytes : value.bytes;
  const std::span<std::uint8_t> place = input_bytes(index);
  if (bytes.size() != place.size())
    return fail(Code::invalid_argument, fmt::format("input {} ({}) has {} bytes, not {}", index, spec.name,
                                                    place.size(), bytes.size()));
  std::ranges::copy(bytes, place.begin());
  return {};
}

Status TfliteSession::invoke() {
  if (api_->invoke(interpreter_) == kOk) return {};
  return fail(failure(Code::bad_model, "TFLite could not run the model"));
}

Result<Tensor> TfliteSession::output(std::size_t index, std::optional<DType> as) {
  DROVER_ASSERT(index < outputs_.size());
  const TensorSpec& spec = outputs_[index];
  if (!spec.dtype)
    return fail(Code::unsupported, fmt::format("output {} ({}) is {}, which Drover does not carry", index,
                                               spec.name, spec.type_name));
  const TensorHandle* tensor = api_->output(interpreter_, static_cast<std::int32_t>(index));
  const ByteView bytes = output_bytes(index);
  Tensor stored{*spec.dtype, shape_of(tensor), Bytes(bytes.begin(), bytes.end())};
  const Result<std::size_t> count = tables::element_count(stored.shape);
  if (!count || *count * tables::size_bytes(stored.dtype) != bytes.size())
    return fail(Code::bad_model, fmt::format("output {} ({}) has {} bytes, which is not its shape {}", index,
                                             spec.name, bytes.size(), text_of(stored.shape)));
  if (!as || *as == stored.dtype) return stored;
  if (spec.quantisation && tables::is_float(*as)) return dequantise(stored, *spec.quantisation, *as);
  return tables::convert(stored, *as);
}

Status TfliteSession::reset_state() {
  // Building anew also forgets what resource variables and delegates hold; it is the only way that always
  // does.
  std::vector<std::vector<std::int64_t>> shapes;
  for (std::size_t i = 0; i < inputs_.size(); ++i)
    shapes.push_back(shape_of(api_->input(interpreter_, static_cast<std::int32_t>(i))));
  return build(shapes);
}

std::span<std::uint8_t> TfliteSession::input_bytes(std::size_t index) {
  const TensorHandle* tensor = api_->input(interpreter_, static_cast<std::int32_t>(index));
  return {static_cast<std::uint8_t*>(api_->tensor_data(tensor)), api_->tensor_size(tensor)};
}

ByteView TfliteSession::output_bytes(std::size_t index) {
  const TensorHandle* tensor = api_->output(interpreter_, static_cast<std::int32_t>(index));
  return {static_cast<const std::uint8_t*>(api_->tensor_data(tensor)), api_->tensor_size(tensor)};
}

}  // namespace drover::runtime::tflite
