// Pooling by itself: vectors over the windows of a packed plane.
#if defined(TN_CPU_PLANES_POOL_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_PLANES_POOL_INL
#undef TN_CPU_PLANES_POOL_INL
#else
#define TN_CPU_PLANES_POOL_INL
#endif

#include <algorithm>
#include <cstring>
#include <limits>

#include "dsl/core/index.hpp"
#include "runtime/core/isa_target.hpp"
#include "runtime/core/thread_pool.hpp"
#include "runtime/cpu/conv_block/argmax-inl.hpp"
#include "runtime/cpu/conv_block/direct/pack-inl.hpp"
#include "runtime/cpu/planes/convolve-inl.hpp"
#include "runtime/cpu/planes/norm-inl.hpp"
#include "runtime/cpu/planes/passes.hpp"
#include "runtime/cpu/planes/plan.hpp"

namespace tn::cpu::TN_ISA {

/// `rows` x `columns` values from rows that are `from_row` floats apart to rows that are `to_row` apart.
inline void copy_rows(const float* from, Index from_row, int rows, int columns, float* to, Index to_row) {
    for (int r = 0; r < rows; ++r, from += from_row, to += to_row)
        for (int i = 0; i < columns; i += lanes)
            store_partial(to + i, load_partial(from + i, columns - i), columns - i);
}

/// to[2 i] = even[i] and to[2 i + 1] = odd[i], `count` values in all.
inline void interleave(const float* even, const float* odd, int count, float* to) {
    for (int i = 0; i < count; i += 2 * lanes, even += lanes, odd += lanes) {
        const V e = load_partial(even, (count - i + 1) / 2), o = load_partial(odd, (count - i) / 2);
        store_partial(to + i, interleave_low(e, o), count - i);
        store_partial(to + i + lanes, interleave_high(e, o), count - i - lanes);
    }
}

/// A plane of one sample from its packed form.
inline void unpack_sample(const DirectPlan& plan, const float* packed, float* x) {
    const ConvGeometry& c = plan.conv();
    const int s = c.stride;
    for (int py = 0; py < plan.phases_y; ++py, packed += plan.phases_x * plan.phase_plane) {
        const int u0 = plan.first(py), rows = plan.count(py, c.height);
        for (int u = u0; u < u0 + rows; ++u) {
            float* row = x + (s * u + py - c.pad) * c.width;
            const float* from = packed + u * plan.row;
            if (s == 2 && plan.phases_x == 2) {  // columns 2 i and 2 i + 1 are of these phases
                const int even = c.pad % 2, odd = 1 - even;
                interleave(from + even * plan.phase_plane + c.pad / 2, from + odd * plan.phase_plane + (c.pad + 1) / 2,
                           c.width, row);
                continue;
            }
            for (int px = 0; px < plan.phases_x; ++px, from += plan.phase_plane) {
                const int v0 = plan.first(px), columns = plan.count(px, c.width);
                float* to = row + (s * v0 + px - c.pad);
                if (s == 1)
                    std::memcpy(to, from + v0, sizeof(float) * columns);
                else
                    for (int v = 0; v < columns; ++v) to[s * v] = from[v0 + v];
            }
        }
    }
}

/// The largest value of each window, or its mean. A task's scratch: x packed, the windows' values or gradients, dx
/// packed.
struct PoolPlanes {
    const PlanePlan& plan;
    float *packed, *values, *gradient;

    PoolPlanes(const PlanePlan& plan, float* work, const PlaneWork& at, int task) : plan(plan) {
        float* own = work + at.task + task * at.task_stride;
        packed = own + at.packed;
        values = own + at.result;
        gradient = own + at.sum;
    }

    /// What lies around the image, once.
    void fill_margins(float value) const { std::fill_n(packed, plan.plane.packed_x() + max_lanes, value); }

    /// argmax, if not null, becomes the tap that each value was taken from.
    void largest(const float* x, float* y, unsigned char* argmax) const {
        pack_sample(plan.plane, x, packed);
        if (argmax)
            each_window([&](int v, int at) {
                I tap;
                store(values + v * lanes, largest_of_window(at, tap));
                narrow_to_bytes(tap, argmax + v * lanes);
            });
        else
            each_window([&](int v, int at) {
                I tap;
                store(values + v * lanes, largest_of_window(at, tap));
            });
        unload(y);
    }

    void mean(const float* x, float* y, const float* shares) const {
        pack_sample(plan.plane, x, packed);
        convolve_plane(packed, plan.plane.z, plan.plane.x_offsets, shares, plan.block.conv.taps(), values);
        unload(y);
    }

    void largest_gradient(const unsigned char* argmax, const float* dy, float* dx) const {
        begin_gradient(dy);
        each_window([&](int v, int at) {
            const I taken = widen_bytes(argmax + v * lanes);
            const V g = load(values + v * lanes);
            for (int t = 0; t < plan.block.conv.taps(); ++t) {
                float* to = gradient + at + plan.plane.x_offsets[t];
                store(to, load(to) + (taken == t ? g : V{}));
            }
        });
        end_gradient(dx);
    }

    void mean_gradient(const float* dy, float* dx, float share) const {
        begin_gradient(dy);
        each_window([&](int v, int at) {
            const V g = load(values + v * lanes) * broadcast(share);
            for (int t = 0; t < plan.block.conv.taps(); ++t) {
                float* to = gradient + at + plan.plane.x_offsets[t];
                store(to, load(to) + g);
            }
        });
        end_gradient(dx);
    }

private:
    /// Of the windows that begin at `at`, and the tap that each is.
    TN_INLINE V largest_of_window(int at, I& tap) const {
        const int *offsets = plan.plane.x_offsets, taps = plan.block.conv.taps();
        V best = load(packed + at + offsets[0]);
        tap = I{};
        for (int t = 1; t < taps; ++t) {
            const V next = load(packed + at + offsets[t]);
            const auto replace = replaces(next, best);
            best = replace ? next : best;
            tap = replace ? I{} + t : tap;
        }
        return best;
    }
    template <class F> void each_window(const F& f) const {
        const Grid& grid = plan.plane.z;
        const int vectors = vectors_of(grid);
        for (int v = 0; v < vectors; ++v) f(v, vector_at(grid, v));
    }
    void unload(float* y) const {
        const Grid& grid = plan.plane.z;
        copy_rows(values, grid.out_row(), grid.rows, grid.columns, y, grid.columns);
    }
    /// dy in the rows of the windows, between which there are zeros.
    void begin_gradient(const float* dy) const {
        const Grid& grid = plan.plane.z;
        clear(values, plan.z_plane());
        copy_rows(dy, grid.columns, grid.rows, grid.columns, values, grid.out_row());
        clear(gradient, plan.plane.packed_x() + max_lanes);
    }
    void end_gradient(float* dx) const {
        const ConvGeometry& c = plan.block.conv;
        if (c.stride > c.kernel_h || c.stride > c.kernel_w) clear(dx, c.in_plane());
        unpack_sample(plan.plane, gradient, dx);
    }
};

/// Calls f(planes, plane) for all planes of n samples.
template <class F>
void each_pooled_plane(ThreadPool& pool, const PlanePlan& plan, const PoolPass& pass, float margin, const F& f) {
    const int count = pass.n * plan.block.conv.channels, tasks = std::min(count, max_slices);
    const PlaneWork at(plan, pass.n);
    pool.run(tasks, [&](int task) {
        const Range own = part_of(count, tasks, task);
        const PoolPlanes planes(plan, aligned(pass.work), at, task);
        planes.fill_margins(margin);
        for (int i = own.first; i < own.last; ++i) f(planes, i);
    });
}

inline void pool_forward(ThreadPool& pool, const PlanePlan& plan, const PoolPass& pass) {
    const Index in = plan.block.conv.in_plane(), out = plan.block.conv.out_plane();
    if (pass.largest)
        return each_pooled_plane(pool, plan, pass, -std::numeric_limits<float>::infinity(),
                                 [&](const PoolPlanes& planes, Index i) {
                                     planes.largest(pass.x + i * in, pass.y + i * out,
                                                    pass.argmax ? pass.argmax + i * plan.z_plane() : nullptr);
                                 });
    const int taps = plan.block.conv.taps();
    float shares[max_taps];
    std::fill_n(shares, taps, 1.0f / static_cast<float>(taps));
    each_pooled_plane(pool, plan, pass, 0, [&](const PoolPlanes& planes, Index i) {
        planes.mean(pass.x + i * in, pass.y + i * out, shares);
    });
}

inline void pool_backward(ThreadPool& pool, const PlanePlan& plan, const PoolPass& pass) {
    const Index in = plan.block.conv.in_plane(), out = plan.block.conv.out_plane();
    const float share = 1.0f / static_cast<float>(plan.block.conv.taps());
    each_pooled_plane(pool, plan, pass, 0, [&](const PoolPlanes& planes, Index i) {
        const float* dy = pass.dy + i * out;
        float* dx = pass.dx + i * in;
        if (pass.largest)
            planes.largest_gradient(pass.argmax + i * plan.z_plane(), dy, dx);
        else
            planes.mean_gradient(dy, dx, share);
    });
}

}  // namespace tn::cpu::TN_ISA
#endif
