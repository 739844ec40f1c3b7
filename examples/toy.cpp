// toy: the whole of typenet in one screen: exclusive or, written in the value form.
#include <fmt/format.h>

#include <dsl/typenet.hpp>
#include <exception>

using namespace tn;

int main() try {
    constexpr auto net =
        network<Vector<2>, Batch<4>>(Dense<8>{} | Sigmoid{} | Dense<2>{}, SoftmaxCrossEntropy{}, Xavier{});
    using Xor = std::remove_const_t<decltype(net)>;
    static_assert(Xor::parameters == 2 * 8 + 8 + 8 * 2 + 2);
    fmt::print("{}", net.summary());

    cpu::Device device;
    Model<Xor, Adam> model(device);
    const float corners[] = {0, 0, 0, 1, 1, 0, 1, 1};
    const int classes[] = {0, 1, 1, 0};
    for (int step = 1; step <= 500; ++step) {
        model.set_input(corners);
        model.set_labels(classes);
        const BatchResult r = model.train(4, Adam{.rate = 0.05f});
        if (step % 100 == 0) fmt::print("step {}  loss {:.4f}  right {} of 4\n", step, r.loss / 4, r.correct);
    }
} catch (const std::exception& e) {
    fmt::print(stderr, "error: {}\n", e.what());
    return 1;
}
