// Known networks against what PyTorch gave for them (reference.json): tensors, outputs and gradients on seeded weights.
#pragma once

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "dsl/typenet.hpp"
#include "runtime/cpu/reference.hpp"

namespace tn::test {

/// `count` numbers from -1 to 1 for the tensor: `uniform` of reference.py.
inline std::vector<double> uniform(std::uint32_t tensor, std::size_t count) {
    std::vector<double> values(count);
    for (std::size_t i = 0; i < count; ++i) {
        std::uint32_t v = static_cast<std::uint32_t>(i) * 2654435761u + tensor * 40503u + 977u;
        v ^= v >> 16;
        v *= 0x7FEB352Du;
        v ^= v >> 15;
        v *= 0x846CA68Bu;
        v ^= v >> 16;
        values[i] = (v >> 8) / 8388608.0 - 1;
    }
    return values;
}

/// Weights of the deviation sqrt(1 / fan_in), and numbers near 1 or 0 for everything that has one extent: `seeded`.
template <class Tensor> void seed(std::uint32_t number, const Tensor& t) {
    const std::vector<double> u = uniform(number, t.values.size());
    const bool near_1 = t.name.ends_with("weight") || t.name.ends_with("running_var");
    const double fan_in = static_cast<double>(t.values.size()) / t.parameter.extent[0];
    for (std::size_t i = 0; i < u.size(); ++i)
        t.values[i] = t.parameter.rank > 1 ? u[i] * std::sqrt(3 / fan_in) : near_1 ? 1 + 0.2 * u[i] : 0.1 * u[i];
}

inline nlohmann::json reference(const std::string& network) {
    std::ifstream file(TN_SOURCE_DIR "/tests/networks/reference.json");
    return nlohmann::json::parse(file).at(network);
}

/// The extents of a tensor as PyTorch writes them.
template <class Tensor> std::vector<int> extents(const Tensor& t) {
    return {t.parameter.extent.begin(), t.parameter.extent.begin() + t.parameter.rank};
}

/// `got` is `wanted` but for `tolerance` of `size`.
inline void check_near(double got, double wanted, double size, double tolerance) {
    const double apart = std::abs(got - wanted) / size;
    BOOST_TEST(apart <= tolerance, got << " is not " << wanted << ": apart by " << apart << " of " << size);
}

/// The network's tensors have PyTorch's shapes in PyTorch's order; its outputs, its loss and its gradients are
/// PyTorch's to `tolerance` of the largest output and of the gradient's length. In double, by the layers' reference
/// mathematics: what float loses on two samples of a deep network with batch normalisation would hide a layer in the
/// wrong place.
template <class Body, Shape In> void check_network(const std::string& name, double tolerance = 1e-7) {
    using N = Net<In, Batch<2>, Body, SoftmaxCrossEntropy>;
    const nlohmann::json wanted = reference(name);
    BOOST_TEST(N::parameters == wanted.at("parameters").get<std::size_t>());

    cpu::Reference device;
    const auto model = std::make_unique<Model<N, SGD, cpu::Reference, double>>(device);
    const auto tensors = model->tensors();
    BOOST_REQUIRE(tensors.size() == wanted.at("tensors").size());
    std::uint32_t number = 0;
    for (const auto& t : tensors) {
        const auto& [torch_name, shape] =
            wanted.at("tensors").at(number).get<std::pair<std::string, std::vector<int>>>();
        BOOST_TEST_CONTEXT(t.name << " is " << torch_name) BOOST_REQUIRE(extents(t) == shape);
        seed(number++, t);
    }
    model->set_input(uniform(100000, static_cast<std::size_t>(2 * N::input.size())));
    model->set_labels(std::vector<int>{0, 1});

    const auto outputs = wanted.at("outputs").get<std::vector<double>>();
    double largest = 0;
    for (const double y : outputs) largest = std::max(largest, std::abs(y));
    // predict() gives probabilities: their logarithms are the outputs but for one number a sample.
    const auto p = model->predict(2);
    for (std::size_t n = 0; n < 2; ++n) {
        double sum = 0;
        for (std::size_t k = 0; k < 10; ++k) sum += std::exp(outputs[10 * n + k]);
        for (std::size_t k = 0; k < 10; ++k)
            check_near(p[10 * n + k], std::exp(outputs[10 * n + k]) / sum, std::max(largest, 1.0), tolerance);
    }

    check_near(model->gradients(2).loss / 2, wanted.at("loss").get<double>(), 1, tolerance);
    std::uint32_t trained = 0;
    number = 0;
    for (const auto& t : tensors) {
        const std::uint32_t own = number++;
        if (!t.trained) continue;
        const auto [length, along] = wanted.at("gradients").at(trained++).get<std::pair<double, double>>();
        const std::vector<double> direction = uniform(200000 + own, t.values.size());
        const auto g = model->gradient(t);
        double squares = 0, dot = 0, size = 0;
        for (std::size_t i = 0; i < direction.size(); ++i) {
            squares += g[i] * g[i];
            dot += g[i] * direction[i];
            size += direction[i] * direction[i];
        }
        BOOST_TEST_CONTEXT(t.name) {
            check_near(std::sqrt(squares), length, length + 1e-6, tolerance);
            check_near(dot, along, std::sqrt(size) * length + 1e-6, tolerance);
        }
    }
}

}  // namespace tn::test
