// The inference passes over values whose channels lie side by side, and their table by instruction set.
#pragma once

#include "dsl/core/conv_geometry.hpp"
#include "dsl/core/index.hpp"
#include "runtime/core/isa.hpp"
#include "runtime/cpu/channels_last/plan.hpp"
#include "runtime/cpu/conv_block/passes.hpp"

namespace tn {
class ThreadPool;
}

namespace tn::cpu {

/// Behind a block the addition of another branch, which lies as y does, and ReLU; null: nothing is added.
struct AddedBranch {
    const float* values = nullptr;
    bool relu = false;
};

/// Pooling of n samples by the window of `window`, by largest values or by means, in which padded
/// values count as zeros: x [n][height][width][channels], y [n][out_h][out_w][channels].
struct ChannelsLastPool {
    int n;
    ConvGeometry window;
    bool largest;
    const float* x;
    float* y;
};

/// A convolution or depthwise convolution of n samples, x and y as the plan says, with what keep() has left.
struct ChannelsLastPass {
    int n;
    const float *x, *kept;
    float *y, *work;
    Index y_row = 0;  ///< of y with channels side by side, floats from a position to the next; 0: as many as channels
};

/// By method what is kept of weights and normalisation (ChannelsLastKept), and the pass.
struct ChannelsLastKernels {
    void (*keep[3])(ThreadPool&, const BlockGeometry&, const ConvInfer&, float* kept);
    void (*infer[3])(ThreadPool&, const ChannelsLastPlan&, const ChannelsLastPass&, const AddedBranch&);
    // Of few positions (few_positions_samples()), x and y plane by plane, with the weights that the product keeps.
    void (*infer_few)(ThreadPool&, const BlockGeometry&, const ChannelsLastPass&);
    void (*pool)(ThreadPool&, const ChannelsLastPool&);
    // y [n][channels]: the means of x [n][plane][channels].
    void (*means)(ThreadPool&, int n, Index plane, int channels, const float* x, float* y);
    // y [planes]: the same of x [planes][plane].
    void (*means_of_planes)(ThreadPool&, int planes, Index plane, const float* x, float* y);
};

/// Those of an instruction set, which must be available here (Error if not).
const ChannelsLastKernels& channels_last_kernels(Isa isa);

}  // namespace tn::cpu
