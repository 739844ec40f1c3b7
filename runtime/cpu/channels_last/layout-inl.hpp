// Between planes, one per channel, and channels side by side.
#if defined(TN_CPU_CHANNELS_LAST_LAYOUT_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_CHANNELS_LAST_LAYOUT_INL
#undef TN_CPU_CHANNELS_LAST_LAYOUT_INL
#else
#define TN_CPU_CHANNELS_LAST_LAYOUT_INL
#endif

#include <algorithm>

#include "dsl/core/index.hpp"
#include "runtime/core/isa_target.hpp"
#include "runtime/core/thread_pool.hpp"
#include "runtime/cpu/channels_last/passes.hpp"
#include "runtime/cpu/channels_last/plan.hpp"
#include "runtime/cpu/simd/blocked-inl.hpp"
#include "runtime/cpu/simd/vector-inl.hpp"

namespace tn::cpu::TN_ISA {

/// to [columns][rows] from [rows][columns], for every one of n matrices.
inline void transpose_matrices(ThreadPool& pool, int n, int rows, int columns, const float* from, float* to) {
    const int strips = (rows + lanes - 1) / lanes;
    pool.run(n * strips, [&](int task) {
        const Index sample = Index{task / strips} * rows * columns;
        const int first = task % strips * lanes, count = std::min(lanes, rows - first);
        const float* in = from + sample + Index{first} * columns;
        float* out = to + sample + first;
        for (int i = 0; i < columns; i += lanes) {
            V v[lanes];
            const int left = std::min(lanes, columns - i);
            TN_UNROLL for (int r = 0; r < lanes; ++r) v[r] =
                load_partial(in + Index{std::min(r, count - 1)} * columns + i, left);
            transpose(v);
            for (int k = 0; k < left; ++k) store_partial(out + Index{i + k} * rows, v[k], count);
        }
    });
}

/// x and y of a pass with channels side by side: where the plan has planes, in scratch.
struct OtherLayouts {
    const float* x;
    float* y;

    OtherLayouts(ThreadPool& pool, const ChannelsLastPlan& plan, const ChannelsLastPass& pass, float* work,
                 const ChannelsLastWork& at)
        : x(pass.x), y(plan.last.y ? pass.y : work + at.y) {
        if (!at.transposes_x) return;
        const ConvGeometry& c = plan.conv();
        transpose_matrices(pool, pass.n, c.channels, static_cast<int>(c.in_plane()), x, work + at.x);
        x = work + at.x;
    }
    void finish(ThreadPool& pool, const ChannelsLastPlan& plan, const ChannelsLastPass& pass) const {
        const ConvGeometry& c = plan.conv();
        if (!plan.last.y) transpose_matrices(pool, pass.n, static_cast<int>(c.out_plane()), c.filters, y, pass.y);
    }
};

}  // namespace tn::cpu::TN_ISA
#endif
