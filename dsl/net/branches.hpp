// Where ways part: what Residual and Concat have in common in the flat list.
#pragma once

#include "dsl/core/layer.hpp"

namespace tn {

/// Hands one value to K branches; its gradient is the sum of theirs. Part of Residual and Concat.
template <int K> struct Fork {
    static constexpr int branches = K;
    static constexpr Axis axis = Axis::values;
    static constexpr Reads reads{.x = false, .y = false};

    static constexpr Operation operation{.kind = Operation::fork};
    static constexpr Text name() { return K < 2 || K > max_branches ? "Concat" : "Fork"; }
    static constexpr ShapeResult output(Shape in) {
        if (K < 2) return layer_must(Must::have_at_least_2_branches, K);
        if (K > max_branches) return layer_must(Must::have_at_most_8_branches, K);
        return in;
    }
    /// Nothing to do: the branches read the same buffer.
    template <class T> static constexpr void forward(const Pass<T>&) {}
    template <class T> static constexpr void backward(const Pass<T>& p) {
        for (int i = p.begin; i < p.end; ++i) {
            T sum = p.dys[0][i];
            for (int k = 1; k < max_branches; ++k)  // a constant extent: a GPU keeps the pointers in registers
                if (k < p.branches) sum += p.dys[k][i];
            p.dx[i] = sum;
        }
    }
};

/// Stands between two branches in the flat list; nothing runs.
struct NextBranch {
    static constexpr Operation operation{.kind = Operation::next_branch};
};

}  // namespace tn
