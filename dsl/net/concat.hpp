// Concat: branches whose channels are put one after another.
#pragma once

#include <utility>

#include "dsl/core/index.hpp"
#include "dsl/net/branches.hpp"

namespace tn {

/// The channels of every branch's output, one after another; each branch is a layer or a Seq and gets the same input.
template <class... Branches> struct Concat {};

/// Ends a Concat: the channels of all branches, which must have the same height and width.
struct JoinBranches {
    static constexpr Axis axis = Axis::values;
    static constexpr Reads reads{.x = false, .y = false};

    static constexpr Operation operation{.kind = Operation::concat};
    static constexpr Text name() { return "Concat"; }
    static constexpr ShapeResult output(Shape in) { return in; }
    static constexpr ShapeResult combine(const Shape* branch, int count) {
        Shape out = branch[0];
        for (int k = 1; k < count; ++k) {
            if (branch[k].is_vector != out.is_vector)
                return layer_must(Must::have_only_images_or_only_vectors_as_branches, branch[0], branch[k]);
            if (branch[k].height != out.height || branch[k].width != out.width)
                return layer_must(Must::give_every_branch_the_same_height_and_width_as_the_first, out.height,
                                  out.width);
            out.channels += branch[k].channels;
        }
        return out;
    }
    template <class T> static constexpr void forward(const Pass<T>& p) {
        each(p, [&](int joined, int k, Index own) { p.y[joined] = p.xs[k][own]; });
    }
    template <class T> static constexpr void backward(const Pass<T>& p) {
        each(p, [&](int joined, int k, Index own) {
            if (p.dxs[k]) p.dxs[k][own] = p.dy[joined];
        });
    }

private:
    /// Calls f(i, k, own) for every value i of the joined batch: branch k gave it, from its place `own`. Every k is a
    /// constant, so that a GPU needs no copy of the pass to look it up in.
    template <class T, class F> static constexpr void each(const Pass<T>& p, F f) {
        for (int i = p.begin; i < p.end; ++i) {
            const Index sample = i / p.out.size();
            Index rest = i % p.out.size();
            const auto gives = [&](auto branch) {
                constexpr int k = branch;
                const Index size = k < p.branches ? Index{p.branch_shape[k].size()} : 0;
                if (rest < size) {
                    f(i, k, sample * size + rest);
                    return true;
                }
                rest -= size;
                return false;
            };
            [&]<std::size_t... K>(std::index_sequence<K...>) {
                (gives(std::integral_constant<int, K>{}) || ...);
            }(std::make_index_sequence<max_branches>{});
        }
    }
};

}  // namespace tn
