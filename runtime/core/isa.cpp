#include "runtime/core/isa.hpp"

#include <string>

#include "runtime/core/error.hpp"

namespace tn {

bool available(Isa isa) {
    switch (isa) {
        case Isa::portable: return true;
#if defined(__x86_64__)
        case Isa::avx2: return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
        case Isa::avx512:
            return available(Isa::avx2) && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                   __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
#endif
        default: return false;
    }
}

Isa best_isa() {
    if (available(Isa::avx512)) return Isa::avx512;
    return available(Isa::avx2) ? Isa::avx2 : Isa::portable;
}

const char* name(Isa isa) {
    switch (isa) {
        case Isa::avx512: return "avx512";
        case Isa::avx2: return "avx2";
        case Isa::portable: return "portable";
    }
    return "unknown";
}

Isa parse_isa(std::string_view text) {
    if (text == "best") return best_isa();
    for (Isa isa : {Isa::portable, Isa::avx2, Isa::avx512})
        if (text == name(isa)) {
            require(isa);
            return isa;
        }
    throw Error("the instruction set must be best, portable, avx2 or avx512, not \"" + std::string(text) + "\"");
}

void require(Isa isa) {
    if (!available(isa))
        throw Error("the instruction set " + std::string(name(isa)) + " was asked for, but this CPU has " +
                    name(best_isa()));
}

}  // namespace tn
