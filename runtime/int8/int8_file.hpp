// Networks in int8 as files: safetensors of a quarter of the size.
#pragma once

#include <filesystem>

#include "runtime/int8/quantised_graph.hpp"
#include "runtime/io/safetensors.hpp"
#include "runtime/model/checkpoint.hpp"

namespace tn {

/// Writes, by the number of the layer in the graph, `3.weight` (I8 [outputs][weights of one]), `3.bias` (I32, in steps
/// of the sums) and `3.scale` (F64: what a sum counts), the tensors of layers in fp32 as `5.tensor.0`, and what bytes
/// stand for, of every value `values.scale` (F32) and `values.zero` (U8). The metadata is that of a checkpoint, with
/// `weights_as`, `int8`. Throws Error as write_typed_safetensors() does.
void save_int8(const std::filesystem::path& path, const QuantisedGraph& quantised, CheckpointInfo info);

/// Whether a file is one of save_int8().
bool is_int8(const Safetensors& file);

struct Int8File {
    QuantisedGraph quantised;
    CheckpointInfo info;
};

/// What save_int8() wrote of this network: `graph` is that of any model of it with the same outputs, whose weights do
/// not matter. Throws Error "path: reason" where the file is damaged, of another network, not of int8, or has a tensor
/// that int8 cannot have; the reason names the tensor and the layer.
Int8File load_int8(const std::filesystem::path& path, InferenceGraph graph);

}  // namespace tn
