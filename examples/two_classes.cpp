// two_classes: which of two spirals a point belongs to, with one yes-or-no output.
#include <fmt/format.h>

#include <array>
#include <cmath>
#include <dsl/typenet.hpp>
#include <exception>
#include <runtime/train/metrics.hpp>
#include <runtime/train/trainer.hpp>

using namespace tn;

using Spirals =
    Net<Vector<2>, Batch<100>, Seq<Dense<64>, BN, Relu, Dense<64>, BN, Relu, Dense<1>>, SigmoidCrossEntropy>;

struct Point {
    std::array<float, 2> input;
    float target;  // 0 or 1
};

std::vector<Point> points(int count, std::uint64_t seed) {
    std::vector<Point> all;
    Random random(seed, 100);
    for (int i = 0; i < count; ++i) {
        const float side = random.chance(0.5f) ? 1.0f : 0.0f, t = random.uniform(0.5f, 3.5f);
        const float angle = 3 * t + 3.1415927f * side;
        all.push_back(
            {{t * std::cos(angle) + 0.05f * random.normal(), t * std::sin(angle) + 0.05f * random.normal()}, side});
    }
    return all;
}

int main() try {
    const std::vector<Point> training = points(5000, 1), test = points(1000, 2);
    cpu::Device device;
    Model<Spirals, Nesterov> model(device);
    TrainOptions options;
    options.batch = 100;
    options.epochs = 30;
    Progress progress;
    train(model, Nesterov{.rate = 0.05f, .weight_decay = 1e-5f}, training, test, options, progress,
          [&](const EpochResult& e) {
              if (e.epoch % 10 == 0)
                  progress.say(fmt::format("epoch {:>2}  loss {:.4f}  right {:.1f} %", e.epoch, e.train_loss,
                                           100 * e.train_accuracy));
          });
    const PredictedSet said = predict_set(model, test);
    const Confusion confusion = confusion_of(said);
    fmt::print("of {} points of the second spiral {} are said to be of the first\n",
               confusion.count(1, 0) + confusion.count(1, 1), confusion.count(1, 0));
    fmt::print("test: {:.1f} % of {} points right, area under the ROC curve {:.4f}\n", 100 * accuracy(said),
               test.size(), area_under_roc(said));
} catch (const std::exception& e) {
    fmt::print(stderr, "error: {}\n", e.what());
    return 1;
}
