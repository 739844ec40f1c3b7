// Conv + bias + batch normalisation + ReLU + max pooling, forward and backward, on the CPU.
//
// Sizes and tables are constant expressions of the geometry; the kernels that read them are compiled once into the
// library for each instruction set, so a network's own translation unit stays light.
// Nothing is allocated. The results are the same bits at any thread count, for one instruction set.
#pragma once

#include <cstddef>

#include "dsl/core/conv_geometry.hpp"
#include "runtime/core/isa.hpp"
#include "runtime/cpu/conv_block/passes.hpp"
#include "runtime/cpu/conv_block/plan.hpp"
#include "runtime/cpu/formula_loops.hpp"

namespace tn {
class ThreadPool;
}

namespace tn::cpu {

void conv_forward(ThreadPool& pool, Isa isa, const ConvPlan& plan, const ConvForward& pass);
void conv_infer(ThreadPool& pool, Isa isa, const ConvPlan& plan, const ConvInfer& pass);
void conv_backward(ThreadPool& pool, Isa isa, const ConvPlan& plan, const ConvBackward& pass);

/// The gradients g, as y, of what came into a function that stands behind the block: from dy, the gradients of its
/// values, and from what forward left. Of a block with normalisation that neither rectifies nor pools.
void conv_before_function(ThreadPool& pool, Isa isa, const ConvPlan& plan, const ConvBackward& pass,
                          const FormulaLoops& function, float* g);

/// The block with the geometry G, by the method M. `isa` must be available here (Error if not); a pass has 1 <= n <=
/// batch. Maxima take the first of equals; NaN goes through ReLU and pooling.
template <BlockGeometry G, Method M> struct ConvBlockBy {
    static_assert(G.valid(), "the kernel and the pooling window must fit into the image");

    using Forward = ConvForward;
    using Infer = ConvInfer;
    using Backward = ConvBackward;

    static constexpr ConvPlan plan = make_conv_plan<G, M>();

    static constexpr std::size_t saved_floats(int batch) { return block_saved_floats(G, batch, M); }
    static constexpr std::size_t work_floats(int batch) { return block_work_floats(G, batch, M); }

    static void forward(ThreadPool& pool, Isa isa, const Forward& pass) { conv_forward(pool, isa, plan, pass); }
    static void infer(ThreadPool& pool, Isa isa, const Infer& pass) { conv_infer(pool, isa, plan, pass); }
    static void backward(ThreadPool& pool, Isa isa, const Backward& pass) { conv_backward(pool, isa, plan, pass); }
};

/// By the method that is chosen for it.
template <BlockGeometry G> struct ConvBlock : ConvBlockBy<G, method_of(G)> {};

}  // namespace tn::cpu
