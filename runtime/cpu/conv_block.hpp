// Conv + bias + batch normalisation + ReLU + max pooling, forward and backward, on the CPU.
//
// Sizes and tables are constant expressions of the geometry; the kernels that read them are compiled once into the
// library for each instruction set, so a network's own translation unit stays light.
// Nothing is allocated. The results are the same bits at any thread count, for one instruction set.
#pragma once

#include <cstddef>

#include "dsl/core/conv_geometry.hpp"
#include "runtime/core/isa.hpp"
#include "runtime/cpu/conv_plan.hpp"

namespace tn {
class ThreadPool;
class ProcessGroup;
}  // namespace tn

namespace tn::cpu {

/// A training step's forward pass over n samples. x [n][channels][height][width], weight
/// [filters][channels][kernel_h][kernel_w], bias, gamma and beta [filters], y [n][filters][y_h][y_w].
/// bias may be null; gamma, beta, running_mean and running_var are read only with norm, where the batch's own mean and
/// variance normalise and the running ones move by `momentum` towards them, the variance as its unbiased estimate
/// (Ioffe and Szegedy, "Batch normalization", 2015). running_mean and running_var may be null.
struct ConvForward {
    int n;
    const float *x, *weight, *bias, *gamma, *beta;
    float *y, *saved, *work;
    float *running_mean, *running_var;
    ProcessGroup* group = nullptr;  ///< shares the batch: its mean and variance are those of all processes' samples
    float momentum = 0.1f, epsilon = 1e-5f;
};

/// Evaluation: the running mean and variance normalise; nothing is saved.
struct ConvInfer {
    int n;
    const float *x, *weight, *bias, *gamma, *beta, *running_mean, *running_var;
    float epsilon;
    float *y, *work;
};

/// The gradients, from dy and from what forward left in `saved` for the same n. dx null: not computed. dbias, dgamma
/// and dbeta may be null where the block has none. With norm the bias cancels: dbias is zero.
struct ConvBackward {
    int n;
    const float *x, *weight, *gamma, *beta, *dy;
    float *saved, *dx, *dweight, *dbias, *dgamma, *dbeta, *work;
    ProcessGroup* group = nullptr;  ///< that of forward; dweight, dbias, dgamma and dbeta are of this process's samples
};

void conv_forward(ThreadPool& pool, Isa isa, const ConvPlan& plan, const ConvForward& pass);
void conv_infer(ThreadPool& pool, Isa isa, const ConvPlan& plan, const ConvInfer& pass);
void conv_backward(ThreadPool& pool, Isa isa, const ConvPlan& plan, const ConvBackward& pass);

/// The block with the geometry G. `isa` must be available here (Error if not); a pass has 1 <= n <= batch.
/// Maxima take the first of equals; NaN goes through ReLU and pooling.
template <BlockGeometry G> struct ConvBlock {
    static_assert(G.valid(), "the kernel and the pooling window must fit into the image");

    using Forward = ConvForward;
    using Infer = ConvInfer;
    using Backward = ConvBackward;

    static constexpr ConvPlan plan = make_conv_plan<G>();

    /// Floats that forward leaves for backward: mean and deviation, and z with its maxima or, of a stem block, where
    /// they are (SavedLayout).
    static constexpr std::size_t saved_floats(int batch) { return SavedLayout(plan, batch).floats; }

    /// Scratch of one call of any pass.
    static constexpr std::size_t work_floats(int batch) {
        const std::size_t forward = WorkLayout(plan, batch, false).floats;
        const std::size_t backward = WorkLayout(plan, batch, true).floats;
        return forward > backward ? forward : backward;
    }

    static void forward(ThreadPool& pool, Isa isa, const Forward& pass) { conv_forward(pool, isa, plan, pass); }
    static void infer(ThreadPool& pool, Isa isa, const Infer& pass) { conv_infer(pool, isa, plan, pass); }
    static void backward(ThreadPool& pool, Isa isa, const Backward& pass) { conv_backward(pool, isa, plan, pass); }
};

}  // namespace tn::cpu
