// Frozen: what training leaves as it is, what it then needs no room for, and that the weights are those of other
// stages.
#define BOOST_TEST_MODULE frozen
#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "dsl/typenet.hpp"
#include "runtime/export/onnx.hpp"
#include "runtime/model/checkpoint.hpp"
#include "runtime/model/weights.hpp"
#include "tests/runtime/temporary_folder.hpp"
#include "tests/support/layer_checker.hpp"
#include "tests/support/model_values.hpp"

using namespace tn;
using tn::test::set_batch;
using tn::test::values;
using tn_test::TemporaryFolder;

namespace {

using Body = Seq<Conv<8, 3>, BN, Relu, Pool<2>, Residual<Conv<8, 3>, BN>, Relu, Dense<16>, BN, Relu, Dropout<50>>;
template <class Part> using Classifier = Net<Image<1, 8, 8>, Batch<6>, Seq<Part, Dense<3>>, SoftmaxCrossEntropy>;
using OnlyLast = Classifier<Frozen<Body>>;
using Whole = Classifier<Body>;

// All of the body's weights are there, and of each but one copy.
constexpr std::size_t body = 8 * 9 + 2 * 8 + 8 * 8 * 9 + 2 * 8 + 16 * 8 * 16 + 2 * 16;
static_assert(OnlyLast::frozen_parameters == body && Whole::frozen_parameters == 0);
static_assert(OnlyLast::parameters == Whole::parameters && OnlyLast::states == Whole::states);
static_assert(OnlyLast::train_bytes<Adam> + 3 * body * sizeof(float) < Whole::train_bytes<Adam>);
static_assert(OnlyLast::infer_bytes == Whole::infer_bytes);

// Nothing runs backward but the last layer, and of what comes before it nothing outlives the way forward.
using LastSchedule = OnlyLast::schedule<Fusion::on, Purpose::train>;
constexpr int backward_passes(const bool* runs, int nodes) {
    int count = 0;
    for (int i = 0; i < nodes; ++i) count += runs[i];
    return count;
}
static_assert(backward_passes(LastSchedule::plan.runs_backward, LastSchedule::program.nodes) == 1);
static_assert(LastSchedule::plan.size < Whole::schedule<Fusion::on, Purpose::train>::plan.size);

// Fused as at inference, in front of what is trained and alone.
template <class N, Purpose For> constexpr int nodes = N::template schedule<Fusion::on, For>::program.nodes;
static_assert(nodes<OnlyLast, Purpose::train> == nodes<Whole, Purpose::train>);
using Mixed = Classifier<Seq<Frozen<Conv<8, 3>>, BN, Relu, Frozen<Pool<2>>>>;
static_assert(nodes<Mixed, Purpose::train> > nodes<Mixed, Purpose::infer>);

// Several layers count as so many, wherever they stand, and a Frozen within one is the same.
template <class... Ls> using Counted = Net<Vector<4>, Batch<2>, Seq<Ls..., Dense<2>>, SoftmaxCrossEntropy>;
template <class A, class B> constexpr bool same_places() {
    bool same = A::flat::size == B::flat::size;
    for (std::size_t i = 0; same && i < A::flat::size; ++i)
        same = LayerTable<typename A::flat>::records[i].path[0] == LayerTable<typename B::flat>::records[i].path[0];
    return same;
}
using Plain = Counted<Dense<4>, Relu, Residual<Dense<4>, Relu>, Concat<Dense<2>, Dense<3>>>;
static_assert(same_places<Counted<Frozen<Dense<4>, Relu, Residual<Dense<4>, Relu>>, Concat<Frozen<Dense<2>, Dense<3>>>>,
                          Plain>());
static_assert(same_places<Counted<Dense<4>, Relu, Residual<Frozen<Dense<4>, Relu>>, Concat<Dense<2>, Frozen<Dense<3>>>>,
                          Plain>());
static_assert(same_places<Counted<Frozen<Frozen<Dense<4>, Relu>, Residual<Dense<4>, Relu>>, Concat<Dense<2>, Dense<3>>>,
                          Plain>());
static_assert(same_places<Net<Vector<4>, Batch<2>, Frozen<Seq<Dense<4>, Dense<2>>>, SoftmaxCrossEntropy>,
                          Net<Vector<4>, Batch<2>, Seq<Dense<4>, Dense<2>>, SoftmaxCrossEntropy>>());

constexpr auto as_value = network<Vector<4>, Batch<2>>(Frozen<Dense<4>, Relu>{} | Dense<2>{}, SoftmaxCrossEntropy{});
static_assert(same_places<std::remove_const_t<decltype(as_value)>, Counted<Dense<4>, Relu>>());

}  // namespace

BOOST_AUTO_TEST_CASE(training_moves_nothing_that_is_frozen) {
    cpu::Device device(2);
    Model<OnlyLast, Adam> model(device);
    const auto before = values(model);
    for (int step = 0; step < 5; ++step) {
        set_batch(model, step);
        model.train(6, Adam{.rate = 0.01f, .weight_decay = 0.1f});
    }
    const auto after = values(model);
    std::size_t i = 0, frozen = 0;
    for (const auto& t : model.tensors()) {
        const bool of_body = t.name.starts_with("0.");
        BOOST_TEST((before[i] == after[i]) == of_body, t.name);
        BOOST_TEST(t.trained == !of_body);
        if (of_body && !t.is_state()) {
            ++frozen;
            BOOST_CHECK_THROW(model.gradient(t), Error);
            BOOST_CHECK_THROW(model.optimizer_state(t, 0), Error);
        }
        ++i;
    }
    BOOST_TEST(frozen == 9u);
}

BOOST_AUTO_TEST_CASE(frozen_layers_run_as_at_inference) {
    cpu::Device device(2);
    Model<OnlyLast, SGD> model(device);
    set_batch(model, 3);
    for (const auto& t : model.tensors())
        if (t.is_state())
            for (float& v : t.values) v += 0.5f;
    const std::span in_training = model.outputs(6, true);
    const std::vector<float> trained(in_training.begin(), in_training.end());
    const std::span at_inference = model.outputs(6, false);
    BOOST_TEST(trained == std::vector<float>(at_inference.begin(), at_inference.end()),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_rest_learns_as_on_the_features_that_the_frozen_part_gives) {
    using Last = Net<Vector<16>, Batch<6>, Seq<Dense<3>>, SoftmaxCrossEntropy>;
    cpu::Device device(2);
    Model<OnlyLast, SGD> model(device);
    Model<Last, SGD> last(device);
    set_batch(model, 3);
    std::vector<float> features(6 * 16);
    model.features(6, features);
    last.set_input(features);
    last.set_labels(model.labels());
    const std::span from = model.tensors().last(2), to = last.tensors();
    for (int i = 0; i < 2; ++i) std::copy(from[i].values.begin(), from[i].values.end(), to[i].values.begin());
    const double loss = model.gradients(6).loss;
    BOOST_TEST(last.gradients(6).loss == loss);
    for (int i = 0; i < 2; ++i) {
        const std::span a = model.gradient(from[i]), b = last.gradient(to[i]);
        BOOST_TEST(std::vector<float>(a.begin(), a.end()) == std::vector<float>(b.begin(), b.end()),
                   boost::test_tools::per_element());
    }
}

BOOST_AUTO_TEST_CASE(layers_in_front_of_what_is_trained_agree_with_those_that_gradients_pass_through) {
    test::Comparison<OnlyLast> comparison(6, 2e-4);
    for (const int threads : {1, 3}) {
        cpu::Device device(threads);
        comparison.agree(comparison.run<Fusion::on>(device), "fused");
        comparison.agree(comparison.run<Fusion::off>(device), "unfused");
    }
    test::Comparison<Mixed> mixed(5, 2e-4);
    cpu::Device device(2);
    mixed.agree(mixed.run<Fusion::on>(device), "in part");
}

BOOST_AUTO_TEST_CASE(weights_go_from_stage_to_stage) {
    const TemporaryFolder folder;
    cpu::Device device(1);
    Model<OnlyLast, Adam> head(device, 3);
    set_batch(head, 1);
    head.train(6, Adam{});
    save_weights(folder / "weights.safetensors", head);
    CheckpointInfo info;
    info.classes = {"a", "b", "c"};
    save_checkpoint(folder / "model.safetensors", head, info, true);

    Model<Whole, Adam> all(device, 4);
    load_weights(folder / "weights.safetensors", all);
    BOOST_TEST((values(all) == values(head)));
    Model<Whole, Adam> other(device, 4);
    load_checkpoint(folder / "model.safetensors", other);
    BOOST_TEST((values(other) == values(head)));
    BOOST_CHECK_THROW(load_checkpoint(folder / "model.safetensors", other, true),
                      Error);  // the optimizer has more to keep
    set_batch(all, 2);
    all.train(6, Adam{});
    BOOST_TEST((values(all).front() != values(head).front()));

    save_weights(folder / "again.safetensors", all);
    load_weights(folder / "again.safetensors", head);
    BOOST_TEST((values(all) == values(head)));
    BOOST_TEST(OnlyLast::summary().find("Conv<8, 3>, frozen") != std::string::npos, OnlyLast::summary());
    BOOST_TEST(OnlyLast::summary().find("2811 parameters (2760 frozen)") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(weights_start_as_those_of_the_plain_network) {
    cpu::Device device(1);
    Model<OnlyLast, Adam> head(device, 3);
    Model<Whole, Adam> all(device, 3);
    BOOST_TEST((values(all) == values(head)));
}

BOOST_AUTO_TEST_CASE(what_is_exported_is_the_plain_network) {
    cpu::Device device(1);
    const Model<OnlyLast, Adam> last(device, 3);
    const Model<Whole, Adam> whole(device, 3);
    const OnnxInfo options{.classes = {"a", "b", "c"}, .normalise = {}, .inputs = {}, .outputs = {}};
    BOOST_TEST((to_onnx(inference_graph(last), options) == to_onnx(inference_graph(whole), options)));
    BOOST_TEST(OnlyLast::description() == Whole::description());
}

BOOST_AUTO_TEST_CASE(a_network_that_is_frozen_as_a_whole_can_still_be_run) {
    cpu::Device device(1);
    Model<Net<Vector<3>, Batch<2>, Frozen<Seq<Dense<4>, BN, Dense<2>>>, SoftmaxCrossEntropy>, Adam> model(device);
    const auto before = values(model);
    const BatchResult result = model.train(2, Adam{});
    BOOST_TEST(result.gradient_norm == 0);
    BOOST_TEST((values(model) == before));
}
