// usage: parallel_NAME    several threads read the target's samples, and changed ones, at the same time. With
// -DTYPENET_SANITIZE=thread it finds what they share that they must not.
#include <thread>

#include "tests/fuzz/target.hpp"

int main() {
    const std::vector<tn_test::Bytes> files = tn_test::samples();
    const auto read_all = [&] {
        for (std::size_t i = 0; i < 3 * files.size(); ++i) {
            const tn_test::Bytes& file = files[i % files.size()];
            const tn_test::Bytes changed = i < files.size() ? file : tn_test::mutated(file, i);
            LLVMFuzzerTestOneInput(changed.data(), changed.size());
        }
    };
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 4; ++i) threads.emplace_back(read_all);
    }
    const int together = tn_test::accepted;
    read_all();
    tn_test::require(together == 4 * (tn_test::accepted - together), "each thread reads what one alone does");
    std::printf("%zu files in 4 threads\n", files.size());
}
