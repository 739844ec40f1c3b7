#include "runtime/cpu/int8.hpp"

#include <algorithm>
#include <cstring>
#include <string>

#include "runtime/core/error.hpp"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#endif

#define TN_KERNELS "runtime/cpu/int8/kernels-inl.hpp"
#include "runtime/cpu/int8/each_products.inc"

namespace tn::cpu {

namespace {

#if defined(__x86_64__)
/// clang 14 does not know the name that __builtin_cpu_supports() has for it.
bool has_avx_vnni() {
    unsigned a = 0, b = 0, c = 0, d = 0;
    return __get_cpuid_count(7, 1, &a, &b, &c, &d) && (a >> 4 & 1) != 0;
}
#endif

}  // namespace

bool available(ByteProducts products) {
    switch (products) {
        case ByteProducts::portable: return true;
#if defined(__x86_64__)
        case ByteProducts::avx2: return tn::available(Isa::avx2);
        case ByteProducts::avx_vnni: return tn::available(Isa::avx2) && has_avx_vnni();
        case ByteProducts::avx512: return tn::available(Isa::avx512);
        case ByteProducts::avx512_vnni: return tn::available(Isa::avx512) && __builtin_cpu_supports("avx512vnni");
#endif
        default: return false;
    }
}

ByteProducts best_products(Isa isa) {
    require(isa);
    if (isa == Isa::portable) return ByteProducts::portable;
    const bool wide = isa == Isa::avx512;
    const ByteProducts with = wide ? ByteProducts::avx512_vnni : ByteProducts::avx_vnni;
    return available(with) ? with : wide ? ByteProducts::avx512 : ByteProducts::avx2;
}

const char* name(ByteProducts products) {
    switch (products) {
        case ByteProducts::portable: return "portable";
        case ByteProducts::avx2: return "avx2";
        case ByteProducts::avx_vnni: return "avx-vnni";
        case ByteProducts::avx512: return "avx512";
        case ByteProducts::avx512_vnni: return "avx512-vnni";
    }
    return "unknown";
}

const ByteKernels& byte_kernels(ByteProducts products) {
    if (!available(products))
        throw Error("products of bytes by " + std::string(name(products)) + " were asked for, but this CPU has " +
                    name(best_products()));
#if defined(__x86_64__)
    switch (products) {
        case ByteProducts::avx512_vnni: return avx512_vnni::byte_kernels;
        case ByteProducts::avx512: return avx512::byte_kernels;
        case ByteProducts::avx_vnni: return avx_vnni::byte_kernels;
        case ByteProducts::avx2: return avx2::byte_kernels;
        default: break;
    }
#endif
    return portable::byte_kernels;
}

}  // namespace tn::cpu
