// A convolution block on the CPU with all its buffers, and on what it is run: pools of threads, instruction sets.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "runtime/core/isa.hpp"
#include "runtime/core/thread_pool.hpp"
#include "runtime/cpu/conv_block.hpp"
#include "tests/support/conv_reference.hpp"
#include "tests/support/sanitized.hpp"

namespace tn::test {

/// A ConvBlock with its geometry as a value, so that the checks are compiled once.
struct Block {
    BlockGeometry g;
    std::size_t (*saved_floats)(int);
    std::size_t (*work_floats)(int);
    void (*forward)(ThreadPool&, Isa, const cpu::ConvForward&);
    void (*infer)(ThreadPool&, Isa, const cpu::ConvInfer&);
    void (*backward)(ThreadPool&, Isa, const cpu::ConvBackward&);
};

template <BlockGeometry G, cpu::Method M = cpu::method_of(G)>
constexpr Block block_of{G,
                         cpu::ConvBlockBy<G, M>::saved_floats,
                         cpu::ConvBlockBy<G, M>::work_floats,
                         cpu::ConvBlockBy<G, M>::forward,
                         cpu::ConvBlockBy<G, M>::infer,
                         cpu::ConvBlockBy<G, M>::backward};

/// Every buffer of a block and its passes.
struct Run {
    const Block& block;
    const Reference& r;
    Guarded x, weight, bias, gamma, beta, running_mean, running_var, dy, y, saved, work, dx, dweight, dbias, dgamma,
        dbeta;

    Run(const Block& block, const Reference& r, const Doubles& dy, int batch)
        : block(block),
          r(r),
          x(r.x),
          weight(r.weight),
          bias(r.bias),
          gamma(r.gamma),
          beta(r.beta),
          running_mean(r.running_mean),
          running_var(r.running_var),
          dy(dy),
          y(std::size_t(r.n) * r.g.y_size()),
          saved(block.saved_floats(batch)),
          work(block.work_floats(batch)),
          dx(r.x.size()),
          dweight(r.weight.size()),
          dbias(r.bias.size()),
          dgamma(r.bias.size()),
          dbeta(r.bias.size()) {}

    float* if_norm(Guarded& b) { return r.g.norm ? b.data() : nullptr; }

    void forward(ThreadPool& pool, Isa isa) {
        block.forward(pool, isa,
                      {r.n, x.data(), weight.data(), r.g.bias ? bias.data() : nullptr, if_norm(gamma), if_norm(beta),
                       y.data(), saved.data(), work.data(), if_norm(running_mean), if_norm(running_var),
                       static_cast<float>(r.momentum), static_cast<float>(r.epsilon)});
    }
    void infer(ThreadPool& pool, Isa isa) {
        block.infer(
            pool, isa,
            {r.n, x.data(), weight.data(), r.g.bias ? bias.data() : nullptr, if_norm(gamma), if_norm(beta),
             if_norm(running_mean), if_norm(running_var), static_cast<float>(r.epsilon), y.data(), work.data()});
    }
    void backward(ThreadPool& pool, Isa isa, bool with_dx) {
        block.backward(pool, isa,
                       {r.n, x.data(), weight.data(), if_norm(gamma), if_norm(beta), dy.data(), saved.data(),
                        with_dx ? dx.data() : nullptr, dweight.data(), r.g.bias ? dbias.data() : nullptr,
                        if_norm(dgamma), if_norm(dbeta), work.data()});
    }
    std::vector<Guarded*> all() {
        return {&x, &weight, &bias, &gamma, &beta,    &running_mean, &running_var, &dy,
                &y, &saved,  &work, &dx,    &dweight, &dbias,        &dgamma,      &dbeta};
    }
    bool intact() {
        for (Guarded* b : all())
            if (!b->intact()) return false;
        return true;
    }
    bool same_results(Run& o) {
        return y.same_bits(o.y) && dx.same_bits(o.dx) && dweight.same_bits(o.dweight) && dbias.same_bits(o.dbias) &&
               dgamma.same_bits(o.dgamma) && dbeta.same_bits(o.dbeta) && running_mean.same_bits(o.running_mean) &&
               running_var.same_bits(o.running_var);
    }
};

inline std::vector<std::unique_ptr<ThreadPool>>& pools() {
    // Also more threads than there are slices and samples.
    static const std::vector<int> thread_counts = sanitized ? std::vector{1, 8} : std::vector{1, 2, 8, 24};
    static std::vector<std::unique_ptr<ThreadPool>> all;
    if (all.empty())
        for (int threads : thread_counts) all.push_back(std::make_unique<ThreadPool>(threads));
    return all;
}

template <class F> void for_each_isa(F&& f) {
    for (Isa isa : {Isa::portable, Isa::avx2, Isa::avx512})
        if (available(isa)) f(isa);
}

inline std::string describe(const BlockGeometry& g, int n, Isa isa) {
    const ConvGeometry& c = g.conv;
    auto s = [](int v) { return std::to_string(v); };
    return s(c.channels) + "x" + s(c.height) + "x" + s(c.width) + " -> " + s(c.filters) + ", kernel " + s(c.kernel_h) +
           "x" + s(c.kernel_w) + " stride " + s(c.stride) + " pad " + s(c.pad) + (g.bias ? " bias" : "") +
           (g.norm ? " norm" : "") + (g.relu ? " relu" : "") + (g.ceiling ? " ceiling " + s(g.ceiling) : "") +
           " pool " + s(g.pool_window) + "/" + s(g.pool_stride) + ", n " + s(n) + ", " + name(isa);
}

}  // namespace tn::test
