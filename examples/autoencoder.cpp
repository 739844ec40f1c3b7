// autoencoder: draws pictures anew from half as many numbers, with the noise in them left out.
//     autoencoder [FILE.png]   pictures that it has not seen, each above what it makes of it
#include <fmt/format.h>

#include <cmath>
#include <dsl/networks/autoencoder.hpp>
#include <dsl/typenet.hpp>
#include <exception>
#include <runtime/core/escape_text.hpp>
#include <runtime/data/image.hpp>
#include <runtime/data/synthetic.hpp>
#include <runtime/report/canvas.hpp>
#include <runtime/train/metrics.hpp>
#include <runtime/train/trainer.hpp>

using namespace tn;

constexpr int side = 32;
using Drawing = Net<Image<1, side, side>, Batch<32>, networks::Autoencoder<1, 8>, MeanSquaredError>;

/// What goes in has noise in it, another in training every time; what is to come out has not.
struct Noisy {
    Pictures pictures;

    int size() const { return pictures.size(); }
    void targets(int i, std::span<float> to) const {
        std::ranges::transform(pictures.picture(i), to.begin(),
                               [](std::uint8_t v) { return static_cast<float>(v) / 255; });
    }
    void input(int i, std::span<float> to, Random random) const {
        targets(i, to);
        for (float& value : to) value += 0.2f * random.normal();
    }
    void input(int i, std::span<float> to) const { input(i, to, Random(1, 100, i)); }
};

/// Values from 0 to 1 as a picture.
Picture picture_of(std::span<const float> values) {
    Picture picture{{1, side, side}, {}};
    for (const float v : values)
        picture.pixels.push_back(static_cast<std::uint8_t>(std::lround(255 * std::clamp(v, 0.0f, 1.0f))));
    return picture;
}

int main(int argc, char** argv) try {
    const Noisy training{generate_characters(300, {1, side, side}, 1)},
        test{generate_characters(30, {1, side, side}, 2)};
    cpu::Device device;
    Model<Drawing, Adam> model(device);
    TrainOptions options;
    options.batch = 32;
    options.epochs = 15;
    Progress progress;
    train(model, Adam{.rate = 5e-3f}, training, test, options, progress, [&](const EpochResult& e) {
        if (e.epoch % 5 == 0) progress.say(fmt::format("epoch {:>2}  loss of the test {:.5f}", e.epoch, e.test_loss));
    });
    const PredictedSet drawn = predict_set(model, test);
    fmt::print("the noise was {:.3f} a pixel; what is drawn is off by {:.3f}\n", 0.2, root_mean_square_error(drawn));

    Canvas canvas(8 * 4 * side, 2 * 4 * side);
    std::vector<float> seen(side * side);
    for (int k = 0; k < 8; ++k) {
        const int i = k * test.size() / 8;
        test.input(i, seen);
        canvas.picture(k * 4 * side, 0, 4 * side, 4 * side, picture_of(seen));
        canvas.picture(k * 4 * side, 4 * side, 4 * side, 4 * side,
                       picture_of(std::span(drawn.values).subspan(Index{i} * side * side, side * side)));
    }
    if (argc > 1) write_png(argv[1], canvas.finish());
} catch (const std::exception& e) {
    fmt::print(stderr, "error: {}\n", escape_text(e.what()));
    return 1;
}
