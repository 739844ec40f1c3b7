// usage: failing_memory_NAME    reads each sample of the target with every single allocation failing
#include "tests/fuzz/failing_memory.hpp"

#include <string_view>

#include "tests/fuzz/target.hpp"

namespace {

/// What libraries decode that cannot: libwebp 1.2.4 frees what it did not allocate when a lossless picture runs out of
/// memory, and libheif 1.15 does not free what it did.
bool library_fails(const tn_test::Bytes& file) {
    const std::string_view text(reinterpret_cast<const char*>(file.data()), file.size());
    return text.substr(0, 16).ends_with("WEBPVP8L") || text.substr(0, 16).ends_with("WEBPVP8X") ||
           text.substr(4, 4) == "ftyp";
}

}  // namespace

int main() {
    const std::vector<tn_test::Bytes> files = tn_test::samples();
    long runs = 0;
    int left_out = 0;
    for (const tn_test::Bytes& file : files) {
        if (library_fails(file)) {
            ++left_out;
            continue;
        }
        const auto read = [&] { LLVMFuzzerTestOneInput(file.data(), file.size()); };
        const long more = tn_test::with_every_allocation_failing(read, [] {});
        tn_test::require(more > 0, "memory is lost");
        runs += more;
        const int before = tn_test::accepted;
        read();
        tn_test::require(tn_test::accepted == before + 1, "a sample is accepted after memory was short");
    }
    std::printf("%zu files, %ld runs without memory; %d files are left out\n", files.size() - left_out, runs, left_out);
}
