#include "runtime/export/wasm.hpp"

#include <fmt/format.h>

#include "runtime/core/file.hpp"
#include "runtime/core/passing_folder.hpp"
#include "runtime/core/run_program.hpp"

namespace tn {

namespace {

/// What the header includes, where there is no library for WebAssembly.
constexpr const char* cstddef_text = R"(#pragma once
namespace std {
using size_t = decltype(sizeof 0);
}
)";
constexpr const char* cmath_text = R"(#pragma once
#define NAN __builtin_nanf("")
#define INFINITY __builtin_inff()
#define TN_OF_PAGE(name)                                                                        \
    extern "C" __attribute__((import_module("math"), import_name(#name))) double page_##name(double); \
    namespace std {                                                                             \
    inline float name(float x) { return static_cast<float>(page_##name(static_cast<double>(x))); } \
    }
TN_OF_PAGE(exp)
TN_OF_PAGE(expm1)
TN_OF_PAGE(log)
TN_OF_PAGE(log1p)
TN_OF_PAGE(tanh)
TN_OF_PAGE(erf)
namespace std {
inline float sqrt(float x) { return __builtin_sqrtf(x); }
inline float abs(float x) { return __builtin_fabsf(x); }
}
)";
constexpr const char* calls_text = R"(#define network_weights_elsewhere
#include "network.hpp"
static float x[network::inputs], y[network::outputs], work[network::workspace];
extern "C" {
__attribute__((export_name("input"))) float* input() { return x; }
__attribute__((export_name("output"))) float* output() { return y; }
__attribute__((export_name("weights"))) const unsigned char* weights() { return network_weights; }
__attribute__((export_name("run"))) void run() { network::infer(x, y, work); }
}
)";

std::vector<std::string> with_versions(const std::string& name) {
    std::vector<std::string> names{name};
    for (int version = 30; version >= 13; --version) names.push_back(fmt::format("{}-{}", name, version));
    return names;
}

std::string tool(const std::string& name, const std::string& package) {
    const std::string found = program_of(with_versions(name));
    if (found.empty())
        throw Error(fmt::format("a page is compiled by clang++ and wasm-ld, and {} is not there: the package {} has it",
                                name, package));
    return found;
}

}  // namespace

WasmModule to_wasm(const InferenceGraph& graph, const HeaderInfo& info) {
    const std::string compiler = tool("clang++", "clang"), linker = tool("wasm-ld", "lld");
    HeaderInfo own = info;
    own.name = "network";
    const ExportedHeader header = exported_header(graph, own, true);
    const PassingFolder folder;
    const auto file = [&](const char* name) { return (folder.path() / name).string(); };
    write_file(file("network.hpp"), header.text);
    write_file(file("cmath"), std::string_view(cmath_text));
    write_file(file("cstddef"), std::string_view(cstddef_text));
    write_file(file("calls.cpp"), std::string_view(calls_text));
    // A file of its own, or the compiler would take the weights for the zeros that they are until the page fills them.
    write_file(file("weights.cpp"),
               fmt::format("extern \"C\" {{ alignas(64) unsigned char network_weights[{}]; }}\n", header.block.size()));
    std::vector<std::string> link{linker,        "--no-entry", "--stack-first",     "-z", "stack-size=1048576",
                                  "--strip-all", "-o",         file("network.wasm")};
    for (const char* name : {"calls", "weights"}) {
        const std::string object = file(name) + ".o";
        if (!run_program({compiler, "--target=wasm32-unknown-unknown", "-msimd128", "-mbulk-memory", "-std=c++17",
                          "-O3", "-ffreestanding", "-nostdlibinc", "-fno-exceptions", "-fno-rtti", "-I",
                          folder.path().string(), "-c", file(name) + ".cpp", "-o", object}))
            throw Error(compiler + ": could not compile the network for WebAssembly");
        link.push_back(object);
    }
    if (!run_program(link)) throw Error(linker + ": could not link the network for WebAssembly");
    WasmModule wasm;
    wasm.module = read_file(file("network.wasm"), std::uint64_t{1} << 30);
    wasm.weights.assign(header.block.begin(), header.block.end());
    return wasm;
}

}  // namespace tn
