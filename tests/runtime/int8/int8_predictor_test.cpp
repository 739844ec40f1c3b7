// Networks on bytes in the library: near the model, the same bits however bytes are multiplied, and those of the
// header.
#define BOOST_TEST_MODULE int8_predictor
#include "runtime/int8/int8_predictor.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <thread>

#include "dsl/typenet.hpp"
#include "runtime/export/header.hpp"
#include "tests/runtime/export/header_check.hpp"
#include "tests/support/allocations.hpp"
#include "tests/support/exported.hpp"

using namespace tn;
using namespace tn_test;

namespace {

constexpr cpu::ByteProducts all_products[] = {cpu::ByteProducts::portable, cpu::ByteProducts::avx2,
                                              cpu::ByteProducts::avx_vnni, cpu::ByteProducts::avx512,
                                              cpu::ByteProducts::avx512_vnni};

/// Tiles of every number of panels, and rows that end within one.
using Wide = Net<Image<3, 21, 31>, Batch<3>,
                 Seq<Conv<80, 3>, Relu, Pool<2>, Conv<130, 1>, Relu, Conv<33, 3, Stride<2>>, Relu, Conv<48, 3>, Relu,
                     Conv<48, 5, Depthwise>, Relu, Conv<20, 1>, Dense<40>, Relu, Dense<5>>,
                 SoftmaxCrossEntropy>;

template <class N> struct Quantised {
    Samples<N> samples;
    InferenceGraph graph = inference_graph(*samples.model);
    std::vector<ValueRange> ranges = ranges_of(graph, samples.x);

    QuantisedGraph quantised() const { return quantise(graph, ranges); }
};

/// The largest difference from the model that is in fp32.
template <class N> double furthest_from_fp32() {
    const Quantised<N> q;
    BOOST_TEST(q.samples.telling());
    const auto y = Int8Predictor(q.quantised()).predict(q.samples.x);
    BOOST_REQUIRE(y.size() == q.samples.y.size());
    double most = 0;
    for (std::size_t i = 0; i < y.size(); ++i)
        most = std::max(most, std::abs(static_cast<double>(y[i]) - q.samples.y[i]));
    // All products give these bits.
    const auto portable = Int8Predictor(q.quantised(), cpu::ByteProducts::portable).predict(q.samples.x);
    for (const cpu::ByteProducts products : all_products)
        if (available(products))
            BOOST_TEST((Int8Predictor(q.quantised(), products).predict(q.samples.x) == portable), cpu::name(products));
    return most;
}

/// The status of a program that runs the header, compiled for the processors that all have, and compares.
template <class N> int compared_with_header() {
    const Quantised<N> q;
    const auto y = Int8Predictor(q.quantised()).predict(q.samples.x);
    const TemporaryFolder folder;
    folder.write("net.hpp", to_header(q.graph, {"net", {}, {}, WeightsAs::int8, q.ranges}));
    folder.write("main.cpp", fmt::format("#include \"net.hpp\"\nconst float xs[] = {{{}}}, ys[] = {{{}}};\n"
                                         "float y[net::outputs], work[net::workspace];\nint main() {{\n"
                                         "for (int n = 0; n < {}; ++n) {{\n"
                                         "if (!net::infer(xs + n * net::inputs, y, work)) return 3;\n"
                                         "for (std::size_t i = 0; i < net::outputs; ++i) {{\n"
                                         "const float apart = y[i] - ys[n * net::outputs + i];\n"
                                         "if (!(apart < 1e-6f && apart > -1e-6f)) return 1;\n}}\n}}\nreturn 0;\n}}\n",
                                         fmt::join(q.samples.x, ", "), fmt::join(y, ", "), q.samples.count));
    const std::string built = quoted((folder / "main").string());
    const tn_test::Run compile = run_shell(fmt::format("{} -std=c++17 -O1 -ffp-contract=off {} -o {}", TN_CXX,
                                                       quoted((folder / "main.cpp").string()), built));
    BOOST_TEST(compile.status == 0, compile.err);
    return run_shell(built).status;
}

}  // namespace

BOOST_AUTO_TEST_CASE(near_fp32_and_the_same_bits_by_all_products) {
    BOOST_TEST(furthest_from_fp32<Photographic>() < 0.03);
    BOOST_TEST(furthest_from_fp32<Wide>() < 0.03);
    BOOST_TEST(furthest_from_fp32<Mobile>() < 0.03);
    BOOST_TEST(furthest_from_fp32<Tiled>() < 0.08);
    BOOST_TEST(furthest_from_fp32<Windows>() < 0.08);
    BOOST_TEST(furthest_from_fp32<Winding>() < 0.08);
    BOOST_TEST(furthest_from_fp32<Unfolded>() < 0.08);
    BOOST_TEST(furthest_from_fp32<Formulas>() < 0.08);
    BOOST_TEST(furthest_from_fp32<Segmented>() < 0.08);
}

BOOST_AUTO_TEST_CASE(beside_layers_in_fp32) {
    BOOST_TEST(furthest_from_fp32<Gated>() < 0.08);
    BOOST_TEST(furthest_from_fp32<Decoder>() < 0.08);
    BOOST_TEST(furthest_from_fp32<Norms>() < 0.08);
    BOOST_TEST(furthest_from_fp32<Transformer>() < 0.08);
    BOOST_TEST(furthest_from_fp32<Words>() < 0.08);
}

BOOST_AUTO_TEST_CASE(what_the_header_computes) {
    BOOST_TEST(compared_with_header<Photographic>() == 0);
    BOOST_TEST(compared_with_header<Wide>() == 0);
    BOOST_TEST(compared_with_header<Mobile>() == 0);
    BOOST_TEST(compared_with_header<Windows>() == 0);
    BOOST_TEST(compared_with_header<Winding>() == 0);
    BOOST_TEST(compared_with_header<Unfolded>() == 0);
    BOOST_TEST(compared_with_header<Gated>() == 0);
}

BOOST_AUTO_TEST_CASE(one_by_one_and_on_any_threads) {
    const Quantised<Mobile> q;
    const Int8Predictor predictor(q.quantised());
    const std::size_t size = Mobile::input.size(), outputs = Mobile::output.size();
    std::vector<float> x;
    for (int i = 0; i < 5; ++i) x.insert(x.end(), q.samples.x.begin(), q.samples.x.end());
    const auto together = predictor.predict(x);
    std::vector<float> shared(together.size()), one(outputs);
    for (const int threads : {1, 2, 3}) {
        ThreadPool pool(threads);
        predictor.predict(x, shared, pool);
        BOOST_TEST((shared == together), threads);
    }
    for (std::size_t n = 0; n * size < x.size(); ++n) {
        predictor.predict(std::span<const float>(x).subspan(n * size, size), one);
        BOOST_TEST(std::equal(one.begin(), one.end(), together.begin() + n * outputs));
    }
    std::vector<std::vector<float>> of_thread(4);
    std::vector<std::thread> threads;
    for (auto& y : of_thread) threads.emplace_back([&y, &x, copy = predictor] { y = copy.predict(x); });
    for (std::thread& t : threads) t.join();
    for (const auto& y : of_thread) BOOST_TEST((y == together));
}

BOOST_AUTO_TEST_CASE(a_prediction_allocates_nothing) {
    const Quantised<Gated> q;
    const Int8Predictor predictor(q.quantised());
    predictor.prepare(1);
    std::vector<float> outputs(q.samples.y.size());
    const long before = tn::test::allocations;
    predictor.predict(q.samples.x, outputs);
    BOOST_TEST(tn::test::allocations == before);
}

BOOST_AUTO_TEST_CASE(what_it_says_of_itself) {
    const Quantised<Gated> q;
    const Int8Predictor predictor(q.quantised(), cpu::ByteProducts::portable);
    BOOST_TEST(predictor.describe() == "int8 by portable");
    BOOST_TEST((predictor.input() == Gated::input && predictor.output() == Gated::output));
    const auto& layers = predictor.layers_in_fp32();
    BOOST_TEST(std::count_if(layers.begin(), layers.end(), [](const auto& l) { return contains(l, "Conv<"); }) == 0);
    BOOST_TEST(std::count_if(layers.begin(), layers.end(), [](const auto& l) { return contains(l, "Softmax"); }) == 1);
    std::size_t weights = 0;
    for (const GraphNode& node : q.graph.nodes)
        for (const auto& tensor : node.tensors) weights += tensor.size();
    BOOST_TEST(predictor.weight_bytes() > weights);
    BOOST_TEST(Int8Predictor(Quantised<Wide>().quantised()).weight_bytes() < 300'000);  // of 227 thousand weights
}

BOOST_AUTO_TEST_CASE(what_it_cannot_have_is_said) {
    const Quantised<Values> q;
    BOOST_TEST(error_of([&] { quantise(q.graph, {}); }) ==
               "int8 needs the ranges of all values: samples to calibrate with");
    const Int8Predictor predictor(q.quantised());
    std::vector<float> y(2);
    BOOST_TEST(error_of([&] { predictor.predict(std::vector<float>(6), y); }) ==
               "of each sample there must be 5 inputs and 2 outputs, not 6 and 2 in all");
    BOOST_TEST((cpu::best_products(Isa::portable) == cpu::ByteProducts::portable));
    for (const cpu::ByteProducts products : all_products)
        if (!available(products))
            BOOST_TEST(contains(error_of([&] { cpu::byte_kernels(products); }),
                                fmt::format("by {} were asked for, but this CPU has ", cpu::name(products))));
}
