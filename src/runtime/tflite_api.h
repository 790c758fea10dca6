#pragma once

#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"

/// The part of TFLite's C API that Drover calls, declared here because the library comes without headers
/// (tensorflow/lite/core/c/{c_api,c_api_types,c_api_opaque}.h, xnnpack_delegate.h; 2.17 to 2.20).
namespace drover::runtime::tflite {

struct Model;
struct Options;
struct Interpreter;
struct TensorHandle;
struct Delegate;
struct OpaqueContext;
struct OpaqueNode;
struct Operator;

enum Outcome : int { kOk = 0 };

enum class Type : int {
  none = 0,
  float32 = 1,
  int32 = 2,
  uint8 = 3,
  int64 = 4,
  string = 5,
  boolean = 6,
  int16 = 7,
  complex64 = 8,
  int8 = 9,
  float16 = 10,
  float64 = 11,
};

struct QuantizationParams {
  float scale;
  std::int32_t zero_point;
};

struct IntArray {
  int size;
  int first;  // of `size` numbers
};

/// The library writes its own layout (56 bytes in 2.20, 32 in 2.17); both begin with the number of threads.
struct alignas(16) XnnpackOptions {
  std::int32_t threads;
  std::byte rest[508];
};

/// A delegate made of callbacks (TfLiteOpaqueDelegateBuilder).
struct DelegateBuilder {
  void* data;
  Outcome (*prepare)(OpaqueContext*, Delegate*, void*);
  Outcome (*copy_from)(OpaqueContext*, Delegate*, void*, int, TensorHandle*);
  Outcome (*copy_to)(OpaqueContext*, Delegate*, void*, int, TensorHandle*);
  void (*free_handle)(OpaqueContext*, Delegate*, void*, int*);
  std::int64_t flags;
};

using Reporter = void (*)(void* user, const char* format, std::va_list arguments);

// X(member, C name, signature): required, and looked up at opening.
#define DROVER_TFLITE_FUNCTIONS(X)                                                                       \
  X(version, TfLiteVersion, const char*())                                                               \
  X(model_create, TfLiteModelCreateWithErrorReporter, Model*(const void*, std::size_t, Reporter, void*)) \
  X(model_delete, TfLiteModelDelete, void(Model*))                                                       \
  X(options_create, TfLiteInterpreterOptionsCreate, Options*())                                          \
  X(options_delete, TfLiteInterpreterOptionsDelete, void(Options*))                                      \
  X(options_threads, TfLiteInterpreterOptionsSetNumThreads, void(Options*, std::int32_t))                \
  X(options_reporter, TfLiteInterpreterOptionsSetErrorReporter, void(Options*, Reporter, void*))         \
  X(interpreter_create, TfLiteInterpreterCreate, Interpreter*(const Model*, const Options*))             \
  X(interpreter_delete, TfLiteInterpreterDelete, void(Interpreter*))                                     \
  X(input_count, TfLiteInterpreterGetInputTensorCount, std::int32_t(const Interpreter*))                 \
  X(input, TfLiteInterpreterGetInputTensor, TensorHandle*(const Interpreter*, std::int32_t))             \
  X(output_count, TfLiteInterpreterGetOutputTensorCount, std::int32_t(const Interpreter*))               \
  X(output, TfLiteInterpreterGetOutputTensor, const TensorHandle*(const Interpreter*, std::int32_t))     \
  X(resize_input, TfLiteInterpreterResizeInputTensor,                                                    \
    Outcome(Interpreter*, std::int32_t, const int*, std::int32_t))                                       \
  X(allocate, TfLiteInterpreterAllocateTensors, Outcome(Interpreter*))                                   \
  X(invoke, TfLiteInterpreterInvoke, Outcome(Interpreter*))                                              \
  X(reset_variables, TfLiteInterpreterResetVariableTensors, Outcome(Interpreter*))                       \
  X(modify_graph, TfLiteInterpreterModifyGraphWithDelegate, Outcome(const Interpreter*, Delegate*))      \
  X(tensor_type, TfLiteTensorType, Type(const TensorHandle*))                                            \
  X(tensor_dims, TfLiteTensorNumDims, std::int32_t(const TensorHandle*))                                 \
  X(tensor_dim, TfLiteTensorDim, std::int32_t(const TensorHandle*, std::int32_t))                        \
  X(tensor_size, TfLiteTensorByteSize, std::size_t(const TensorHandle*))                                 \
  X(tensor_data, TfLiteTensorData, void*(const TensorHandle*))                                           \
  X(tensor_name, TfLiteTensorName, const char*(const TensorHandle*))                                     \
  X(tensor_quantisation, TfLiteTensorQuantizationParams, QuantizationParams(const TensorHandle*))

// Not in every build of the library: a null pointer where it is missing.
#define DROVER_TFLITE_OPTIONAL_FUNCTIONS(X)                                                                  \
  X(xnnpack_default, TfLiteXNNPackDelegateOptionsDefault, XnnpackOptions())                                  \
  X(xnnpack_create, TfLiteXNNPackDelegateCreate, Delegate*(const XnnpackOptions*))                           \
  X(xnnpack_delete, TfLiteXNNPackDelegateDelete, void(Delegate*))                                            \
  X(delegate_create, TfLiteOpaqueDelegateCreate, Delegate*(const DelegateBuilder*))                          \
  X(delegate_delete, TfLiteOpaqueDelegateDelete, void(Delegate*))                                            \
  X(execution_plan, TfLiteOpaqueContextGetExecutionPlan, Outcome(OpaqueContext*, IntArray**))                \
  X(node, TfLiteOpaqueContextGetNodeAndRegistration, Outcome(OpaqueContext*, int, OpaqueNode**, Operator**)) \
  X(operator_name, TfLiteOperatorGetCustomName, const char*(const Operator*))

struct Api {
#define X(member, symbol, ...) std::add_pointer_t<__VA_ARGS__> member = nullptr;
  DROVER_TFLITE_FUNCTIONS(X)
  DROVER_TFLITE_OPTIONAL_FUNCTIONS(X)
#undef X
  std::string path = {};  // the library's file, as the loader found it
};

/// Opens the library (open_tflite says where it is looked for); it stays open for the process's life.
Result<std::shared_ptr<const Api>> open_api(const std::string& library);

}  // namespace drover::runtime::tflite
