#include "runtime/model/checkpoint.hpp"

#include "dsl/typenet.hpp"
#include "runtime/core/file.hpp"
#include "runtime/model/weights.hpp"
#include "tests/fuzz/target.hpp"
#include "tests/runtime/temporary_folder.hpp"

namespace {

using N = tn::Net<tn::Vector<2>, tn::Batch<2>, tn::Seq<tn::Dense<3>, tn::BN, tn::Relu, tn::Dense<2>>,
                  tn::SoftmaxCrossEntropy>;

struct Loaded {
    tn_test::TemporaryFolder folder;
    tn::cpu::Device device{1};
    tn::Model<N, tn::Adam> model{device, 1};

    std::vector<float> values() {
        std::vector<float> all;
        for (const auto& t : model.tensors()) all.insert(all.end(), t.values.begin(), t.values.end());
        return all;
    }
};

Loaded& loaded() {
    static Loaded one;
    return one;
}

}  // namespace

std::vector<tn_test::Bytes> tn_test::samples() {
    Loaded& l = loaded();
    tn::save_checkpoint(l.folder / "whole", l.model, {"", {"a", "b"}, {}, 0, 0, {}}, true);
    tn::save_weights(l.folder / "weights", l.model);
    return {tn::read_file(l.folder / "whole", 1 << 20), tn::read_file(l.folder / "weights", 1 << 20)};
}

/// Loads it as a checkpoint and, where it is none, as weights alone; a refused file leaves the model as it was.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Loaded& l = loaded();
    const auto path = l.folder.write("x", std::span(data, size));
    const std::vector<float> before = l.values();
    return tn_test::attempt([&] {
        try {
            tn::load_checkpoint(path, l.model, true);
        } catch (const tn::Error&) {
            tn_test::require(l.values() == before, "a refused checkpoint changes nothing");
            try {
                tn::load_weights(path, l.model);
            } catch (const tn::Error&) {
                tn_test::require(l.values() == before, "refused weights change nothing");
                throw;
            }
        }
        l.model.initialise(tn::He{});
    });
}
