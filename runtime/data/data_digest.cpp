#include "runtime/data/data_digest.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <span>

#include "runtime/core/fnv.hpp"

namespace tn {

namespace {

void add(Fnv& fnv, std::span<const std::uint8_t> bytes) {
    fnv.add(bytes.size());
    for (const std::uint8_t byte : bytes) fnv.add(byte);
}

void add(Fnv& fnv, const std::string& text) {
    add(fnv, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

}  // namespace

std::string digest_of(const std::vector<const Pictures*>& sets) {
    Fnv fnv;
    for (const Pictures* set : sets) {
        for (const int side : {set->shape.channels, set->shape.height, set->shape.width, set->size()}) fnv.add(side);
        for (const int label : set->labels) fnv.add(label);
        for (const std::string& file : set->files) add(fnv, std::filesystem::path(file).filename().string());
        for (const std::string& name : set->classes) add(fnv, name);
        add(fnv, set->pixels);
    }
    return fmt::format("{:016x}", fnv.hash);
}

}  // namespace tn
