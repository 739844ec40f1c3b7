// usage: fuzz_NAME COUNT [FIRST]    reads COUNT changed files, the same ones for the same numbers
//        fuzz_NAME --corpus FOLDER  writes the files that are changed, for libFuzzer to begin from
#include <cstring>
#include <filesystem>
#include <fstream>

#include "tests/fuzz/target.hpp"

int main(int argc, char** argv) {
    const std::vector<tn_test::Bytes> files = tn_test::samples();
    if (argc == 3 && std::strcmp(argv[1], "--corpus") == 0) {
        std::filesystem::create_directories(argv[2]);
        for (std::size_t i = 0; i < files.size(); ++i)
            std::ofstream(std::filesystem::path(argv[2]) / std::to_string(i), std::ios::binary)
                .write(reinterpret_cast<const char*>(files[i].data()), files[i].size());
        return 0;
    }
    const std::uint64_t count = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 0;
    const std::uint64_t first = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 0;
    if (count == 0) {
        std::fprintf(stderr, "usage: %s COUNT [FIRST] | --corpus FOLDER\n", argv[0]);
        return 2;
    }
    for (const tn_test::Bytes& file : files) LLVMFuzzerTestOneInput(file.data(), file.size());
    tn_test::require(tn_test::accepted == std::ssize(files), "every unchanged file is accepted");
    for (std::uint64_t i = first; i < first + count; ++i) {
        const tn_test::Bytes file = tn_test::mutated(files[i % files.size()], i);
        LLVMFuzzerTestOneInput(file.data(), file.size());
    }
    const std::uint64_t good = tn_test::accepted - std::ssize(files);
    std::printf("%llu changed files: %llu read, %llu refused\n", static_cast<unsigned long long>(count),
                static_cast<unsigned long long>(good), static_cast<unsigned long long>(count - good));
    tn_test::require(good > 0 && good < count, "some changes are harmless and some are not");
}
