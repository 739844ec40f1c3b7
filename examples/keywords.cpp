// keywords: which of four melodies of three tones is heard in noise, from the sound itself.
#include <fmt/format.h>

#include <cmath>
#include <dsl/typenet.hpp>
#include <exception>
#include <runtime/data/array_dataset.hpp>
#include <runtime/data/dataset_views.hpp>
#include <runtime/train/metrics.hpp>
#include <runtime/train/trainer.hpp>

using namespace tn;

constexpr int length = 1024;  // an eighth of a second at 8 kHz
using Keywords = Net<Signal<1, length>, Batch<32>,
                     Seq<Conv1D<16, 15, Stride<4>>, BN, Relu, Pool1D<4>, Conv1D<32, 5>, BN, Relu, Pool1D<4>,
                         Conv1D<32, 5>, BN, Relu, GlobalAvgPool, Dense<4>>,
                     SoftmaxCrossEntropy>;

struct Sounds {
    std::vector<float> samples;
    std::vector<int> labels;
};

/// Up, down, up and down, down and up: steps of a third from a tone that is chosen by chance, each at its own moment.
Sounds record(int count, std::uint64_t seed) {
    constexpr int steps[4][3] = {{0, 1, 2}, {2, 1, 0}, {0, 1, 0}, {1, 0, 1}};
    Sounds sounds;
    for (int i = 0; i < count; ++i) {
        Random random(seed, 100, i);
        const int label = static_cast<int>(random.below(4));
        const float base = random.uniform(400, 700), begin = random.uniform(0, 100);
        float phase = 0;
        for (int t = 0; t < length; ++t) {
            const int tone = std::clamp(static_cast<int>((static_cast<float>(t) - begin) / 310), 0, 2);
            phase += 6.2831853f * base * std::pow(1.26f, static_cast<float>(steps[label][tone])) / 8000;
            sounds.samples.push_back(std::sin(phase) + 0.5f * random.normal());
        }
        sounds.labels.push_back(label);
    }
    return sounds;
}

int main() try {
    const Sounds heard = record(1200, 1), unheard = record(300, 2);
    const auto training = array_dataset(1200, heard.samples, heard.labels);
    const auto test = array_dataset(300, unheard.samples, unheard.labels);
    // In training a sound is louder or softer every time, and begins a little sooner or later.
    const Augmented changing(training, [](std::span<float> sound, Random& random) {
        const float loudness = random.uniform(0.7f, 1.4f);
        std::rotate(sound.begin(), sound.begin() + random.below(40), sound.end());
        for (float& sample : sound) sample *= loudness;
    });
    cpu::Device device;
    Model<Keywords, Adam> model(device);
    TrainOptions options;
    options.batch = 32;
    options.epochs = 15;
    options.average = 0.98f;
    Progress progress;
    train(model, Adam{.rate = 3e-3f}, changing, test, options, progress, [&](const EpochResult& e) {
        if (e.epoch % 5 == 0)
            progress.say(fmt::format("epoch {:>2}  train {:.1f} %  test {:.1f} %", e.epoch, 100 * e.train_accuracy,
                                     100 * e.test_accuracy));
    });
    const Confusion confusion = confusion_of(predict_set(model, test));
    const char* names[] = {"up", "down", "up-down", "down-up"};
    for (int k = 0; k < 4; ++k) fmt::print("{:<8} F1 {:.3f}\n", names[k], confusion.f1(k));
    fmt::print("test accuracy {:.1f} % of {} sounds\n", 100 * confusion.accuracy(), confusion.total());
} catch (const std::exception& e) {
    fmt::print(stderr, "error: {}\n", e.what());
    return 1;
}
