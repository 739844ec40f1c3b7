// A dense block forward: what is behind the products is done to a tile of outputs while it is in the caches.
#if defined(TN_CPU_DENSE_FORWARD_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_DENSE_FORWARD_INL
#undef TN_CPU_DENSE_FORWARD_INL
#else
#define TN_CPU_DENSE_FORWARD_INL
#endif

#include <algorithm>

#include "dsl/core/index.hpp"
#include "runtime/core/isa_target.hpp"
#include "runtime/core/thread_pool.hpp"
#include "runtime/cpu/conv_block/batch_norm-inl.hpp"
#include "runtime/cpu/conv_block/direct/finish-inl.hpp"
#include "runtime/cpu/dense/passes.hpp"
#include "runtime/cpu/dense/products-inl.hpp"

namespace tn::cpu::TN_ISA {

/// y of outputs first .. last-1 from their rows of z, by way of `rows`, of which there are as many.
template <class AffineOfOutput>
void finish_outputs(const DensePlan& plan, int n, const float* z, int first, int last, const AffineOfOutput& affine_of,
                    const FormulaLoops& function, float* rows, float* y) {
    const Index row = DensePlan::row(n);
    for (int o = first; o < last; ++o) {
        const Affine affine = affine_of(o);
        const float* from = z + o * row;
        float* to = rows + (o - first) * row;
        for (Index s = 0; s < row; s += lanes) store(to + s, normalise(affine, load(from + s)));
    }
    if (plan.function) function.forward(rows, rows, static_cast<int>((last - first) * row));
    for (int s = 0; s < n; ++s)
        for (int o = first; o < last; ++o) y[Index{s} * plan.outputs + o] = rows[(o - first) * row + s];
}

/// The sum of f(s) for the samples s in double, since few samples are normalised by what may be small differences: in
/// eight parts, of which compilers make vectors.
template <class F> TN_INLINE double sum_of_samples(int n, const F& f) {
    double part[8]{}, sum = 0;
    int s = 0;
    for (; s + 8 <= n; s += 8)
        for (int k = 0; k < 8; ++k) part[k] += f(s + k);
    for (; s < n; ++s) sum += f(s);
    for (const double p : part) sum += p;
    return sum;
}

/// The statistics of outputs first .. last-1 over a batch of this process alone.
inline void row_statistics(const ConvForward& pass, const float* z, int first, int last,
                           const SavedStatistics& statistics) {
    for (int o = first; o < last; ++o) {
        const float* row = z + o * DensePlan::row(pass.n);
        const double mean = sum_of_samples(pass.n, [&](int s) { return double{row[s]}; }) / pass.n;
        const double squares = sum_of_samples(pass.n, [&](int s) { return (row[s] - mean) * (row[s] - mean); });
        set_statistics(pass, o, pass.n, mean, squares, statistics);
    }
}

/// Those of all outputs over a batch that processes share, from the rows of all: as of one process, to the rounding of
/// double.
inline void shared_statistics(const DensePlan& plan, const ConvForward& pass, const float* z, float* sums,
                              const SavedStatistics& statistics) {
    for (int s = 0; s < pass.n; ++s)
        for (int o = 0; o < plan.outputs; ++o) {
            sums[SampleSums::at(plan.outputs, s, 0, o)] = z[o * DensePlan::row(pass.n) + s];
            sums[SampleSums::at(plan.outputs, s, 1, o)] = 0;
        }
    combine_statistics(plan.block(), pass, sums, statistics);
}

inline void dense_forward(ThreadPool& pool, const DensePlan& plan, const ConvForward& pass,
                          const FormulaLoops& function) {
    const DenseWork at(plan, pass.n, false);
    float* work = aligned(pass.work);
    float* z = plan.keeps_z ? pass.saved + DenseSaved(plan, pass.n).z : work + at.z;
    const SavedStatistics statistics(plan.keeps_z ? pass.saved : work + at.sums, plan.outputs);
    if (!plan.norm) set_bias_statistics(plan.block(), pass.bias, statistics);
    const auto affine_of = [&](int o) { return batch_affine(plan.block(), statistics, pass.gamma, pass.beta, o); };
    const bool shared = plan.norm && pass.group;
    const auto finish = [&](int first, int last, int task) {
        finish_outputs(plan, pass.n, z, first, last, affine_of, function, work + at.rows + task * at.rows_stride,
                       pass.y);
    };
    dense_products(pool, plan, pass.n, pass.x, pass.weight, work + at.columns, z, [&](int first, int last, int task) {
        if (shared) return;
        if (plan.norm) row_statistics(pass, z, first, last, statistics);
        finish(first, last, task);
    });
    if (!shared) return;
    shared_statistics(plan, pass, z, work + at.sums, statistics);
    each_dense_tile(pool, plan, pass.n, finish);
}

/// Of one sample, whose outputs are a vector themselves.
inline void dense_infer_one(ThreadPool& pool, const DensePlan& plan, const ConvInfer& pass,
                            const FormulaLoops& function) {
    const int tiles = (plan.outputs + tile - 1) / tile, tasks = plan.tasks(1, tiles);
    pool.run(tasks, [&](int task) {
        const Range own = part_of(tiles, tasks, task);
        const int first = own.first * tile, last = std::min(own.last * tile, plan.outputs);
        const Index inputs = plan.inputs;
        multiply_dots({pass.weight + first * inputs, inputs}, {pass.x, inputs}, 1, plan.inputs, last - first,
                      pass.y + first, 1, false);
        if (plan.norm)
            for (int o = first; o < last; ++o)
                pass.y[o] = normalise(running_affine(plan.block(), pass, o), V{} + pass.y[o])[0];
        else
            for (int o = first; plan.bias && o < last; ++o) pass.y[o] += pass.bias[o];
        if (plan.function) function.forward(pass.y + first, pass.y + first, last - first);
    });
}

inline void dense_infer(ThreadPool& pool, const DensePlan& plan, const ConvInfer& pass, const FormulaLoops& function) {
    if (pass.n == 1) return dense_infer_one(pool, plan, pass, function);
    const DenseWork at(plan, pass.n, false);
    float *work = aligned(pass.work), *z = work + at.z;
    dense_products(pool, plan, pass.n, pass.x, pass.weight, work + at.columns, z, [&](int first, int last, int task) {
        finish_outputs(
            plan, pass.n, z, first, last, [&](int o) { return running_affine(plan.block(), pass, o); }, function,
            work + at.rows + task * at.rows_stride, pass.y);
    });
}

}  // namespace tn::cpu::TN_ISA
#endif
