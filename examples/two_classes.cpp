// two_classes: which of two spirals a point belongs to, with one yes-or-no output.
#include <fmt/format.h>

#include <cmath>
#include <dsl/typenet.hpp>
#include <exception>
#include <runtime/core/random.hpp>
#include <runtime/model/model.hpp>

using namespace tn;

using Spirals =
    Net<Vector<2>, Batch<100>, Seq<Dense<64>, BN, Relu, Dense<64>, BN, Relu, Dense<1>>, SigmoidCrossEntropy>;

int main() try {
    cpu::Device device;
    Model<Spirals, Nesterov> model(device);
    Random random(1, 100);
    const auto draw = [&] {
        for (std::size_t i = 0; i < Spirals::batch; ++i) {
            const float side = random.chance(0.5f) ? 1.0f : 0.0f, t = random.uniform(0.5f, 3.5f);
            const float angle = 3 * t + 3.1415927f * side;
            model.input()[2 * i] = t * std::cos(angle) + 0.05f * random.normal();
            model.input()[2 * i + 1] = t * std::sin(angle) + 0.05f * random.normal();
            model.targets()[i] = side;
        }
    };
    for (int step = 1; step <= 2000; ++step) {
        draw();
        const BatchResult r = model.train(Spirals::batch, Nesterov{.rate = 0.02f, .weight_decay = 1e-5f});
        if (step % 400 == 0)
            fmt::print("step {:>4}  loss {:.4f}  right {} of {}\n", step, r.loss / r.n, r.correct, r.n);
    }
    draw();
    const BatchResult r = model.evaluate(Spirals::batch);
    fmt::print("test: {} of {} points right\n", r.correct, r.n);
} catch (const std::exception& e) {
    fmt::print(stderr, "error: {}\n", e.what());
    return 1;
}
