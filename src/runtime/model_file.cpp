#include "runtime/model_file.h"

#include <cmath>

#include "runtime/flat_table.h"
#include "runtime/operator_names.h"

namespace drover::runtime {
namespace {

using flat::File;
using flat::Table;
using flat::Vector;
using tables::DType;

// Field numbers of TFLite's schema.fbs, version 3.
namespace model_field {
enum : unsigned { version, operator_codes, subgraphs, description, buffers };
}
namespace subgraph_field {
enum : unsigned { tensors, inputs, outputs, operators };
}
namespace tensor_field {
enum : unsigned { shape, type, buffer, name, quantisation, is_variable, sparsity, shape_signature };
}
namespace quantisation_field {
enum : unsigned { min, max, scale, zero_point, details_type, details, dimension };
}
namespace operator_field {
enum : unsigned { opcode_index, inputs, outputs };
}
namespace code_field {
enum : unsigned { deprecated_builtin, custom, version, builtin };
}

constexpr std::uint64_t kFileBytesMax = std::uint64_t{2} << 30;
constexpr std::size_t kCountMax = 1'000'000;
constexpr std::size_t kDimensionsMax = 16;
constexpr std::size_t kSlicesMax = 65'536;  // of a tensor quantised slice by slice
// Tables may share their parts, so a small file could ask for much reading. Each value takes four bytes or
// more where nothing is shared; this many are read in all, or as many as the file has bytes.
constexpr std::size_t kValuesMin = 100'000;

struct TypeName {
  std::string_view name;
  std::optional<DType> dtype;
};

// TensorType of the schema, in its order.
constexpr TypeName kTypes[] = {
    {"FLOAT32", DType::float32}, {"FLOAT16", DType::float16}, {"INT32", DType::int32},
    {"UINT8", DType::uint8},     {"INT64", DType::int64},     {"STRING", std::nullopt},
    {"BOOL", DType::boolean},    {"INT16", DType::int16},     {"COMPLEX64", std::nullopt},
    {"INT8", DType::int8},       {"FLOAT64", DType::float64}, {"COMPLEX128", std::nullopt},
    {"UINT64", std::nullopt},    {"RESOURCE", std::nullopt},  {"VARIANT", std::nullopt},
    {"UINT32", std::nullopt},    {"UINT16", std::nullopt},    {"INT4", std::nullopt},
};

/// Reads one file, in the order buffers, operator codes, subgraphs.
class Reader {
 public:
  explicit Reader(ByteView bytes) : file_(bytes) { model_.size_bytes = bytes.size(); }

  Result<ModelFile> read() {
    const Table root = DROVER_TRY(file_.root());
    const auto version = DROVER_TRY(root.scalar<std::uint32_t>(model_field::version, 0, "the version"));
    if (version != 3)
      return fail(Code::bad_model, fmt::format("the model's schema version is {}, not 3", version));
    model_.description = DROVER_TRY(root.string(model_field::description, "the description"));
    DROVER_TRY(read_buffers(root));
    DROVER_TRY(read_codes(root));
    DROVER_TRY(read_subgraphs(root));
    return std::move(model_);
  }

 private:
  Status spend(std::size_t values) {
    values_ += values;
    if (values_ <= std::max(kValuesMin, file_.bytes().size())) return {};
    return fail(Code::too_many,
                fmt::format("the model describes more values than a file of {} bytes can hold",
                            file_.bytes().size()));
  }

  /// A vector of offsets to tables.
  Result<Vector> tables(const Table& parent, unsigned field, std::string_view what) {
    const Vector vector = DROVER_TRY(parent.vector(field, 4, what));
    if (vector.count > kCountMax)
      return fail(Code::too_many,
                  fmt::format("the model has {} {}; at most {} are read", vector.count, what, kCountMax));
    DROVER_TRY(spend(vector.count));
    return vector;
  }
  Result<Table> table(const Vector& vector, std::size_t index, std::string_view where) {
    const std::size_t at = DROVER_TRY(file_.follow(vector.at + 4 * index, where));
    return file_.table(at, where);
  }

  template <class T>
  Result<std::vector<T>> numbers(const Table& parent, unsigned field, std::size_t count_max,
                                 const std::string& where) {
    const Vector vector = DROVER_TRY(parent.vector(field, sizeof(T), where));
    if (vector.count > count_max)
      return fail(Code::too_many,
                  fmt::format("{} has {} values; at most {} are read", where, vector.count, count_max));
    DROVER_TRY(spend(vector.count));
    std::vector<T> values(vector.count);
    if (!values.empty())
      std::memcpy(values.data(), file_.bytes().data() + vector.at, vector.count * sizeof(T));
    return values;
  }

  Status read_buffers(const Table& root) {
    const Vector buffers = DROVER_TRY(tables(root, model_field::buffers, "buffers"));
    for (std::size_t i = 0; i < buffers.count; ++i) {
      const std::string where = fmt::format("buffer {}", i);
      const Table buffer = DROVER_TRY(table(buffers, i, where));
      buffer_sizes_.push_back(DROVER_TRY(buffer.vector(0, 1, where)).count);
    }
    return {};
  }

  Status read_codes(const Table& root) {
    const Vector codes = DROVER_TRY(tables(root, model_field::operator_codes, "operator codes"));
    for (std::size_t i = 0; i < codes.count; ++i) {
      const std::string where = fmt::format("operator code {}", i);
      const Table code = DROVER_TRY(table(codes, i, where));
      // Old files fill the byte only, new ones both; the larger is the true one (schema.fbs, OperatorCode).
      const int old = DROVER_TRY(code.scalar<std::int8_t>(code_field::deprecated_builtin, 0, where));
      const int builtin = DROVER_TRY(code.scalar<std::int32_t>(code_field::builtin, 0, where));
      const std::string custom = DROVER_TRY(code.string(code_field::custom, where));
      std::string name = operator_name(std::max(old, builtin));
      if (!custom.empty()) name = "CUSTOM:" + custom;
      code_names_.push_back(std::move(name));
    }
    return {};
  }

  Status read_subgraphs(const Table& root) {
    const Vector subgraphs = DROVER_TRY(tables(root, model_field::subgraphs, "subgraphs"));
    if (subgraphs.count == 0) return fail(Code::bad_model, "the model has no subgraph");
    model_.subgraph_count = subgraphs.count;
    for (std::size_t i = 0; i < subgraphs.count; ++i) {
      const std::string where = fmt::format("subgraph {}", i);
      const Table subgraph = DROVER_TRY(table(subgraphs, i, where));
      if (Status status = read_subgraph(subgraph, i == 0); !status)
        return fail(std::move(status.error()).in(where));
    }
    return {};
  }

  Status read_subgraph(const Table& subgraph, bool first) {
    const Vector tensors = DROVER_TRY(tables(subgraph, subgraph_field::tensors, "tensors"));
    for (std::size_t i = 0; i < tensors.count; ++i) {
      const std::string where = fmt::format("tensor {}", i);
      const Table entry = DROVER_TRY(table(tensors, i, where));
      FileTensor tensor = DROVER_TRY(read_tensor(entry, where));
      model_.stateful |= tensor.variable || tensor.type_name == "RESOURCE";
      if (first) model_.tensors.push_back(std::move(tensor));
    }
    const auto inputs = DROVER_TRY(indices(subgraph, subgraph_field::inputs, tensors.count, 0, "an input"));
    const auto outputs =
        DROVER_TRY(indices(subgraph, subgraph_field::outputs, tensors.count, 0, "an output"));
    if (first) {
      model_.inputs = inputs;
      model_.outputs = outputs;
    }
    DROVER_TRY(read_operators(subgraph, tensors.count));
    if (first) model_.operator_count_main = model_.operator_count;
    return {};
  }

  Status read_operators(const Table& subgraph, std::size_t tensor_count) {
    const Vector operators = DROVER_TRY(tables(subgraph, subgraph_field::operators, "operators"));
    for (std::size_t i = 0; i < operators.count; ++i) {
      const std::string where = fmt::format("operator {}", i);
      const Table op = DROVER_TRY(table(operators, i, where));
      const auto code = DROVER_TRY(op.scalar<std::uint32_t>(operator_field::opcode_index, 0, where));
      if (code >= code_names_.size())
        return fail(Code::bad_model, fmt::format("{} has the code {}, but the model has only {} codes", where,
                                                 code, code_names_.size()));
      DROVER_TRY(
          indices(op, operator_field::inputs, tensor_count, -1, where));  // -1: an optional one left out
      DROVER_TRY(indices(op, operator_field::outputs, tensor_count, 0, where));
      ++model_.operators[code_names_[code]];
      ++model_.operator_count;
    }
    return {};
  }

  Result<std::vector<std::size_t>> indices(const Table& parent, unsigned field, std::size_t count, int lowest,
                                           const std::string& where) {
    std::vector<std::size_t> result;
    for (const std::int32_t index : DROVER_TRY(numbers<std::int32_t>(parent, field, kCountMax, where))) {
      if (index < lowest || (index >= 0 && static_cast<std::size_t>(index) >= count))
        return fail(Code::bad_model,
                    fmt::format("{} names tensor {}, but there are {}", where, index, count));
      result.push_back(static_cast<std::size_t>(index));
    }
    return result;
  }

  Result<FileTensor> read_tensor(const Table& table, const std::string& where) {
    FileTensor tensor;
    tensor.name = DROVER_TRY(table.string(tensor_field::name, where + "'s name"));
    const auto type = DROVER_TRY(table.scalar<std::uint8_t>(tensor_field::type, 0, where + "'s type"));
    const bool known = type < std::size(kTypes);
    tensor.type_name = known ? std::string(kTypes[type].name) : fmt::format("TYPE_{}", type);
    tensor.dtype = known ? kTypes[type].dtype : std::nullopt;
    tensor.variable = DROVER_TRY(table.scalar<std::uint8_t>(tensor_field::is_variable, 0, where)) != 0;
    tensor.quantisation = DROVER_TRY(read_quantisation(table, where));
    tensor.buffer = DROVER_TRY(table.scalar<std::uint32_t>(tensor_field::buffer, 0, where));

    const auto shape =
        DROVER_TRY(numbers<std::int32_t>(table, tensor_field::shape, kDimensionsMax, where + "'s shape"));
    DROVER_TRY(check_content(tensor, shape, table.has(tensor_field::sparsity), where));
    const auto signature = DROVER_TRY(
        numbers<std::int32_t>(table, tensor_field::shape_signature, kDimensionsMax, where + "'s signature"));
    const bool free = signature.size() == shape.size();
    for (std::size_t i = 0; i < shape.size(); ++i)
      tensor.shape.push_back(free && signature[i] < 0 ? -1 : shape[i]);
    return tensor;
  }

  /// A constant has exactly the bytes of its shape.
  Status check_content(const FileTensor& tensor, std::span<const std::int32_t> shape, bool sparse,
                       const std::string& where) {
    if (tensor.buffer >= buffer_sizes_.size() && !(tensor.buffer == 0 && buffer_sizes_.empty()))
      return fail(Code::bad_model, fmt::format("{} uses buffer {}, but the model has only {}", where,
                                               tensor.buffer, buffer_sizes_.size()));
    const std::vector<std::int64_t> wide(shape.begin(), shape.end());
    Result<std::size_t> count = tables::element_count(wide);
    if (!count) return fail(Code::bad_model, fmt::format("{}: {}", where, count.error().message));
    const std::size_t size = buffer_sizes_.empty() ? 0 : buffer_sizes_[tensor.buffer];
    if (size == 0 || sparse || !tensor.dtype) return {};
    const std::size_t needed = *count * tables::size_bytes(*tensor.dtype);
    if (size == needed) return {};
    return fail(Code::bad_model,
                fmt::format("{} ({}) needs {} bytes for its shape [{}], but its buffer has {}", where,
                            tensor.name, needed, fmt::join(shape, ", "), size));
  }

  Result<std::optional<bundle::Quantisation>> read_quantisation(const Table& table,
                                                                const std::string& tensor) {
    const std::string where = tensor + "'s quantisation";
    const auto found = DROVER_TRY(table.table(tensor_field::quantisation, where));
    if (!found) return std::nullopt;
    const auto scales = DROVER_TRY(numbers<float>(*found, quantisation_field::scale, kSlicesMax, where));
    const auto zeros =
        DROVER_TRY(numbers<std::int64_t>(*found, quantisation_field::zero_point, kSlicesMax, where));
    const auto axis = DROVER_TRY(found->scalar<std::int32_t>(quantisation_field::dimension, 0, where));
    if (scales.empty()) return std::nullopt;
    if (!zeros.empty() && zeros.size() != scales.size())
      return fail(Code::bad_model,
                  fmt::format("{} has {} scales and {} zero points", where, scales.size(), zeros.size()));
    if (!std::ranges::all_of(scales, [](float scale) { return std::isfinite(scale); }))
      return fail(Code::bad_model, fmt::format("{} has a scale that is no number", where));
    bundle::Quantisation result{.scales = {scales.begin(), scales.end()}, .zero_points = zeros, .axis = axis};
    result.zero_points.resize(scales.size());
    return result;
  }

  File file_;
  ModelFile model_;
  std::size_t values_ = 0;
  std::vector<std::size_t> buffer_sizes_;
  std::vector<std::string> code_names_;
};

}  // namespace

bool looks_like_model(ByteView bytes) { return bytes.size() >= 8 && as_text(bytes.subspan(4, 4)) == "TFL3"; }

Result<ModelFile> read_model_file(ByteView bytes) {
  if (bytes.size() > kFileBytesMax) return fail(Code::too_large, "a .tflite file has at most 2 GiB");
  if (!looks_like_model(bytes))
    return fail(Code::bad_model, "not a .tflite file: its bytes 4 to 7 are not \"TFL3\"");
  return Reader(bytes).read();
}

}  // namespace drover::runtime
