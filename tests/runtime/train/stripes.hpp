// A small run to test the trainer with: stripes, a network for them, and what a run leaves.
#pragma once

#include <cmath>
#include <vector>

#include "dsl/typenet.hpp"
#include "runtime/train/trainer.hpp"
#include "tests/support/quiet.hpp"

namespace tn_test {

using namespace tn;

/// Its 8 features tell the stripes apart sooner when the last layer does not start small.
using N = Net<Image<1, 8, 8>, Batch<8>, Seq<Conv<4, 3>, BN, Relu, Pool<2>, Dense<8>, BN, Relu, Dropout<25>, Dense<5>>,
              SoftmaxCrossEntropy, He>;
using TestModel = Model<N, Adam>;

/// Three classes of noisy stripes: level, upright and slanting.
inline Pictures stripes(int count, std::uint64_t seed) {
    Pictures set;
    set.shape = {1, 8, 8};
    set.classes = {"level", "slanting", "upright"};
    for (int i = 0; i < count; ++i) {
        Random random(seed, 1000, i);
        const int label = random.below(3), phase = random.below(4);
        for (int y = 0; y < 8; ++y)
            for (int x = 0; x < 8; ++x) {
                const int at = (label == 0 ? y : label == 1 ? x + y : x) + phase;
                set.pixels.push_back(static_cast<std::uint8_t>((at % 4 < 2 ? 180 : 60) + random.below(40)));
            }
        set.labels.push_back(label);
        set.files.push_back("");
    }
    return set;
}

inline TrainOptions run_options(int epochs) {
    TrainOptions o;
    o.batch = 8;
    o.epochs = epochs;
    o.classes = {"level", "slanting", "upright"};
    o.loader.augmentation = parse_augmentation("light,flip=0,rotate=0");
    o.loader.seed = 3;
    return o;
}

/// Every bit that a run leaves: weights, running statistics and the optimizer's states.
inline std::vector<float> everything(TestModel& model) {
    std::vector<float> all;
    for (const auto& t : model.tensors()) {
        all.insert(all.end(), t.values.begin(), t.values.end());
        for (int k = 0; t.trained && k < Adam::states; ++k) {
            const auto state = model.optimizer_state(t, k);
            all.insert(all.end(), state.begin(), state.end());
        }
    }
    return all;
}

inline bool same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }
inline bool same(const EpochResult& a, const EpochResult& b) {
    return a.epoch == b.epoch && a.iteration == b.iteration && a.train_loss == b.train_loss &&
           a.train_accuracy == b.train_accuracy && same(a.test_loss, b.test_loss) &&
           same(a.test_accuracy, b.test_accuracy);
}

inline const Pictures training = stripes(29, 1), testing = stripes(13, 2);  // 29 = 3 batches of 8 and one of 5
inline constexpr Adam adam{.rate = 0.01f, .weight_decay = 1e-3f};

struct Outcome {
    std::vector<float> bits;
    std::vector<EpochResult> epochs;
};
inline Outcome run(int threads, const TrainOptions& o, std::uint64_t seed = 3) {
    cpu::Device device(threads);
    TestModel model(device, seed);
    model.active_outputs(3);
    Quiet quiet;
    const auto epochs = train(model, adam, training, testing, o, quiet.progress);
    return {everything(model), epochs};
}

}  // namespace tn_test
