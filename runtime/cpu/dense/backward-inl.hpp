// A dense block backward: dz in rows of outputs, then both products by panels of inputs.
#if defined(TN_CPU_DENSE_BACKWARD_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_DENSE_BACKWARD_INL
#undef TN_CPU_DENSE_BACKWARD_INL
#else
#define TN_CPU_DENSE_BACKWARD_INL
#endif

#include <algorithm>

#include "dsl/core/index.hpp"
#include "runtime/core/isa_target.hpp"
#include "runtime/core/thread_pool.hpp"
#include "runtime/cpu/conv_block/batch_norm-inl.hpp"
#include "runtime/cpu/dense/forward-inl.hpp"
#include "runtime/cpu/dense/passes.hpp"
#include "runtime/cpu/dense/plan.hpp"
#include "runtime/cpu/dense/products-inl.hpp"
#include "runtime/cpu/products/matrix-inl.hpp"

namespace tn::cpu::TN_ISA {

/// The passes of a block backward, one after another.
class DenseBackward {
public:
    DenseBackward(ThreadPool& pool, const DensePlan& plan, const ConvBackward& pass, const float* y,
                  const FormulaLoops& function)
        : pool_(pool),
          plan_(plan),
          pass_(pass),
          y_(y),
          function_(function),
          at_(plan, pass.n, true),
          work_(aligned(pass.work)),
          z_(plan.keeps_z ? pass.saved + DenseSaved(plan, pass.n).z : nullptr),
          statistics_(plan.keeps_z ? pass.saved : work_, plan.outputs),
          dz_rows_(work_ + at_.z),
          dz_(has_own_dz() ? work_ + at_.dz : pass.dy),
          channels_(reinterpret_cast<Channel*>(work_ + at_.channels)) {}

    void run() {
        for (int o = 0; o < plan_.outputs; ++o)
            channels_[o] = {plan_.keeps_z ? batch_affine(plan_.block(), statistics_, pass_.gamma, pass_.beta, o)
                                          : Affine{0.0f, 1.0f, 0.0f},
                            {1.0f, 0.0f, 0.0f}};
        each_tile([&](int first, int last, int task) {
            gradients_behind(first, last, task);
            if (shared()) return;
            for (int o = first; o < last; ++o) {
                const GradientSums own = sums_of(o);
                set_own_gradients(plan_.block(), pass_, statistics_, o, own);
                set_dz(plan_.block(), statistics_, o, own, n(), channels_[o]);
            }
            finish_dz(first, last);
        });
        if (shared()) {
            share_sums();
            each_tile([&](int first, int last, int) { finish_dz(first, last); });
        }
        products();
    }

private:
    int n() const { return pass_.n; }
    Index row() const { return DensePlan::row(n()); }
    bool has_own_dz() const { return plan_.norm || plan_.function; }
    bool shared() const { return plan_.norm && pass_.group; }

    template <class F> void each_tile(const F& f) { each_dense_tile(pool_, plan_, n(), f); }

    /// Columns first .. last-1 of [samples][outputs] as rows.
    void to_rows(const float* from, int first, int last, float* rows) const {
        for (int s = 0; s < n(); ++s)
            for (int o = first; o < last; ++o) rows[(o - first) * row() + s] = from[Index{s} * plan_.outputs + o];
        for (int o = first; o < last; ++o)
            for (Index s = n(); s < row(); ++s) rows[(o - first) * row() + s] = 0;
    }

    /// The gradients of what came before the function, as rows in place of dz.
    void gradients_behind(int first, int last, int task) {
        float* g = dz_rows_ + first * row();
        to_rows(pass_.dy, first, last, g);
        if (!plan_.function) return;
        float *u = work_ + at_.rows + task * at_.rows_stride, *value = u + tile * row();
        const int count = static_cast<int>((last - first) * row());
        if (plan_.keeps_z)
            for (int o = first; o < last; ++o)
                for (Index s = 0; s < row(); s += lanes)
                    store(u + (o - first) * row() + s, normalise(channels_[o].affine, load(z_ + o * row() + s)));
        if (y_) to_rows(y_, first, last, value);
        function_.backward(plan_.keeps_z ? u : nullptr, y_ ? value : nullptr, g, g, count);
        // Beyond the last sample a derivative may be anything.
        for (int o = 0; o < last - first; ++o)
            for (Index s = n(); s < row(); ++s) g[o * row() + s] = 0;
    }

    /// Of one output over this process's samples.
    GradientSums sums_of(int o) const {
        const float *g = dz_rows_ + o * row(), *z = plan_.norm ? z_ + o * row() : nullptr;
        const double mean = channels_[o].affine.mean;
        return {sum_of_samples(n(), [&](int s) { return double{g[s]}; }),
                z ? sum_of_samples(n(), [&](int s) { return g[s] * (z[s] - mean); }) : 0};
    }

    void share_sums() {
        float* sums = work_ + at_.sums;
        for (int s = 0; s < n(); ++s)
            for (int o = 0; o < plan_.outputs; ++o) {
                const float g = dz_rows_[o * row() + s], z = z_[o * row() + s];
                sums[SampleSums::at(plan_.outputs, s, 0, o)] = g;
                sums[SampleSums::at(plan_.outputs, s, 1, o)] = g * (z - channels_[o].affine.mean);
            }
        combine_gradients(plan_.block(), pass_, statistics_, sums, channels_);
    }

    /// dz of these outputs, in rows and by samples.
    void finish_dz(int first, int last) {
        for (int o = first; plan_.norm && o < last; ++o) {
            float* g = dz_rows_ + o * row();
            for (Index s = 0; s < row(); s += lanes)
                store(g + s, gradient(channels_[o].affine, channels_[o].to_dz, load(z_ + o * row() + s), load(g + s)));
        }
        if (!has_own_dz()) return;
        float* dz = work_ + at_.dz;
        for (int s = 0; s < n(); ++s)
            for (int o = first; o < last; ++o) dz[Index{s} * plan_.outputs + o] = dz_rows_[o * row() + s];
    }

    void products() {
        const Index inputs = plan_.inputs;
        const int panels = (plan_.inputs + panel - 1) / panel, tasks = plan_.tasks(n(), panels);
        pool_.run(tasks, [&](int task) {
            const Range own = part_of(panels, tasks, task);
            float* packed = work_ + at_.packed + task * at_.packed_stride;
            const int first = own.first * panel, width = std::min(own.last * panel, plan_.inputs) - first;
            const auto panels_of = [&](int depth) {
                return static_cast<int>(std::max<Index>(at_.packed_stride / (Index{matrix_panel} * depth), 1));
            };
            multiply_matrices({dz_rows_, row()}, {pass_.x + first, inputs}, plan_.outputs, width, n(),
                              pass_.dweight + first, inputs, pass_.adds, packed, panels_of(n()));
            if (pass_.dx)
                multiply_matrices({dz_, plan_.outputs}, {pass_.weight + first, inputs}, n(), width, plan_.outputs,
                                  pass_.dx + first, inputs, false, packed, panels_of(plan_.outputs));
        });
    }

    ThreadPool& pool_;
    const DensePlan& plan_;
    const ConvBackward& pass_;
    const float* y_;
    const FormulaLoops& function_;
    const DenseWork at_;
    float *work_, *z_;
    SavedStatistics statistics_;
    float* dz_rows_;
    const float* dz_;
    Channel* channels_;
};

inline void dense_backward(ThreadPool& pool, const DensePlan& plan, const ConvBackward& pass, const float* y,
                           const FormulaLoops& function) {
    DenseBackward(pool, plan, pass, y, function).run();
}

}  // namespace tn::cpu::TN_ISA
#endif
