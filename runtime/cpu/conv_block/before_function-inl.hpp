// Backward through a function of one value behind a block of convolution and normalisation: what came into the function
// is z, which is kept, as it was normalised.
#if defined(TN_CPU_CONV_BLOCK_BEFORE_FUNCTION_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_CONV_BLOCK_BEFORE_FUNCTION_INL
#undef TN_CPU_CONV_BLOCK_BEFORE_FUNCTION_INL
#else
#define TN_CPU_CONV_BLOCK_BEFORE_FUNCTION_INL
#endif

#include <algorithm>

#include "dsl/core/index.hpp"
#include "runtime/core/isa_target.hpp"
#include "runtime/core/thread_pool.hpp"
#include "runtime/cpu/conv_block/batch_norm-inl.hpp"
#include "runtime/cpu/conv_block/direct/finish-inl.hpp"
#include "runtime/cpu/conv_block/plan.hpp"
#include "runtime/cpu/conv_block/split.hpp"
#include "runtime/cpu/formula_loops.hpp"
#include "runtime/cpu/simd/blocked-inl.hpp"

namespace tn::cpu::TN_ISA {

/// g [plane], the gradients of what came into the function, of one channel of one sample: from its z, whose rows are
/// z_row floats apart, and dy.
inline void gradient_before_function(const BlockGeometry& b, const float* z, int z_row, const Affine& affine,
                                     const FormulaLoops& function, const float* dy, float* g) {
    finish_rows(b, z, z_row, affine, b.y_h(), g, nullptr);
    function.backward(g, nullptr, dy, g, static_cast<int>(b.y_plane()));
}

/// The same of a block of channels that lie beside each other in z.
inline void blocked_gradient_before_function(const BlockGeometry& b, const float* z, const SavedStatistics& statistics,
                                             const ConvBackward& pass, int first, const FormulaLoops& function,
                                             const float* dy, float* g) {
    const auto plane = static_cast<int>(b.y_plane());
    AffineOf<V> a{};
    for (int i = 0; i < lanes; ++i) {
        const Affine own = batch_affine(b, statistics, pass.gamma, pass.beta, first + i);
        a.mean[i] = own.mean;
        a.scale[i] = own.scale;
        a.shift[i] = own.shift;
    }
    from_blocked(z, plane, g, plane, [&](V v) TN_INLINE_LAMBDA { return normalise(a, v); });
    function.backward(g, nullptr, dy, g, lanes * plane);
}

/// g [n][filters][plane] of a whole batch. The block neither rectifies nor pools.
inline void conv_before_function(ThreadPool& pool, const ConvPlan& conv_plan, const ConvBackward& pass,
                                 const FormulaLoops& function, float* g) {
    const BlockGeometry& b = conv_plan.block();
    const int filters = b.conv.filters, n = pass.n;
    const SavedStatistics statistics(pass.saved, filters);
    const bool blocked = conv_plan.method == Method::winograd, turned = conv_plan.method == Method::product;
    const Index plane = b.y_plane(), z_plane = blocked || turned ? plane : conv_plan.direct.z.out_plane();
    const int z_row = blocked || turned ? b.y_w() : conv_plan.direct.z.out_row(), together = blocked ? lanes : 1;
    const float* z = pass.saved + (blocked  ? WinogradSaved(WinogradPlan(b), n).z
                                   : turned ? ProductSaved(ProductPlan(b), n).z
                                            : DirectSaved(conv_plan.direct, n).z);
    const int all = n * filters / together, tasks = std::min(all, max_slices);
    pool.run(tasks, [&](int task) {
        const Range own = part_of(all, tasks, task);
        for (int i = own.first; i < own.last; ++i) {
            const int s = i / (filters / together), f = i % (filters / together) * together;
            const Index at = (Index{s} * filters + f) * plane;
            const float* from = z + (turned ? Index{f} * n + s : Index{s} * filters + f) * z_plane;
            if (blocked)
                blocked_gradient_before_function(b, from, statistics, pass, f, function, pass.dy + at, g + at);
            else
                gradient_before_function(b, from, z_row, batch_affine(b, statistics, pass.gamma, pass.beta, f),
                                         function, pass.dy + at, g + at);
        }
    });
}

}  // namespace tn::cpu::TN_ISA
#endif
