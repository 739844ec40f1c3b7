// The steps of a network on bytes, ready to run: weights as the kernels read them, and where everything lies.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "runtime/cpu/int8.hpp"
#include "runtime/export/header_places.hpp"
#include "runtime/export/header_program.hpp"
#include "runtime/int8/quantised_graph.hpp"

namespace tn {

/// Does not change once it is made: any number of threads may run it, each with its own memory.
class Int8Steps {
public:
    /// Throws Error where the products are not available here.
    Int8Steps(QuantisedGraph quantised, cpu::ByteProducts products);
    ~Int8Steps();
    Int8Steps(const Int8Steps&) = delete;
    Int8Steps& operator=(const Int8Steps&) = delete;

    const QuantisedGraph& quantised() const { return quantised_; }
    cpu::ByteProducts products() const { return products_; }
    /// Floats that a run needs, at a multiple of 64 bytes.
    std::size_t workspace() const;
    /// Of the weights, as they lie in memory.
    std::size_t weight_bytes() const { return weight_bytes_; }

    /// One sample x to y. Allocates nothing but for attention and recurrent layers, which run in fp32.
    void run(const float* x, float* y, float* work) const;

private:
    struct Step;
    struct Memory;

    Step compiled(const HeaderStep& step);
    void add_weights(Step& step, const HeaderStep& from);
    void add_passes(Step& step, const HeaderStep& from) const;
    void run_on_bytes(const Step& step, const Memory& memory) const;
    void run_in_fp32(const Step& step, const Memory& memory) const;

    QuantisedGraph quantised_;
    cpu::ByteProducts products_;
    const cpu::ByteKernels& kernels_;
    HeaderProgram program_;
    HeaderPlaces places_;
    std::vector<Step> steps_;
    std::size_t weight_bytes_ = 0;
};

}  // namespace tn
