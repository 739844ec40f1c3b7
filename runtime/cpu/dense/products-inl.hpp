// z [outputs][row] = weights * x: by tiles of outputs and samples, or, of few samples, by scalar products.
#if defined(TN_CPU_DENSE_PRODUCTS_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_DENSE_PRODUCTS_INL
#undef TN_CPU_DENSE_PRODUCTS_INL
#else
#define TN_CPU_DENSE_PRODUCTS_INL
#endif

#include <algorithm>

#include "dsl/core/index.hpp"
#include "runtime/core/isa_target.hpp"
#include "runtime/core/thread_pool.hpp"
#include "runtime/cpu/dense/plan.hpp"
#include "runtime/cpu/products/dots-inl.hpp"
#include "runtime/cpu/products/tile-inl.hpp"
#include "runtime/cpu/simd/vector-inl.hpp"

namespace tn::cpu::TN_ISA {

/// A row of z in panels of as many vectors as a register tile has, or one fewer, so that none is much narrower.
struct SamplePanels {
    int vectors, count;

    explicit SamplePanels(int n)
        : vectors(static_cast<int>(DensePlan::row(n)) / lanes), count((vectors + tile_vectors - 1) / tile_vectors) {}
    /// Vectors.
    Range operator[](int panel) const { return part_of(vectors, count, panel); }
};

/// The values of inputs first .. last-1, a panel of samples behind another: [panels][inputs][its samples], 0 beyond the
/// last sample.
inline void pack_samples(const DensePlan& plan, int n, const float* x, Range inputs, float* columns) {
    const SamplePanels panels(n);
    for (int p = 0; p < panels.count; ++p) {
        const Range own = panels[p];
        const int width = (own.last - own.first) * lanes, first = own.first * lanes,
                  samples = std::clamp(n - first, 0, width);
        float* to = columns + (Index{plan.inputs} * own.first * lanes + Index{inputs.first} * width);
        for (int k = inputs.first; k < inputs.last; ++k, to += width) {
            const float* from = x + Index{first} * plan.inputs + k;
            for (int s = 0; s < samples; ++s) to[s] = from[Index{s} * plan.inputs];
            for (int s = samples; s < width; ++s) to[s] = 0;
        }
    }
}

/// Rows first .. first + tile-1 of z, of which those below `outputs` are there.
inline void multiply_packed(const DensePlan& plan, int n, const float* weights, const float* columns, int first,
                            float* z) {
    const SamplePanels panels(n);
    const Index row = DensePlan::row(n);
    const int rows = std::min(tile, plan.outputs - first);
    for (int p = 0; p < panels.count; ++p) {
        const Range own = panels[p];
        const int width = (own.last - own.first) * lanes;
        const float* in = columns + Index{plan.inputs} * own.first * lanes;
        for (int k = 0; k < plan.inputs; k += matrix_depth) {
            RowsOfTile of_tile;  // beyond the last output the last one's again
            for (int r = 0; r < tile; ++r)
                of_tile.next[r] = weights + std::min(first + r, plan.outputs - 1) * Index{plan.inputs} + k;
            multiply_panel(of_tile, in + Index{k} * width, width, std::min(matrix_depth, plan.inputs - k), rows, width,
                           z + first * row + own.first * lanes, row, k > 0);
        }
    }
}

/// Rows first .. first + tile-1, of few samples.
inline void multiply_few(const DensePlan& plan, int n, const float* weights, const float* x, int first, float* z) {
    const Index row = DensePlan::row(n);
    const Index inputs = plan.inputs;
    multiply_dots({weights + first * inputs, inputs}, {x, inputs}, n, plan.inputs, std::min(tile, plan.outputs - first),
                  z + first * row, row, false);
    for (int r = first; r < std::min(first + tile, plan.outputs); ++r)
        for (Index s = n; s < row; ++s) z[r * row + s] = 0;
}

/// Calls f(first, last, task) for tiles of outputs first .. last-1.
template <class F> void each_dense_tile(ThreadPool& pool, const DensePlan& plan, int n, const F& f) {
    const int tiles = (plan.outputs + tile - 1) / tile, tasks = plan.tasks(n, tiles);
    pool.run(tasks, [&](int task) {
        const Range own = part_of(tiles, tasks, task);
        for (int t = own.first; t < own.last; ++t) f(t * tile, std::min((t + 1) * tile, plan.outputs), task);
    });
}

/// Calls finish(first, last, task) for tiles of rows of z once these are there: outputs first .. last-1.
template <class Finish>
void dense_products(ThreadPool& pool, const DensePlan& plan, int n, const float* x, const float* weights,
                    float* columns, float* z, const Finish& finish) {
    const bool few = n <= few_dense_samples;
    if (!few) {
        const int parts = plan.tasks(n, plan.inputs);
        pool.run(parts, [&](int i) { pack_samples(plan, n, x, part_of(plan.inputs, parts, i), columns); });
    }
    each_dense_tile(pool, plan, n, [&](int first, int last, int task) {
        if (few)
            multiply_few(plan, n, weights, x, first, z);
        else
            multiply_packed(plan, n, weights, columns, first, z);
        finish(first, last, task);
    });
}

}  // namespace tn::cpu::TN_ISA
#endif
