// FNV-1a (Fowler, Noll and Vo): one short number for many.
#pragma once

#include <cstdint>

namespace tn {

struct Fnv {
    std::uint64_t hash = 0xCBF29CE484222325u;

    void add(std::uint64_t value) { hash = (hash ^ value) * 0x100000001B3u; }
};

}  // namespace tn
