// A training step of ResNet-18 at 224 x 224 within one of several budgets: its memory and its time. ./budget runs it
// for all of them, beside PyTorch.
//
// usage: budget_step POINT     of Net::memory_curve; 0 keeps everything
//
// Prints `name value` lines: the constant, what the process took of memory for it, the processor time of each step.
#include <fmt/format.h>

#include <cstdlib>
#include <ctime>
#include <dsl/networks/resnet.hpp>
#include <dsl/typenet.hpp>
#include <fstream>
#include <runtime/model/model.hpp>
#include <string>
#include <string_view>

using namespace tn;

namespace {

template <class... Options>
using Network = Net<Image<3, 224, 224>, Batch<16>, networks::ResNet18<1000>, SoftmaxCrossEntropy, Options...>;
constexpr auto curve = Network<>::memory_curve<Adam>;

/// A line of /proc/self/status, in bytes.
double status(std::string_view name) {
    std::ifstream file("/proc/self/status");
    for (std::string line; std::getline(file, line);)
        if (line.starts_with(name)) return 1024 * std::strtod(line.c_str() + name.size() + 1, nullptr);
    return 0;
}

template <class N> int measure() {
    cpu::Device device(1);
    const double before = status("VmRSS");
    Model<N, Adam> model(device);
    Random random(1, 1000);
    for (float& v : model.input()) v = random.normal();
    for (int& label : model.labels()) label = random.below(1000);
    using Planner = typename N::template schedule<Fusion::on, Purpose::train, cpu::Device, 2>::planned::planner;
    fmt::print("counted_percent {:.1f}\nconstant_mb {:.1f}\n", 100 * Planner::extra_work,
               1e-6 * static_cast<double>(N::template train_bytes<Adam>));
    for (int step = 0; step < 4; ++step) {
        const std::clock_t start = std::clock();
        model.train(N::batch, Adam{.rate = 1e-4f});
        if (step > 0) fmt::print("step_ms {:.1f}\n", 1e3 * static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
    }
    fmt::print("own_mb {:.1f}\npeak_mb {:.1f}\n", 1e-6 * before, 1e-6 * status("VmHWM"));
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    switch (argc == 2 ? argv[1][0] : ' ') {
        case '0': return measure<Network<>>();
        case '2': return measure<Network<Within<curve[2].bytes>>>();
        case '4': return measure<Network<Within<curve[4].bytes>>>();
        case '5': return measure<Network<Within<curve[5].bytes>>>();
        default: fmt::print(stderr, "usage: budget_step 0|2|4|5\n"); return 2;
    }
}
