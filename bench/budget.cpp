// What a budget costs: a training step of ResNet-18 at 224 x 224 in less and less memory beside the step that keeps
// everything. Processor time of all threads, the networks in turn, medians; what the compiler counted stands beside it.
#include <fmt/format.h>

#include <array>
#include <cstdlib>
#include <ctime>
#include <dsl/networks/resnet.hpp>
#include <dsl/typenet.hpp>
#include <memory>
#include <runtime/model/model.hpp>
#include <vector>

#include "bench/median.hpp"

using namespace tn;

namespace {

template <class... Options>
using Network = Net<Image<3, 224, 224>, Batch<16>, networks::ResNet18<1000>, SoftmaxCrossEntropy, Options...>;
constexpr auto curve = Network<>::memory_curve<Adam>;

template <class N> class Measured {
public:
    explicit Measured(cpu::Device& device) : model_(std::make_unique<Model<N, Adam>>(device)) {
        Random random(1, 1000);
        for (float& v : model_->input()) v = random.normal();
        for (int& label : model_->labels()) label = random.below(1000);
        step();
    }
    void step() {
        const std::clock_t start = std::clock();
        model_->train(N::batch, Adam{.rate = 1e-4f});
        ms.push_back(1e3 * static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
    }
    std::vector<double> ms;

    void print(double plain_ms) const {
        using Planner = typename N::template schedule<Fusion::on, Purpose::train, cpu::Device, 2>::planned::planner;
        const double own = median_step();
        fmt::print("{:8.1f} MB  {:8.1f} ms  {:+5.1f} %  counted {:+5.1f} %\n",
                   static_cast<double>(N::template train_bytes<Adam>) * 1e-6, own, 100 * (own / plain_ms - 1),
                   100 * Planner::extra_work);
    }
    double median_step() const {
        int next = 1;  // the first step has warmed up
        return bench::median(static_cast<int>(ms.size()) - 1, [&] { return ms[next++]; });
    }

private:
    std::unique_ptr<Model<N, Adam>> model_;
};

}  // namespace

int main() {
    cpu::Device device(1);
    Measured<Network<>> plain(device);
    Measured<Network<Within<curve[2].bytes>>> some(device);
    Measured<Network<Within<curve[4].bytes>>> less(device);
    Measured<Network<Within<curve[5].bytes>>> least(device);
    for (int round = 0; round < 5; ++round) {
        plain.step();
        some.step();
        less.step();
        least.step();
    }
    const double plain_ms = plain.median_step();
    fmt::print("ResNet-18 at 224 x 224, batch 16, a step with Adam\n");
    plain.print(plain_ms);
    some.print(plain_ms);
    less.print(plain_ms);
    least.print(plain_ms);
    double load = 0;
    getloadavg(&load, 1);
    fmt::print("load of the machine {:.1f}\n", load);
}
