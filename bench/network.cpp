// Times the network that TN_NETWORK names (bench/networks.hpp).
// Usage: network [threads] [steps] [batch]
#include <cstdlib>
#include <exception>

#include "bench/measure.hpp"
#include "bench/networks.hpp"

int main(int argc, char** argv) try {
    using Network = bench::networks::TN_NETWORK;
    const auto number = [&](int i, int otherwise) { return argc > i ? std::atoi(argv[i]) : otherwise; };
    tn::cpu::Device device(number(1, 0));
    bench::measure<Network>(device, number(3, Network::batch), std::max(1, number(2, 5)));
} catch (const std::exception& e) {
    fmt::print(stderr, "error: {}\n", e.what());
    return 1;
}
