// A training step of ResNet-18 at 224 x 224, or of the reference network, within one of several budgets: its memory and
// its time. ./budget runs it for all of them, beside PyTorch.
//
// usage: budget_step resnet-18 plain|half|quarter STEPS [THREADS]     of the arena that keeps everything
//        budget_step reference plain|half|64MiB|quarter STEPS [THREADS]
//
// Prints `name value` lines: the constant, what the process took of memory for it, and of each step behind the first
// the processor time.
#include <fmt/format.h>

#include <cstdlib>
#include <ctime>
#include <dsl/networks/resnet.hpp>
#include <dsl/typenet.hpp>
#include <fstream>
#include <runtime/model/model.hpp>
#include <string>
#include <string_view>

#include "reference_network.hpp"

using namespace tn;

namespace {

template <class... Options>
using ResNet = Net<Image<3, 224, 224>, Batch<64>, networks::ResNet18<1000>, SoftmaxCrossEntropy, Options...>;
template <class... Options>
using Reference = Net<Image<1, 128, 128>, Batch<64>, bench::Stack<Seq<>, 16, 4>::type, SoftmaxCrossEntropy, Options...>;

/// A line of /proc/self/status, in bytes.
double status(std::string_view name) {
    std::ifstream file("/proc/self/status");
    for (std::string line; std::getline(file, line);)
        if (line.starts_with(name)) return 1024 * std::strtod(line.c_str() + name.size() + 1, nullptr);
    return 0;
}

template <class N> int measure(int steps, int threads) {
    cpu::Device device(threads);
    const double before = status("VmRSS");
    Model<N, Adam> model(device);
    Random random(1, 1000);
    for (float& v : model.input()) v = random.normal();
    for (int& label : model.labels()) label = random.below(N::output.channels);
    using Planner = typename N::template schedule<Fusion::on, Purpose::train, cpu::Device, 2>::planned::planner;
    fmt::print("counted_percent {:.1f}\nconstant_mb {:.1f}\nparts {}\n", 100 * Planner::extra_work,
               1e-6 * static_cast<double>(N::template train_bytes<Adam>), N::template training_parts<Adam>);
    for (int step = 0; step <= steps; ++step) {
        const std::clock_t start = std::clock();
        model.train(N::batch, Adam{.rate = 1e-4f});
        if (step > 0) fmt::print("step_ms {:.1f}\n", 1e3 * static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
    }
    fmt::print("own_mb {:.1f}\npeak_mb {:.1f}\n", 1e-6 * before, 1e-6 * status("VmHWM"));
    return 0;
}

constexpr std::size_t resnet = ResNet<>::train_bytes<Adam>, reference = Reference<>::train_bytes<Adam>;

}  // namespace

int main(int argc, char** argv) {
    const bool called = argc == 4 || argc == 5;
    const std::string row = called ? std::string(argv[1]) + " " + argv[2] : "";
    const int steps = called ? std::atoi(argv[3]) : 0, threads = argc == 5 ? std::atoi(argv[4]) : 1;
    if (row == "resnet-18 plain") return measure<ResNet<>>(steps, threads);
    if (row == "resnet-18 half") return measure<ResNet<Within<resnet / 2>>>(steps, threads);
    if (row == "resnet-18 quarter") return measure<ResNet<Within<resnet / 4>>>(steps, threads);
    if (row == "reference plain") return measure<Reference<>>(steps, threads);
    if (row == "reference half") return measure<Reference<Within<reference / 2>>>(steps, threads);
    if (row == "reference 64MiB") return measure<Reference<Within<64_MiB>>>(steps, threads);
    if (row == "reference quarter") return measure<Reference<Within<reference / 4>>>(steps, threads);
    fmt::print(stderr,
               "usage: budget_step resnet-18 plain|half|quarter STEPS [THREADS]\n       budget_step reference "
               "plain|half|64MiB|quarter STEPS [THREADS]\n");
    return 2;
}
