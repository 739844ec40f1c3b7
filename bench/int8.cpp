// One image in fp32 and in int8 by the library, in turns: milliseconds of the processor, medians, and the bytes of the
// weights. The network has weights that nobody trained. Prints a `name value` pair a line.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <runtime/int8/int8_predictor.hpp>
#include <runtime/model/predictor.hpp>
#include <string_view>
#include <vector>

#include "bench/networks.hpp"
#include "bench/reference_network.hpp"

namespace bench::networks {
using reference = bench::Reference<128, 4, 64>;
}

using namespace tn;
using Network = bench::networks::TN_NETWORK;

namespace {

double thread_ms() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return 1e3 * static_cast<double>(now.tv_sec) + 1e-6 * static_cast<double>(now.tv_nsec);
}
template <class F> double ms_of(F f) {
    const double begin = thread_ms();
    f();
    return thread_ms() - begin;
}
double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

}  // namespace

/// usage: int8_NETWORK [REPETITIONS [PRODUCTS]]: as cpu::name() has them, fp32 then by the instruction set that they
/// are of
int main(int argc, char** argv) {
    const int repetitions = argc > 1 ? std::atoi(argv[1]) : 50;
    cpu::ByteProducts products = cpu::best_products();
    for (const auto other : {cpu::ByteProducts::portable, cpu::ByteProducts::avx2, cpu::ByteProducts::avx_vnni,
                             cpu::ByteProducts::avx512, cpu::ByteProducts::avx512_vnni})
        if (argc > 2 && std::string_view(argv[2]) == cpu::name(other)) products = other;
    const Isa isa = products >= cpu::ByteProducts::avx512     ? Isa::avx512
                    : products == cpu::ByteProducts::portable ? Isa::portable
                                                              : Isa::avx2;
    cpu::Device device(1, isa);
    const auto model = std::make_unique<Model<Network>>(device, 1);
    Random random(1, 1000);
    std::vector<float> x(Network::input.size()), y(Network::output.size());
    for (float& v : x) v = random.normal();
    const InferenceGraph graph = inference_graph(*model);
    Calibration calibration(graph);
    calibration.add(x);
    const Int8Predictor int8(quantise(graph, calibration.ranges()), products);
    const Predictor<Network> fp32(*model, [isa] { return std::make_unique<cpu::Device>(1, isa); });
    std::vector<double> of_fp32, of_int8;
    for (int i = 0; i < repetitions; ++i) {
        of_fp32.push_back(ms_of([&] { fp32.predict(x, y); }));
        of_int8.push_back(ms_of([&] { int8.predict(x, y); }));
    }
    fmt::print("device {}\nproducts {}\n", device.describe(), int8.describe());
    fmt::print("fp32_ms {:.3f}\nint8_ms {:.3f}\ntimes_as_fast {:.2f}\n", median(of_fp32), median(of_int8),
               median(of_fp32) / median(of_int8));
    fmt::print("fp32_weight_mb {:.2f}\nint8_weight_mb {:.2f}\n",
               static_cast<double>(Predictor<Network>::weight_bytes) / 1e6,
               static_cast<double>(int8.weight_bytes()) / 1e6);
}
