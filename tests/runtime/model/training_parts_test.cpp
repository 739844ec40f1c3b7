// Training by parts of a batch within a budget: the gradients are those of the whole batch, summed part by part.
#define BOOST_TEST_MODULE training_parts
#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "runtime/cpu/reference.hpp"
#include "runtime/model/gradient_accumulator.hpp"
#include "runtime/train/graph_trainer.hpp"
#include "tests/support/cuda_emulator/check_kernels.hpp"
#include "tests/support/layer_checker.hpp"
#include "tests/support/model_values.hpp"
#include "tests/support/thread_group.hpp"

using namespace tn;
using namespace tn::test;

namespace {

struct Tower;

constexpr int samples = 12;
template <class Body, class Loss, class Limit = Unlimited>
using Trained = Net<Image<2, 18, 17>, Batch<samples>, Body, Loss, Limit>;

/// Nothing depends on the other samples of a batch: fused blocks, sums, what is shared, frozen or dropped.
using Apart = Seq<Conv<8, 3>, Relu, Pool<2>, Residual<Conv<8, 3>, Relu, Conv<8, 3>>, Relu, Dropout<30>,
                  Shared<Tower, Conv<8, 3>, Relu>, Shared<Tower, Conv<8, 3>, Relu>, Frozen<Conv<8, 1>>, LayerNorm, Gelu,
                  Multiply<Conv<8, 1>, Sigmoid>, Dense<9>, Tanh, Dropout<20>, Dense<3>>;
using Together = Seq<Conv<8, 3>, BN, Relu, Pool<2>, Conv<8, 3>, BN, Relu, Dropout<30>, Dense<3>>;

/// Within what point I of the curve of parts takes.
template <class Body, class Loss, class Device, int I>
using Limited = Within<Trained<Body, Loss>::template parts_curve<SGD, Device>[I].bytes>;

/// A step of n samples, and what it left.
template <class M> Result step_of(M& model, int n) {
    fill<M, typename M::value>(model, samples, 5);
    if constexpr (HasClassWeights<typename M::network> && HasLabels<typename M::network>) {
        const float weights[] = {0.5f, 2, 1};
        model.class_weights(weights);
    }
    model.label_smoothing(0.1f);
    model.step(3);
    return step(model, n);
}

void close(const Result& a, const Result& b, double tolerance, const std::string& what) {
    BOOST_REQUIRE(a.names == b.names);
    for (std::size_t k = 0; k < a.names.size(); ++k)
        BOOST_TEST(distance(a.values[k], b.values[k], 1e-4) <= tolerance,
                   what << ": other " << a.names[k] << ", by " << distance(a.values[k], b.values[k], 1e-4));
}

/// Every point of the curve leaves what the whole batch does.
template <class Body, class Loss, class Device, class T, int Point, Fusion F>
void check(Device& device, double tolerance) {
    using Whole = Trained<Body, Loss>;
    using Parts = Trained<Body, Loss, Limited<Body, Loss, Device, Point>>;
    constexpr MemoryPoint point = Whole::template parts_curve<SGD, Device>[Point];
    static_assert(point.parts > 1 && Parts::template training_parts<SGD, Device> > 1);
    static_assert(Parts::template train_bytes<SGD, Device> <= point.bytes);
    static_assert(Parts::template train_bytes<SGD, Device> < Whole::template train_bytes<SGD, Device>);
    Model<Whole, SGD, Device, T, F> whole(device);
    Model<Parts, SGD, Device, T, F> parts(device);
    for (const int n : {samples, 1, 7, 11}) {
        poison(parts);
        close(step_of(whole, n), step_of(parts, n), tolerance, std::to_string(n) + " samples");
    }
}

template <class Body, class Loss, class Device, class T, Fusion F = Fusion::on>
void check_all(Device& device, double tolerance) {
    check<Body, Loss, Device, T, 0, F>(device, tolerance);
    check<Body, Loss, Device, T, parts_points - 1, F>(device, tolerance);
}

}  // namespace

BOOST_AUTO_TEST_CASE(gradients_are_those_of_the_whole_batch) {
    cpu::Reference exact;
    check_all<Apart, SoftmaxCrossEntropy, cpu::Reference, double>(exact, 1e-12);
    cpu::Device device(2);  // to the rounding of sums in another order
    check_all<Apart, SoftmaxCrossEntropy, cpu::Device, float>(device, 5e-5);
}

BOOST_AUTO_TEST_CASE(so_they_are_of_targets_and_of_pixels) {
    cpu::Device device(2);
    check_all<Apart, MeanSquaredError, cpu::Device, float>(device, 5e-5);
    using Pixels = Seq<Conv<8, 3>, Relu, Conv<8, 3>, Relu, Conv<3, 1>>;
    check_all<Pixels, SoftmaxCrossEntropyPerPixel<>, cpu::Device, float>(device, 5e-5);
}

BOOST_AUTO_TEST_CASE(and_on_a_gpu) {
    Emulated device;
    check<Apart, SoftmaxCrossEntropy, Emulated, float, 1, Fusion::on>(device, 5e-5);
}

BOOST_AUTO_TEST_CASE(any_number_of_threads_gives_the_same_bits) {
    using Parts = Trained<Together, SoftmaxCrossEntropy, Limited<Together, SoftmaxCrossEntropy, cpu::Device, 1>>;
    static_assert(Parts::training_parts<SGD> > 1);
    std::vector<Result> found;
    for (const int threads : {1, 2, 5}) {
        cpu::Device device(threads);
        Model<Parts, SGD> model(device);
        found.push_back(step_of(model, 11));
    }
    BOOST_CHECK(found[0].values == found[1].values);
    BOOST_CHECK(found[0].values == found[2].values);
}

BOOST_AUTO_TEST_CASE(statistics_are_of_each_part_and_move_with_each) {
    using Parts = Trained<Together, SoftmaxCrossEntropy, Limited<Together, SoftmaxCrossEntropy, cpu::Device, 1>>;
    using Part = Net<Image<2, 18, 17>, Batch<3>, Seq<Conv<8, 3>, BN, Relu, Pool<2>, Conv<8, 3>, BN, Relu, Dense<3>>,
                     SoftmaxCrossEntropy>;
    using Four =
        Net<Image<2, 18, 17>, Batch<samples>, Seq<Conv<8, 3>, BN, Relu, Pool<2>, Conv<8, 3>, BN, Relu, Dense<3>>,
            SoftmaxCrossEntropy, Within<Parts::budget::bytes>>;
    static_assert(Four::training_parts<SGD> == 4);
    cpu::Device device(2);
    Model<Four, SGD> parts(device);
    Model<Part, SGD> by_hand(device);
    GradientAccumulator accumulator(by_hand);
    fill<decltype(parts), float>(parts, samples, 5);
    for (std::size_t i = 0; i < parts.tensors().size(); ++i)
        std::ranges::copy(parts.tensors()[i].values, by_hand.tensors()[i].values.begin());
    // 10 samples are parts of 3, 3, 2 and 2.
    const std::size_t size = Four::input.size();
    for (int k = 0, from = 0; k < 4; ++k) {
        const int n = k < 2 ? 3 : 2;
        by_hand.set_input(std::span<const float>(parts.input()).subspan(from * size, n * size));
        by_hand.set_labels(std::span<const int>(parts.labels()).subspan(from, n));
        accumulator.add(n);
        from += n;
    }
    const BatchResult expected = accumulator.update(SGD{.rate = 0.1f}), got = parts.train(10, SGD{.rate = 0.1f});
    BOOST_TEST(got.n == 10);
    BOOST_TEST(got.correct == expected.correct);
    BOOST_TEST(std::abs(got.loss - expected.loss) < 1e-5 * expected.loss);
    BOOST_TEST(std::abs(got.gradient_norm - expected.gradient_norm) < 1e-5 * expected.gradient_norm);
    for (std::size_t i = 0; i < parts.tensors().size(); ++i) {
        const auto &own = parts.tensors()[i], &other = by_hand.tensors()[i];
        if (own.is_state())
            BOOST_TEST(std::ranges::equal(own.values, other.values), own.name);
        else
            BOOST_TEST(distance(own.values, other.values) < 1e-5, own.name);
    }
}

BOOST_AUTO_TEST_CASE(a_step_is_one_update_by_the_norm_of_the_sum) {
    using Whole = Net<Image<2, 18, 17>, Batch<samples>, Apart, SoftmaxCrossEntropy>;
    constexpr std::size_t bytes = Whole::parts_curve<Adam>[1].bytes;
    using Parts = Net<Image<2, 18, 17>, Batch<samples>, Apart, SoftmaxCrossEntropy, Within<bytes>>;
    static_assert(Parts::training_parts<Adam> == 4 && Parts::train_bytes<Adam> <= bytes);
    cpu::Device device(2);
    Model<Whole, Adam> whole(device);
    Model<Parts, Adam> parts(device);
    whole.clip_gradients(0.05f), parts.clip_gradients(0.05f);
    const auto learn = [](auto& model, int first, int last) {
        BatchResult result;
        for (int i = first; i < last; ++i) {
            set_batch(model, i);
            result = model.train(samples - i % 3, Adam{.rate = 1e-3f, .epsilon = 1e-3f});
        }
        return result;
    };
    const BatchResult a = learn(whole, 0, 6), b = learn(parts, 0, 6);
    BOOST_TEST(a.gradient_norm > 0.05);  // it is limited
    BOOST_TEST(std::abs(a.gradient_norm - b.gradient_norm) < 1e-4 * a.gradient_norm);
    BOOST_TEST(std::abs(a.loss - b.loss) < 1e-4 * a.loss);
    BOOST_TEST(a.correct == b.correct);
    for (std::size_t i = 0; i < whole.tensors().size(); ++i)
        BOOST_TEST(distance(whole.tensors()[i].values, parts.tensors()[i].values) < 1e-4);
    // What goes on from a copy has the same bits, and so has the whole batch's prediction.
    Model<Parts, Adam> copy = parts.clone();
    learn(parts, 6, 9), learn(copy, 6, 9);
    BOOST_CHECK(values(parts) == values(copy));
    Model<Parts> infers(device);
    for (std::size_t i = 0; i < parts.tensors().size(); ++i)
        std::ranges::copy(parts.tensors()[i].values, infers.tensors()[i].values.begin());
    set_batch(parts, 1), set_batch(infers, 1);
    BOOST_TEST(distance(infers.predict(samples), parts.predict(samples)) < 1e-6);
    std::vector<float> wanted(samples * decltype(parts)::feature_count), features(wanted.size());
    set_batch(parts, 1), set_batch(infers, 1);
    infers.features(samples, wanted), parts.features(samples, features);
    BOOST_TEST(distance(wanted, features) < 1e-5);
}

BOOST_AUTO_TEST_CASE(parts_compute_again_what_still_does_not_fit) {
    // All of the same size, so that the last ones need most: what the others left is there beside their scratch.
    using Two = Seq<Conv<8, 3>, Relu, Conv<8, 3>, Relu>;
    using Chain = Seq<Two, Two, Two, Dropout<30>, Two, Dense<3>>;
    using Whole = Trained<Chain, SoftmaxCrossEntropy>;
    constexpr std::size_t one_by_one = Whole::parts_curve<SGD>[parts_points - 1].bytes;
    using Parts = Trained<Chain, SoftmaxCrossEntropy, Within<one_by_one - 1024>>;
    using Planned = Parts::schedule<Fusion::on, Purpose::train>::planned;
    static_assert(Planned::fits && Planned::planner::runs_again && Parts::training_parts<SGD> == samples);
    static_assert(Parts::train_bytes<SGD> <= one_by_one - 1024);
    cpu::Device device(2);
    Model<Whole, SGD> whole(device);
    Model<Parts, SGD> parts(device);
    for (const int n : {samples, 5}) {
        poison(parts);
        close(step_of(whole, n), step_of(parts, n), 5e-5, std::to_string(n) + " samples");
    }
}

BOOST_AUTO_TEST_CASE(where_statistics_would_be_others_parts_are_the_last_resort) {
    using Block = Seq<Residual<Conv<16, 3>, BN, Relu, Conv<16, 3>, BN>, Relu>;
    using Deep = Seq<Conv<16, 3>, BN, Relu, Block, Block, Block, Conv<16, 3>, BN, Relu, Dropout<30>, Dense<3>>;
    using Plain = Trained<Deep, SoftmaxCrossEntropy>;
    constexpr MemoryPoint least = Plain::memory_curve<SGD>[memory_points - 1], halves = Plain::parts_curve<SGD>[0];
    static_assert(halves.bytes < least.bytes && halves.extra_work < least.extra_work);
    using Again = Trained<Deep, SoftmaxCrossEntropy, Within<least.bytes>>;
    static_assert(Again::training_parts<SGD> == 1);
    static_assert(Again::schedule<Fusion::on, Purpose::train>::planned::planner::runs_again);
    using Small = Trained<Deep, SoftmaxCrossEntropy, Within<halves.bytes>>;
    static_assert(Small::training_parts<SGD> == 2 && Small::train_bytes<SGD> <= halves.bytes);
    static_assert(Small::infer_bytes == Plain::infer_bytes);
    BOOST_TEST(Small::description() == Again::description());
    BOOST_TEST(Small::summary<SGD>().ends_with(", in 2 parts of 6 with batch statistics of their own\n"));
    BOOST_TEST(Again::summary<SGD>().ends_with(" MiB\n"));
}

BOOST_AUTO_TEST_CASE(processes_share_what_is_taken_in_parts) {
    using Parts = Trained<Together, SoftmaxCrossEntropy, Limited<Together, SoftmaxCrossEntropy, cpu::Device, 1>>;
    static_assert(Parts::schedule<Fusion::on, Purpose::train>::part == 3);
    // Four samples in one process and three in the other: two parts in each, whose statistics are of both.
    const auto part_of = [](auto& model, int first, int n) {
        fill<std::remove_reference_t<decltype(model)>, float>(model, samples, 5);
        const std::size_t size = Parts::input.size();
        std::copy_n(model.input().begin() + first * size, n * size, model.input().begin());
        std::copy_n(model.labels().begin() + first, n, model.labels().begin());
    };
    std::vector<std::vector<std::vector<float>>> found(2);
    std::vector<BatchResult> results(2);
    tn_test::in_group(2, [&](ProcessGroup& group) {
        cpu::Device device(1);
        Model<Parts, SGD> model(device);
        device.join(&group);
        part_of(model, group.rank() * 4, 4 - group.rank());
        results[group.rank()] = model.train(4 - group.rank(), SGD{.rate = 0.1f});
        found[group.rank()] = values(model);
    });
    BOOST_TEST(results[0].n == 7);
    BOOST_TEST(results[0].loss == results[1].loss);
    BOOST_CHECK(found[0] == found[1]);
    // The same by hand: samples 0, 1, 4, 5, then 2, 3, 6.
    using Part = Net<Image<2, 18, 17>, Batch<4>, Together, SoftmaxCrossEntropy>;
    cpu::Device device(1);
    Model<Parts, SGD> start(device);
    fill<decltype(start), float>(start, samples, 5);
    Model<Part, SGD> by_hand(device);
    for (std::size_t i = 0; i < start.tensors().size(); ++i)
        std::ranges::copy(start.tensors()[i].values, by_hand.tensors()[i].values.begin());
    const std::size_t size = Parts::input.size();
    for (const std::vector<int>& part : {std::vector{0, 1, 4, 5}, std::vector{2, 3, 6}}) {
        for (std::size_t i = 0; i < part.size(); ++i) {
            std::copy_n(start.input().begin() + part[i] * size, size, by_hand.input().begin() + i * size);
            by_hand.labels()[i] = start.labels()[part[i]];
        }
        by_hand.gradients(static_cast<int>(part.size()));
    }
    for (std::size_t i = 0; i < start.tensors().size(); ++i)
        if (start.tensors()[i].is_state())
            BOOST_TEST(distance(by_hand.tensors()[i].values, found[0][i]) < 1e-5, start.tensors()[i].name);
}

BOOST_AUTO_TEST_CASE(a_process_without_a_sample_for_every_part_is_told) {
    using One =
        Trained<Together, SoftmaxCrossEntropy, Limited<Together, SoftmaxCrossEntropy, cpu::Device, parts_points - 1>>;
    static_assert(One::schedule<Fusion::on, Purpose::train>::part == 1);
    std::vector<std::string> said(2);
    tn_test::in_group(2, [&](ProcessGroup& group) {
        cpu::Device device(1);
        Model<One, SGD> model(device);
        device.join(&group);
        try {
            model.train(2 - group.rank(), SGD{});
        } catch (const Error& e) {
            said[group.rank()] = e.what();
        }
    });
    BOOST_TEST(said[0] == "a process has 1 samples of a batch that is taken in 2 parts: each needs one for every part");
    BOOST_TEST(said[1] == said[0]);
}

BOOST_AUTO_TEST_CASE(a_graph_takes_the_steps_of_the_model) {
    using Body = Seq<Conv<4, 3>, BN, Relu, Pool<2>, Dense<6>, Relu, Dropout<30>, Dense<3>>;
    constexpr Shape in = Image<3, 12, 9>;
    constexpr std::size_t bytes = Net<in, Batch<8>, Body, SoftmaxCrossEntropy>::parts_curve<Adam, Emulated>[1].bytes;
    using Parts = Net<in, Batch<8>, Body, SoftmaxCrossEntropy, Within<bytes>>;
    static_assert(Parts::training_parts<Adam, Emulated> == 4);
    Pictures set;
    set.shape = {3, 12, 9};
    set.classes = {"a", "b", "c"};
    Random random(5, 1000);
    for (int i = 0; i < 21; ++i) {
        set.labels.push_back(i % 3);
        set.files.push_back("");
        for (std::size_t k = 0; k < set.shape.size(); ++k)
            set.pixels.push_back(static_cast<std::uint8_t>(random.below(256)));
    }
    LoaderOptions options;
    options.batch = 8;
    options.seed = 11;
    Loader loader(set, options);
    Emulated graph_device, device;
    Model<Parts, Adam, Emulated> there(graph_device), here(device);
    cuda::GraphTrainer<Emulated, Model<Parts, Adam, Emulated>> trainer(graph_device, there, set, options, 0);
    const std::vector<Adam> optimizers(5, Adam{.rate = 1e-2f});
    for (std::size_t at = 0; at < optimizers.size();) {
        const TakenSteps got = trainer.run(at, std::span(optimizers).subspan(at));
        BatchResult all;
        for (int k = 0; k < got.count; ++k, ++at) {
            const BatchView batch = loader.next();
            std::ranges::copy(batch.inputs, here.input().begin());
            std::ranges::copy(batch.labels, here.labels().begin());
            const BatchResult one = here.train(batch.n, optimizers[at]);
            all.loss += one.loss, all.correct += one.correct, all.n += one.n;
        }
        BOOST_TEST(got.result.n == all.n);
        BOOST_TEST(got.result.correct == all.correct);
        BOOST_TEST(std::abs(got.result.loss - all.loss) < 1e-4 * all.loss);
    }
    const auto a = values(here), b = values(there);
    for (std::size_t i = 0; i < a.size(); ++i) BOOST_TEST(distance(a[i], b[i]) < 1e-3);
}
