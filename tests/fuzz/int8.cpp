#include "dsl/typenet.hpp"
#include "runtime/core/file.hpp"
#include "runtime/int8/int8_file.hpp"
#include "runtime/int8/int8_predictor.hpp"
#include "tests/fuzz/target.hpp"
#include "tests/runtime/temporary_folder.hpp"

namespace {

using N =
    tn::Net<tn::Image<1, 4, 4>, tn::Batch<2>, tn::Seq<tn::Conv<3, 3>, tn::Relu, tn::Dense<2>>, tn::SoftmaxCrossEntropy>;

struct Saved {
    tn_test::TemporaryFolder folder;
    tn::cpu::Device device{1};
    tn::InferenceGraph graph = tn::inference_graph(tn::Model<N>(device, 1));
    std::vector<float> x = std::vector<float>(16, 0.5f);
};

Saved& saved() {
    static Saved one;
    return one;
}

}  // namespace

std::vector<tn_test::Bytes> tn_test::samples() {
    Saved& s = saved();
    tn::Calibration calibration(s.graph);
    calibration.add(s.x);
    tn::CheckpointInfo info;
    info.classes = {"a", "b"};
    tn::save_int8(s.folder / "whole", tn::quantise(s.graph, calibration.ranges()), info);
    // Without its checksum, which would refuse nearly all that is changed.
    Bytes open = tn::read_file(s.folder / "whole", 1 << 20);
    const std::string key = "crc32_by_name";
    *std::search(open.begin(), open.end(), key.begin(), key.end()) = 'x';
    return {tn::read_file(s.folder / "whole", 1 << 20), open};
}

/// What is not refused predicts.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Saved& s = saved();
    const auto path = s.folder.write("x", std::span(data, size));
    return tn_test::attempt([&] {
        const tn::Int8Predictor predictor(tn::load_int8(path, s.graph).quantised);
        tn_test::require(predictor.predict(s.x).size() == 2, "there is an output for each class");
    });
}
