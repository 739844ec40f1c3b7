// Layers on bytes on the CPU: sums of products of unsigned bytes with signed ones, which become bytes again. The
// kernels are compiled once into the library for each way of multiplying bytes; all give the same bits.
#pragma once

#include <string_view>

#include "runtime/core/isa.hpp"
#include "runtime/cpu/int8/passes.hpp"

namespace tn::cpu {

/// How bytes are multiplied.
enum class ByteProducts {
    portable,     // two products of 16 bits at a time in vectors of 128 bits; plain loops where the processor is no x86
    avx2,         // two of bytes, 256 bits
    avx_vnni,     // four of bytes, 256 bits
    avx512,       // two of bytes, 512 bits
    avx512_vnni,  // four of bytes, 512 bits
};

/// True when this build and this CPU (and its operating system) have it.
bool available(ByteProducts products);
/// The fastest available one of the instruction set.
ByteProducts best_products(Isa isa = best_isa());
/// "portable", "avx2", "avx-vnni", "avx512" or "avx512-vnni".
const char* name(ByteProducts products);

/// Throws Error where they are not available here.
const ByteKernels& byte_kernels(ByteProducts products);

}  // namespace tn::cpu
