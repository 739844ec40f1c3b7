// The instruction sets that the CPU kernels are compiled for; one is chosen at run time.
#pragma once

#include <string_view>

namespace tn {

enum class Isa {
    portable,  // 128-bit vectors that every machine of this architecture has
    avx2,      // AVX2 and FMA
    avx512,    // AVX-512 F, BW, DQ and VL
};

/// True when this build and this CPU (and its operating system) have it.
bool available(Isa isa);

/// The widest available one.
Isa best_isa();

/// "portable", "avx2" or "avx512".
const char* name(Isa isa);

/// The set with that name; "best" is best_isa(). Throws Error for an unknown name and for one that is not available
/// here, saying what is.
Isa parse_isa(std::string_view name);

/// Throws the Error of parse_isa when it is not available.
void require(Isa isa);

}  // namespace tn
