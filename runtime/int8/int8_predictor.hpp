// Int8Predictor: a trained network that predicts with bytes and whole numbers, from any number of threads.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "runtime/core/thread_pool.hpp"
#include "runtime/cpu/int8.hpp"
#include "runtime/int8/quantised_graph.hpp"

namespace tn {

/// Predicts on the CPU as Predictor does, with a quarter of the weights: convolutions, dense layers and what lies
/// between them run on bytes, all else in fp32 by plain loops. All calls are const and may come from several threads at
/// once: the weights are there once, and every call takes memory of its own that no other call has meanwhile. A copy is
/// of the same weights and memory. One sample gives the same bits in any batch, on any number of threads and by any
/// products.
///
///     Calibration calibration(graph);                       // graph = inference_graph(model)
///     for (const auto& sample : samples) calibration.add(sample);
///     const Int8Predictor predictor(quantise(graph, calibration.ranges()));
///     predictor.predict(inputs, outputs);                   // from any thread
///
/// Jacob and others, "Quantization and training of neural networks for efficient integer-arithmetic-only inference",
/// 2018, with a scale for every output channel.
class Int8Predictor {
public:
    /// Throws Error where the products are not available here.
    explicit Int8Predictor(QuantisedGraph quantised, cpu::ByteProducts products = cpu::best_products());

    /// Of one sample.
    Shape input() const;
    Shape output() const;
    /// "int8 by avx512-vnni".
    std::string describe() const;
    /// The layers that run in fp32, as Net has them.
    const std::vector<std::string>& layers_in_fp32() const;
    /// Bytes of the weights, which are there once, and of what every call at a time needs besides.
    std::size_t weight_bytes() const;
    std::size_t arena_bytes() const;

    /// Makes memory so that so many threads at a time are served without an allocation; otherwise the first calls make
    /// it. Attention and recurrent layers allocate in every call.
    void prepare(int threads) const;

    /// Probabilities (or values) of any number of samples: inputs [n][input], outputs [n][output]. Throws Error when
    /// they are not of whole samples or not of as many.
    void predict(std::span<const float> inputs, std::span<float> outputs) const;
    std::vector<float> predict(std::span<const float> inputs) const;
    /// The same, the samples shared among threads.
    void predict(std::span<const float> inputs, std::span<float> outputs, ThreadPool& threads) const;

private:
    struct Shared;
    std::shared_ptr<Shared> shared_;
};

}  // namespace tn
