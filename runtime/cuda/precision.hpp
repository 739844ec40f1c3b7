// With which precision products are computed.
#pragma once

#include <string>

#include "runtime/core/error.hpp"

namespace tn::cuda {

/// How products and convolutions multiply float values: as they are, rounded to TF32 or to bfloat16; sums are float.
enum class Precision { fp32, tf32, bf16 };

constexpr const char* name(Precision precision) {
    switch (precision) {
        case Precision::tf32: return "tf32";
        case Precision::bf16: return "bf16";
        default: return "fp32";
    }
}

/// "fp32", "tf32" or "bf16"; throws Error for other words.
inline Precision parse_precision(const std::string& word) {
    for (Precision p : {Precision::fp32, Precision::tf32, Precision::bf16})
        if (word == name(p)) return p;
    throw Error("--precision must be fp32, tf32 or bf16, not '" + word + "'");
}

}  // namespace tn::cuda
