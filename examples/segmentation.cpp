// segmentation: a U-Net says of every pixel whether it is of a disc, of a square, or of neither.
#include <fmt/format.h>

#include <cmath>
#include <dsl/networks/unet.hpp>
#include <dsl/typenet.hpp>
#include <exception>
#include <runtime/train/metrics.hpp>
#include <runtime/train/trainer.hpp>

using namespace tn;

constexpr int side = 32;
using Segmenter = Net<Image<1, side, side>, Batch<16>, networks::UNet<3, 8, 2>, SoftmaxCrossEntropyPerPixel<>>;

/// Grey noise with a disc and a square in it, drawn when they are asked for: a data set needs no memory.
struct Shapes {
    int count;
    std::uint64_t seed;

    int size() const { return count; }

    /// 0: background, 1: the disc, 2: the square, which lies on top of it.
    void labels(int i, std::span<int> to) const {
        Random random(seed, 100, i);
        const auto place = [&] { return random.uniform(6, side - 6); };
        const float x = place(), y = place(), u = place(), v = place(), radius = random.uniform(3, 7);
        for (int k = 0; k < side * side; ++k) {
            const float column = static_cast<float>(k % side), row = static_cast<float>(k / side);
            const bool square = std::fabs(column - u) < 4 && std::fabs(row - v) < 4;
            to[k] = square ? 2 : std::hypot(column - x, row - y) < radius ? 1 : 0;
        }
    }

    void input(int i, std::span<float> to) const {
        std::vector<int> shapes(side * side);
        labels(i, shapes);
        Random random(seed, 101, i);
        for (int k = 0; k < side * side; ++k)  // both shapes have one grey: only their form tells them apart
            to[k] = (shapes[k] != 0 ? 1.0f : 0.0f) + 0.3f * random.normal();
    }
};

int main() try {
    const Shapes training{800, 1}, test{100, 2};
    cpu::Device device;
    Model<Segmenter, Adam> model(device);
    TrainOptions options;
    options.batch = 16;
    options.epochs = 8;
    Progress progress;
    train(model, Adam{.rate = 5e-3f}, training, test, options, progress, [&](const EpochResult& e) {
        progress.say(fmt::format("epoch {}  loss {:.4f}  of the test {:.4f}", e.epoch, e.train_loss, e.test_loss));
    });
    const Confusion pixels = confusion_of(predict_set(model, test));
    fmt::print("pixels right {:.1f} %; IoU of background {:.2f}, discs {:.2f}, squares {:.2f}\n",
               100 * pixels.accuracy(), pixels.iou(0), pixels.iou(1), pixels.iou(2));

    std::vector<float> picture(side * side);  // one of them, as the network sees it
    test.input(0, picture);
    model.set_input(picture);
    const auto said = model.predict(1);
    for (int row = 0; row < side; row += 2) {
        for (int column = 0; column < side; ++column) {
            const int k = row * side + column;
            const float background = said[k], disc = said[side * side + k], square = said[2 * side * side + k];
            fmt::print("{}", square > std::max(background, disc) ? '#' : disc > background ? 'o' : '.');
        }
        fmt::print("\n");
    }
} catch (const std::exception& e) {
    fmt::print(stderr, "error: {}\n", e.what());
    return 1;
}
