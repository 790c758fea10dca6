#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "bundle/worker_protocol.h"
#include "tables/tensor.h"

namespace drover::runtime {

/// A tensor as a .tflite file describes it.
struct FileTensor {
  std::string name;
  std::string type_name;               // "FLOAT32", "STRING", …
  std::optional<tables::DType> dtype;  // none for a type that Drover does not carry
  std::vector<std::int64_t> shape;     // -1 where shape_signature leaves it free
  std::optional<bundle::Quantisation> quantisation;
  bool variable = false;  // remembered between inferences
  std::uint32_t buffer = 0;
};

/// What a .tflite file says of itself, read without the runtime.
struct ModelFile {
  std::uint64_t size_bytes = 0;
  std::string description;
  std::vector<FileTensor> tensors;           // of the first subgraph
  std::vector<std::size_t> inputs, outputs;  // indices into tensors
  std::map<std::string, std::uint64_t>
      operators;                        // how many of each, over all subgraphs; "CUSTOM:name" for others
  std::size_t operator_count = 0;       // over all subgraphs
  std::size_t operator_count_main = 0;  // of the first subgraph
  std::size_t subgraph_count = 0;
  bool stateful = false;  // has variable tensors or resource variables
};

/// True when the bytes begin as a .tflite file does (file identifier TFL3).
bool looks_like_model(ByteView bytes);

/// Reads and checks the file: every table, vector and index lies where it must. What an operator's options
/// mean, the runtime alone knows; so a file that passes may still be refused by it. Errors: bad_model names
/// the place; too_large beyond 2 GiB; too_many beyond 1 000 000 tensors or operators.
Result<ModelFile> read_model_file(ByteView bytes);

}  // namespace drover::runtime
