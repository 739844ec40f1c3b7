// Times the reference network: blocks of Conv 3x3, BN, Relu and Pool<2> with 16, 32, 64 .. filters on a grey image,
// then Dense<128>, Relu, Dense<3>; Adam 3e-4, fp32. Prints a `name value` pair a line; times are medians of the steps.
// Usage: reference [threads] [batch] [steps]; compiled with TN_SIDE, TN_BLOCKS and TN_BATCH, the largest batch.
#include <cstdlib>
#include <exception>

#include "bench/measure.hpp"
#include "reference_network.hpp"

int main(int argc, char** argv) try {
    const auto number = [&](int i, int otherwise) { return argc > i ? std::atoi(argv[i]) : otherwise; };
    tn::cpu::Device device(number(1, 0));
    bench::measure<bench::Reference<TN_SIDE, TN_BLOCKS, TN_BATCH>>(device, number(2, TN_BATCH),
                                                                   std::max(1, number(3, 15)));
} catch (const std::exception& e) {
    fmt::print(stderr, "error: {}\n", e.what());
    return 1;
}
