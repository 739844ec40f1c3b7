// What the buffers of a plan are for.
#pragma once

namespace tn {

/// What a buffer is for, and the node that writes it first, or whose gradients it has; -1: the network's input, or all
/// nodes.
struct BufferUse {
    enum Kind {
        persistent,  ///< weights and what belongs to them: no buffer of a plan
        value,       ///< what a node gives
        gradient,    ///< of what a node gives
        saved,       ///< what a forward pass leaves for backward besides
        scratch      ///< within one pass; gradients that are added to others
    };
    Kind kind = scratch;
    int node = -1;
};

template <int Capacity> struct BufferUses {
    BufferUse use[Capacity]{};
};

}  // namespace tn
