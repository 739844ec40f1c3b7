// Small networks of the kind that run in real time, as bench/peers/rtneural.cpp has them: microseconds of predict(1),
// medians. Prints a `name value` pair a line.
#include <fmt/format.h>

#include <cstdlib>
#include <dsl/typenet.hpp>
#include <runtime/model/predictor.hpp>

#include "bench/median.hpp"

using namespace tn;

namespace {

constexpr int block = 16;  // samples of a signal, one after another from a state of zeros

template <Shape In, class... Ls> using Small = Net<In, Batch<1>, Seq<Ls...>, MeanSquaredError>;
using Mlp = Small<Vector<8>, Dense<32>, Tanh, Dense<32>, Tanh, Dense<1>>;
using Conv1d =
    Small<Signal<1, block>, Conv1D<4, 3, Pad<2, 0>>, Tanh, Conv1D<4, 3, Dilation<2>, Pad<4, 0>>, Tanh, Conv1D<1, 1>>;
using Gru = Small<Signal<1, block>, GRU<8>, Conv1D<1, 1>>;
using Lstm = Small<Signal<1, block>, LSTM<16>, Conv1D<1, 1>>;

template <class N> void measure(cpu::Device& device, const char* name) {
    constexpr int calls = 200;
    const auto us = [&](auto&& predict) {
        return 1e3 / calls * bench::median_ms(200, 20, [&] {
                   for (int i = 0; i < calls; ++i) predict();
               });
    };
    Model<N> model(device);
    Random random(1, 1000);
    float input[N::input.size()], output[N::output.size()];
    for (float& v : input) v = random.normal();
    fmt::print("{}_us {:.3f}\n", name, us([&] {
                   model.set_input(input);
                   model.predict(1);
               }));
    const Predictor<N> predictor(model);
    fmt::print("{}_predictor_us {:.3f}\n", name, us([&] { predictor.predict(input, output); }));
}

}  // namespace

/// usage: realtime [THREADS]; 0 takes every core
int main(int argc, char** argv) {
    cpu::Device device(argc > 1 ? std::atoi(argv[1]) : 0);
    fmt::print("device {}\n", device.describe());
    measure<Mlp>(device, "mlp");
    measure<Conv1d>(device, "conv1d");
    measure<Gru>(device, "gru");
    measure<Lstm>(device, "lstm");
}
