#include "runtime/io/torch_file.hpp"
#include "tests/fuzz/target.hpp"
#include "tests/support/torch_writer.hpp"

namespace {

tn_test::Bytes bytes(const std::string& text) { return {text.begin(), text.end()}; }

}  // namespace

std::vector<tn_test::Bytes> tn_test::samples() {
    using namespace tn::test;
    const std::vector<SavedTensor> tensors{saved("a.weight", {2, 3}, {1, 2, 3, 4, 5, 6}), saved("a.bias", {2}, {7, 8})};
    return {bytes(torch_zip(tensors)), bytes(torch_legacy(tensors))};
}

/// Reads it as torch.save's; safetensors are read by the target checkpoint.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    return tn_test::attempt([&] {
        for (const tn::NamedTensor& t : tn::read_torch_file({data, size}, "x")) {
            std::size_t count = 1;
            for (const std::int64_t extent : t.shape) count *= static_cast<std::size_t>(extent);
            tn_test::require(t.values.empty() || t.values.size() == count, "as many values as the shape says");
        }
    });
}
