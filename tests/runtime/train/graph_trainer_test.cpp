// Training from pictures that the device keeps, under the emulator: what tn::Loader and the CPU's step give.
#define BOOST_TEST_MODULE cuda_feed
#include "runtime/train/graph_trainer.hpp"

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <iterator>
#include <limits>

#include "runtime/cuda/device.hpp"
#include "runtime/train/any_model.hpp"
#include "runtime/train/trainer.hpp"
#include "tests/runtime/temporary_folder.hpp"
#include "tests/support/cuda_emulator/emulator.hpp"
#include "tests/support/layer_checker.hpp"
#include "tests/support/quiet.hpp"

using namespace tn;
using namespace tn::test;
using Emulated = cuda::BasicDevice<Emulator>;

using Small = Net<Image<3, 12, 9>, Batch<4>, Seq<Conv<3, 3>, BN, Relu, Pool<2>, Dense<6>, Relu, Dropout<30>, Dense<3>>,
                  SoftmaxCrossEntropy>;

/// Noise in three classes.
Pictures pictures(int count, PictureShape shape = {3, 12, 9}) {
    Pictures p;
    p.shape = shape;
    p.classes = {"a", "b", "c"};
    Random random(5, 1000);
    for (int i = 0; i < count; ++i) {
        p.labels.push_back(i % 3);
        p.files.push_back("");
        for (std::size_t k = 0; k < shape.size(); ++k) p.pixels.push_back(static_cast<std::uint8_t>(random.below(256)));
    }
    return p;
}

LoaderOptions loading(int batch, const Augmentation& augmentation) {
    LoaderOptions o;
    o.batch = batch;
    o.augmentation = augmentation;
    o.normalise.mean = {0.4f, 0.5f, 0.6f};
    o.normalise.deviation = {0.2f, 0.25f, 0.3f};
    o.seed = 11;
    return o;
}

using SmallTrainer = cuda::GraphTrainer<Emulated, Model<Small, Adam, Emulated>>;
constexpr StepOptions both{.mixup = 0.3f, .cutmix = 0, .average = 0.4f};

std::vector<Adam> adams(int count) {
    std::vector<Adam> all;
    for (int i = 0; i < count; ++i)
        all.push_back(Adam{.rate = 1e-2f / static_cast<float>(i + 1), .weight_decay = 1e-3f});
    return all;
}

BOOST_AUTO_TEST_CASE(batches_are_those_of_the_loader) {
    using Wide = Net<Image<3, 12, 9>, Batch<4>, Seq<Dense<3>>, SoftmaxCrossEntropy>;
    const Pictures set = pictures(11);
    const auto check = [&](const Augmentation& a, const StepOptions& step_options) {
        const LoaderOptions o = loading(4, a);
        Loader loader(set, o);
        Emulated emulated;
        Model<Wide, Adam, Emulated> model(emulated);
        cuda::GraphTrainer<Emulated, Model<Wide, Adam, Emulated>> trainer(emulated, model, set, o, 0, step_options);
        for (std::uint64_t step = 0; step < 9; ++step) {
            const BatchView batch = loader.next();
            std::vector<float> wanted(batch.inputs.begin(), batch.inputs.end());
            if (step_options.mixing().any()) {
                std::vector<Blend> blends(batch.n);
                draw_mixing(step_options.mixing(), 12, 9, Random(o.seed, stream::mixup, step), blends);
                blend_pictures(batch.inputs, blends, 12, 9, wanted);
            }
            const Adam one;
            const TakenSteps got = trainer.run(step, {&one, 1});
            BOOST_TEST(got.count == 1);
            BOOST_TEST(got.result.n == batch.n);
            const std::span<const float> made(model.memory().device_pointers().input, wanted.size());
            BOOST_TEST(distance(wanted, made) < 1e-4, describe(a) << ", step " << step);
            BOOST_TEST(std::equal(batch.labels.begin(), batch.labels.end(), model.memory().device_pointers().labels));
        }
    };
    for (const Augmentation& a :
         {Augmentation::none(), Augmentation::light(), Augmentation::strong(), Augmentation::digits()})
        check(a, {});
    check(parse_augmentation("strong,saturation=0.7:0.8,hue=0.7:0.5,resized-crop=0.7:0.1"), {});
    check(Augmentation::trivially(), {});
    check(parse_augmentation("strong,trivial=1:0.5"), {.cutmix = 1});
    check(Augmentation::light(), {.mixup = 0.3f});
    check(Augmentation::light(), {.cutmix = 1});
}

BOOST_AUTO_TEST_CASE(a_run_is_the_one_on_the_cpu) {
    const Pictures set = pictures(10);
    const LoaderOptions o = loading(4, Augmentation::strong());
    Loader loader(set, o);
    cpu::Device cpu(1);
    Model<Small, Adam> here(cpu);
    Emulated emulated;
    Model<Small, Adam, Emulated> there(emulated);
    here.label_smoothing(0.1f), there.label_smoothing(0.1f);
    SmallTrainer trainer(emulated, there, set, o, 1e-3f);
    const std::vector<Adam> optimizers = adams(9);
    const auto allocations = emulated.gpu().allocations();
    for (std::size_t step = 0; step < optimizers.size();) {
        const auto replays = emulated.gpu().replays();
        const TakenSteps got = trainer.run(step, std::span(optimizers).subspan(step));
        BOOST_TEST(emulated.gpu().replays() == replays + got.count);
        BOOST_TEST(got.count == (step % 3 == 2 ? 1 : 2 - static_cast<int>(step % 3)));
        BatchResult wanted;
        for (int k = 0; k < got.count; ++k, ++step) {
            const BatchView batch = loader.next();
            std::copy(batch.inputs.begin(), batch.inputs.end(), here.input().begin());
            std::copy(batch.labels.begin(), batch.labels.end(), here.labels().begin());
            const BatchResult r = here.train(batch.n, optimizers[step]);
            wanted = {wanted.loss + r.loss, wanted.correct + r.correct, wanted.n + r.n};
        }
        BOOST_TEST(std::abs(wanted.loss - got.result.loss) < 2e-3 * wanted.loss);
        BOOST_TEST(wanted.correct == got.result.correct);
        BOOST_TEST(wanted.n == got.result.n);
        BOOST_TEST(there.step() == here.step());
    }
    for (std::size_t k = 0; k < here.tensors().size(); ++k)
        BOOST_TEST(distance(here.tensors()[k].values, there.tensors()[k].values) < 1e-2, here.tensors()[k].name);
    BOOST_TEST(emulated.gpu().allocations() == allocations);
}

/// y = x; from the device's step number 2 on the gradient is no number.
struct BreaksAtStep2 {
    static constexpr Axis axis = Axis::values;
    static constexpr Text name() { return "BreaksAtStep2"; }
    static constexpr ShapeResult output(Shape in) { return in; }
    template <class T> static constexpr void forward(const Pass<T>& p) {
        for (int i = p.begin; i < p.end; ++i) p.y[i] = p.x[i];
    }
    template <class T> static constexpr void backward(const Pass<T>& p) {
        for (int i = p.begin; p.dx && i < p.end; ++i)
            p.dx[i] = p.random.step[0] == 2 ? std::numeric_limits<T>::quiet_NaN() : p.dy[i];
    }
};

BOOST_AUTO_TEST_CASE(steps_on_the_device_are_clipped_and_one_without_a_finite_gradient_changes_no_weight) {
    using Breaks = Net<Image<3, 12, 9>, Batch<4>, Seq<Conv<3, 3>, Relu, BreaksAtStep2, Dense<3>>, SoftmaxCrossEntropy>;
    const Pictures set = pictures(20);
    const LoaderOptions o = loading(4, Augmentation::light());
    Loader loader(set, o);
    cpu::Device cpu(1);
    Model<Breaks, Adam> here(cpu);
    Emulated emulated;
    Model<Breaks, Adam, Emulated> there(emulated);
    here.clip_gradients(0.05f), there.clip_gradients(0.05f);
    cuda::GraphTrainer<Emulated, Model<Breaks, Adam, Emulated>> trainer(emulated, there, set, o, 1e-3f);
    const std::vector<Adam> optimizers = adams(4);
    double largest = 0;
    for (std::size_t step = 0; step < 2; ++step) {
        const BatchView batch = loader.next();
        std::copy(batch.inputs.begin(), batch.inputs.end(), here.input().begin());
        std::copy(batch.labels.begin(), batch.labels.end(), here.labels().begin());
        largest = std::max(largest, here.train(batch.n, optimizers[step]).gradient_norm);
    }
    const TakenSteps got = trainer.run(0, std::span(optimizers).first(2));
    BOOST_TEST(largest > 0.05);
    BOOST_TEST(std::abs(got.result.gradient_norm - largest) < 1e-3 * largest);
    const auto values = [](auto& model) {
        std::vector<float> all;
        for (const auto& t : model.tensors()) all.insert(all.end(), t.values.begin(), t.values.end());
        return all;
    };
    BOOST_TEST(distance(values(here), values(there)) < 1e-3);
    const std::vector<float> before = values(there);
    const TakenSteps spoilt = trainer.run(2, std::span(optimizers).subspan(2, 1));
    BOOST_TEST(std::isfinite(spoilt.result.loss));
    BOOST_TEST(!std::isfinite(spoilt.result.gradient_norm));
    BOOST_TEST((values(there) == before));
    // Together with a step after it, too, the norm tells it.
    BOOST_TEST(!std::isfinite(trainer.run(2, std::span(optimizers).first(2)).result.gradient_norm));
    BOOST_TEST((values(there) != before));
    // The training loop says so.
    ModelOn<Breaks, Adam, Emulated> run(emulated, 3);
    TrainOptions options;
    options.batch = 4;
    options.epochs = 2;
    options.loader = o;
    tn_test::Quiet quiet;
    BOOST_TEST(tn_test::error_of([&] { train(run, Adam{}, set, pictures(3), options, quiet.progress); }) ==
               "the norm of the gradients is not finite at iteration 5: use a smaller learning rate");
}

BOOST_AUTO_TEST_CASE(the_average_is_the_one_that_the_host_takes) {
    const Pictures set = pictures(9);
    const LoaderOptions o = loading(4, Augmentation::strong());
    const std::vector<Adam> optimizers = adams(8);
    Emulated emulated, another;
    Model<Small, Adam, Emulated> there(emulated), here(another);
    SmallTrainer moving(emulated, there, set, o, 0, both), plain(another, here, set, o, 0, {.mixup = both.mixup});
    WeightAverage average(here, both.average);
    const auto allocations = emulated.gpu().allocations();
    for (std::size_t step = 0; step < optimizers.size();) {
        const TakenSteps got = moving.run(step, std::span(optimizers).subspan(step));
        for (int k = 0; k < got.count; ++k) {
            plain.run(step, {&optimizers[step], 1});
            average.add(here, ++step);
        }
    }
    BOOST_TEST(emulated.gpu().allocations() == allocations);
    average.swap(here);
    for (std::size_t k = 0; k < here.tensors().size(); ++k) {
        const auto wanted = here.tensors()[k].values, got = moving.average(there.tensors()[k]);
        BOOST_TEST(std::ranges::equal(wanted, got), here.tensors()[k].name);
        BOOST_TEST(!std::ranges::equal(there.tensors()[k].values, got), here.tensors()[k].name);
    }
}

BOOST_AUTO_TEST_CASE(keeping_pictures_leaves_the_model_as_it_was) {
    const Pictures set = pictures(7);
    Emulated emulated;
    Model<Small, Adam, Emulated> model(emulated), same(emulated);
    for (auto* m : {&model, &same}) m->step(5);
    SmallTrainer trainer(emulated, model, set, loading(4, Augmentation::light()), 0, both);
    BOOST_TEST(model.step() == 5u);
    for (std::size_t k = 0; k < model.tensors().size(); ++k) {
        const auto &a = model.tensors()[k], &b = same.tensors()[k];
        BOOST_TEST(std::equal(a.values.begin(), a.values.end(), b.values.begin()), a.name);
        BOOST_TEST(std::ranges::equal(trainer.average(a), b.values), a.name);
        for (int state = 0; a.trained && state < Adam::states; ++state)
            BOOST_TEST(std::ranges::equal(model.optimizer_state(a, state), same.optimizer_state(b, state)), a.name);
    }
}

BOOST_AUTO_TEST_CASE(any_two_ways_through_the_steps_give_the_same_bits) {
    const Pictures set = pictures(9);
    const LoaderOptions o = loading(3, Augmentation::strong());
    const std::vector<Adam> optimizers = adams(8);
    const auto run = [&](int order, const std::vector<std::size_t>& most) {
        Emulated emulated(order);
        Model<Small, Adam, Emulated> model(emulated);
        SmallTrainer trainer(emulated, model, set, o, 0, both);
        std::size_t step = 0;
        for (std::size_t i = 0; step < optimizers.size(); ++i)
            step +=
                trainer
                    .run(step,
                         std::span(optimizers).subspan(step, std::min(most[i % most.size()], optimizers.size() - step)))
                    .count;
        std::vector<float> all;
        for (const auto& t : model.tensors()) {
            all.insert(all.end(), t.values.begin(), t.values.end());
            const auto average = trainer.average(t);
            all.insert(all.end(), average.begin(), average.end());
        }
        return all;
    };
    const auto one = run(0, {1});
    BOOST_TEST(one == run(0, {8}));
    BOOST_TEST(one == run(1, {2, 1, 3}));
}

BOOST_AUTO_TEST_CASE(the_trainer_trains_on_the_device_as_on_the_cpu) {
    const Pictures set = pictures(10), test = pictures(5);
    for (const StepOptions& step_options :
         {StepOptions{}, StepOptions{.cutmix = 1}, StepOptions{.average = 0.4f}, both}) {
        Emulated emulated;
        cpu::Device cpu(1);
        ModelOn<Small, Adam, Emulated> there(emulated, 3);
        ModelOn<Small, Adam, cpu::Device> here(cpu, 3);
        TrainOptions o;
        o.batch = 4;
        o.epochs = 3;
        o.loader = loading(4, Augmentation::light());
        o.mixup = step_options.mixup;
        o.cutmix = step_options.cutmix;
        o.average = step_options.average;
        int looks = 0;
        const auto run = [&](auto& model) {
            looks = 0;
            o.after_step = [&](const ProgressState&) { ++looks; };
            tn_test::Quiet quiet;
            return train(model, Adam{.rate = 1e-2f}, set, test, o, quiet.progress);
        };
        const auto a = run(here), b = run(there);
        BOOST_TEST(emulated.gpu().replays() == 9u);
        BOOST_TEST(looks == 6);  // an epoch has two whole batches, taken together, and a rest
        BOOST_REQUIRE(a.size() == b.size());
        for (std::size_t i = 0; i < a.size(); ++i) {
            BOOST_TEST(a[i].iteration == b[i].iteration);
            BOOST_TEST(std::abs(a[i].train_loss - b[i].train_loss) < 1e-2);
            BOOST_TEST(std::abs(a[i].test_loss - b[i].test_loss) < 1e-2);
        }
        for (std::size_t k = 0; k < here.tensors().size(); ++k)
            BOOST_TEST(distance(here.tensors()[k].values, there.tensors()[k].values) < 1e-2, here.tensors()[k].name);
    }
}

BOOST_AUTO_TEST_CASE(a_run_on_the_device_that_is_stopped_within_an_epoch_goes_on_to_the_same_end) {
    const Pictures set = pictures(10), test = pictures(5), held = pictures(6);
    const tn_test::TemporaryFolder folder;
    TrainOptions o;
    o.batch = 4;
    o.epochs = 3;
    o.patience = 3;
    o.held_out = &held;
    o.loader = loading(4, Augmentation::light());
    o.classes = set.classes;
    o.mixup = both.mixup;
    o.average = both.average;
    const auto run = [&](const char* file, std::uint64_t stop_at) {
        o.save_to = folder / file;
        Emulated emulated;
        ModelOn<Small, Adam, Emulated> model(emulated, 3);
        o.stop = [&] { return model.step() == stop_at; };
        tn_test::Quiet quiet;
        train(model, Adam{.rate = 1e-2f}, set, test, o, quiet.progress);
        BOOST_TEST(model.step() == std::min<std::uint64_t>(stop_at, 9));
    };
    run("whole", 100);
    run("stopped", 5);
    o.resume_from = o.save_to;
    run("stopped", 100);
    const auto bytes = [&](const char* file) {
        std::ifstream in(folder / file, std::ios::binary);
        return std::string(std::istreambuf_iterator<char>(in), {});
    };
    BOOST_TEST(!bytes("whole").empty());
    BOOST_TEST((bytes("whole") == bytes("stopped")));
}

BOOST_AUTO_TEST_CASE(the_host_reaches_the_device_by_copies_only) {
    const Pictures set = pictures(10), test = pictures(5);
    TrainOptions o;
    o.batch = 4;
    o.loader = loading(4, Augmentation::light());
    o.classes = set.classes;
    const tn_test::TemporaryFolder folder;
    for (const float average : {0.0f, 0.9f}) {
        o.average = average;
        o.mixup = average / 2;
        o.resume_from.clear();
        o.save_to = folder / ("average" + std::to_string(average));
        Emulated emulated;
        emulated.gpu().keep_host_out();
        std::optional<ModelOn<Small, Adam, Emulated>> there;
        for (const int epochs : {2, 3}) {
            there.emplace(emulated, 3);
            o.epochs = epochs;
            tn_test::Quiet quiet;
            train(*there, Adam{.rate = 1e-2f}, set, test, o, quiet.progress);
            o.resume_from = o.save_to;
        }
        cpu::Device cpu(1);
        Model<Small, NoOptimizer> here(cpu);
        load_checkpoint(o.save_to, here);
        for (std::size_t i = 0; i < here.input().size(); ++i)
            here.input()[i] = there->input()[i] = static_cast<float>(i % 7) / 7;
        const auto wanted = here.predict(4), got = there->predict(4);
        BOOST_TEST(distance(wanted, got) < 1e-4);
        BOOST_TEST(there->tensors().size() == here.tensors().size());
    }
}

BOOST_AUTO_TEST_CASE(what_cannot_be_kept_is_refused) {
    Emulated emulated;
    using M = Model<Small, Adam, Emulated>;
    M model(emulated);
    const auto keep = [&](const Pictures& set, int batch) {
        return tn_test::error_of([&] { cuda::GraphTrainer<Emulated, M>(emulated, model, set, loading(batch, {}), 0); });
    };
    BOOST_TEST(keep(pictures(4, {1, 12, 9}), 4) == "the device keeps at least 1 picture, and of the network's input");
    BOOST_TEST(keep(pictures(0), 4) == "the device keeps at least 1 picture, and of the network's input");
    BOOST_TEST(keep(pictures(8), 5) == "a batch has 1 to 4 pictures here, not 5");
    using Grey = Net<Image<1, 12, 9>, Batch<4>, Seq<Dense<3>>, SoftmaxCrossEntropy>;
    Model<Grey, Adam, Emulated> grey(emulated);
    BOOST_TEST(tn_test::error_of([&] {
                   cuda::GraphTrainer<Emulated, Model<Grey, Adam, Emulated>>(
                       emulated, grey, pictures(8, {1, 12, 9}), loading(4, parse_augmentation("hue=1:0.1")), 0);
               }) == "augmentation 'hue' must be of pictures in colour, of 3 channels, not 1");
    SmallTrainer trainer(emulated, model, pictures(8), loading(4, {}), 0);
    BOOST_TEST(tn_test::error_of([&] { trainer.average(model.tensors()[0]); }) == "the device keeps no average");
    ModelOn<Small, Adam, Emulated> no_feed(emulated, 3);
    BOOST_TEST(tn_test::error_of([&] { no_feed.average(model.tensors()[0]); }) == "the model keeps no average");
}
