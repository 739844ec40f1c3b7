// A trained network as a WebAssembly module, for pages.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/export/header.hpp"

namespace tn {

/// A module that exports its `memory`, the addresses `input()`, `output()` and `weights()` in it, and `run()`, from one
/// sample to its outputs; and the bytes that belong at weights() before. It has vectors of 128 bits, and imports the
/// functions exp, expm1, log, log1p, tanh and erf of "math" where the network needs them.
struct WasmModule {
    std::vector<std::uint8_t> module, weights;
};

/// Compiles the exported header by clang and wasm-ld of the PATH. Throws Error where one of them is not there or cannot
/// make WebAssembly.
WasmModule to_wasm(const InferenceGraph& graph, const HeaderInfo& info);

}  // namespace tn
