// robot_arm: regression with several outputs: where elbow and hand of an arm with two joints are, from their angles.
#include <fmt/format.h>

#include <array>
#include <cmath>
#include <dsl/typenet.hpp>
#include <exception>
#include <runtime/train/metrics.hpp>
#include <runtime/train/trainer.hpp>

using namespace tn;

using Arm = Net<Vector<2>, Batch<32>, Seq<Dense<64>, Tanh, Dense<64>, Tanh, Dense<4>>, MeanSquaredError>;

/// Angles in radians; elbow x, y and hand x, y in metres, of two parts 0.4 and 0.3 long.
struct Pose {
    std::array<float, 2> input;
    std::array<float, 4> target;
};

std::vector<Pose> poses(int count, std::uint64_t seed) {
    std::vector<Pose> all;
    Random random(seed, 100);
    for (int i = 0; i < count; ++i) {
        const float shoulder = random.uniform(-1.5f, 1.5f), bend = random.uniform(0, 2.5f);
        const float x = 0.4f * std::cos(shoulder), y = 0.4f * std::sin(shoulder);
        all.push_back(
            {{shoulder, bend}, {x, y, x + 0.3f * std::cos(shoulder + bend), y + 0.3f * std::sin(shoulder + bend)}});
    }
    return all;
}

int main() try {
    const std::vector<Pose> training = poses(1000, 1), test = poses(200, 2);
    cpu::Device device;
    Model<Arm, Adam> model(device);
    TrainOptions options;
    options.batch = 32;
    options.epochs = 60;
    Progress progress;
    train(model, Adam{.rate = 3e-3f}, training, test, options, progress, [&](const EpochResult& e) {
        if (e.epoch % 20 == 0)
            progress.say(
                fmt::format("epoch {:>3}  loss {:.6f}  of the test {:.6f}", e.epoch, e.train_loss, e.test_loss));
    });
    const PredictedSet said = predict_set(model, test);
    const char* names[] = {"elbow x", "elbow y", "hand x", "hand y"};
    for (int k = 0; k < 4; ++k) fmt::print("{:<8} R2 {:.4f}\n", names[k], r_squared(said, k));
    fmt::print("mean absolute error {:.1f} mm\n", 1000 * mean_absolute_error(said));
} catch (const std::exception& e) {
    fmt::print(stderr, "error: {}\n", e.what());
    return 1;
}
