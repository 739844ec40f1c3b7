// The CPU: its threads, its instruction set and the kernels that layers ask for.
#pragma once

#include <algorithm>
#include <array>
#include <string>

#include "dsl/core/conv_window.hpp"
#include "dsl/core/layer.hpp"
#include "dsl/net/execute.hpp"
#include "runtime/core/isa.hpp"
#include "runtime/core/process_group.hpp"
#include "runtime/core/thread_pool.hpp"
#include "runtime/cpu/conv_block.hpp"
#include "runtime/cpu/host_memory.hpp"
#include "runtime/cpu/sync_batch_norm.hpp"

namespace tn::cpu {

class Device : public HostMemory {
public:
    static constexpr bool reference = false;

    /// `threads` 0 takes every core; throws Error when the instruction set is not there.
    explicit Device(int threads = 0, Isa isa = best_isa());

    /// "cpu, 2 threads, avx512 kernels, OpenBLAS SkylakeX".
    std::string describe() const;

    ThreadPool& threads() { return pool_; }
    Isa isa() const { return isa_; }

    /// From now on a model that trains here computes its part of batches that it shares with other processes, which do
    /// the same; null: alone. The statistics of batch normalisation are those of the whole batch. The group must
    /// outlive its use.
    void join(ProcessGroup* group) { group_ = group; }
    ProcessGroup* group() const { return group_; }

    /// Calls f(begin, end) for ranges that cover 0 .. count-1, in parallel. Where they begin does not depend on the
    /// number of threads.
    template <class F> void for_ranges(int count, F f) {
        const int parts = std::min(count, 64);
        pool_.run(parts, [&](int i) {
            f(static_cast<int>(static_cast<long long>(count) * i / parts),
              static_cast<int>(static_cast<long long>(count) * (i + 1) / parts));
        });
    }

    void conv_forward(const ConvWindow& window, const Pass<float>& pass);
    void conv_backward(const ConvWindow& window, const Pass<float>& pass);
    void dense_forward(const Pass<float>& pass);
    void dense_backward(const Pass<float>& pass);

    template <BlockGeometry G> void conv_block_forward(const Pass<float>& p) {
        const float* bias = G.bias ? p.parameter[1] : nullptr;
        const float* gamma = G.norm ? p.parameter[first_norm(G)] : nullptr;
        const float* beta = G.norm ? p.parameter[first_norm(G) + 1] : nullptr;
        if (p.training)
            ConvBlock<G>::forward(pool_, isa_,
                                  {p.n, p.x, p.parameter[0], bias, gamma, beta, p.y, p.saved, p.work, p.state[0],
                                   p.state[1], 0.1f, 1e-5f, group_});
        else
            ConvBlock<G>::infer(
                pool_, isa_, {p.n, p.x, p.parameter[0], bias, gamma, beta, p.state[0], p.state[1], 1e-5f, p.y, p.work});
    }
    template <BlockGeometry G> void conv_block_backward(const Pass<float>& p) {
        ConvBlock<G>::backward(pool_, isa_,
                               {p.n, p.x, p.parameter[0], G.norm ? p.parameter[first_norm(G)] : nullptr,
                                G.norm ? p.parameter[first_norm(G) + 1] : nullptr, p.dy, p.saved, p.dx, p.gradient[0],
                                G.bias ? p.gradient[1] : nullptr, G.norm ? p.gradient[first_norm(G)] : nullptr,
                                G.norm ? p.gradient[first_norm(G) + 1] : nullptr, p.work, group_});
    }

    /// Batch normalisation by itself: the layer's own mathematics, unless the batch is shared.
    template <class Norm> void norm_forward(const Pass<float>& p) {
        if (group_ && p.training) return sync_batch_norm_forward(pool_, *group_, p, Norm::epsilon, Norm::momentum);
        for_ranges(p.in.channels, ForwardPart<Norm, float>{p});
    }
    template <class Norm> void norm_backward(const Pass<float>& p) {
        if (group_) return sync_batch_norm_backward(pool_, *group_, p);
        for_ranges(p.in.channels, BackwardPart<Norm, float>{p});
    }

    /// One pass over all parameters by an optimizer's rule; `spans` (begin, end), in order, say where weight decay
    /// acts. a and b are its state, or w where it has none. What lies between tensors is 0 with a gradient of 0 and
    /// stays so.
    template <class Rule, class DecaySpan, std::size_t Count>
    void update_all(const Rule& rule, float decay, const std::array<DecaySpan, Count>& spans, std::size_t count,
                    float* w, const float* g, float* a, float* b) {
        constexpr std::size_t block = 1 << 14;
        const auto update = [&](std::size_t begin, std::size_t end, float by) {
            for (std::size_t i = begin; i < end; ++i) rule(w[i], g[i] + by * w[i], a[i], b[i]);
        };
        pool_.run(static_cast<int>((count + block - 1) / block), [&](int part) {
            std::size_t at = static_cast<std::size_t>(part) * block;
            const std::size_t end = std::min(count, at + block);
            for (const DecaySpan& span : spans) {
                const std::size_t first = std::clamp<std::size_t>(span.begin, at, end),
                                  last = std::clamp<std::size_t>(span.end, at, end);
                if (first == last) continue;
                update(at, first, 0.0f);
                update(first, last, decay);
                at = last;
            }
            update(at, end, 0.0f);
        });
    }

private:
    static constexpr std::size_t first_norm(const BlockGeometry& g) { return g.bias ? 2 : 1; }

    ThreadPool pool_;
    Isa isa_;
    ProcessGroup* group_ = nullptr;
};

}  // namespace tn::cpu
