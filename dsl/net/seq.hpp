// Seq, Residual and Concat: how layers are put together, as a type or as a value.
#pragma once

#include <utility>

#include "dsl/core/layer.hpp"
#include "dsl/core/operation.hpp"
#include "dsl/core/sequence.hpp"

namespace tn {

/// Layers one after another. A Seq within a Seq is allowed and counts as one index, as in PyTorch.
template <class... Layers> struct Seq {};

/// The second way around the layers of a Residual, when these change the shape: Residual<..., Shortcut<Conv<64, 1>>>.
template <class... Layers> struct Shortcut {};

/// y = x + layers(x), or y = shortcut(x) + layers(x): He and others, "Deep residual learning", 2016.
template <class... Layers> struct Residual {};

/// The channels of every branch's output, one after another; each branch is a layer or a Seq and gets the same input.
template <class... Branches> struct Concat {};

/// Hands one value to K branches; its gradient is the sum of theirs. Part of Residual and Concat.
template <int K> struct Fork {
    static constexpr int branches = K;
    static constexpr Axis axis = Axis::values;
    static constexpr Reads reads{.x = false, .y = false};

    static constexpr Operation operation{Operation::identity};
    static constexpr Text name() { return "Fork"; }
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
            for (std::size_t k = 1; k < max_branches; ++k)  // a constant extent: a GPU keeps the pointers in registers
                if (static_cast<int>(k) < p.branches) sum += p.dys[k][i];
            p.dx[i] = sum;
        }
    }
};

/// Stands between two branches in the flat list; nothing runs.
struct NextBranch {};

/// Ends a Residual: the sum of the two ways, which must have the same shape.
struct AddBranches {
    static constexpr Axis axis = Axis::values;
    static constexpr Reads reads{.x = false, .y = false};

    static constexpr Operation operation{Operation::sum};
    static constexpr Text name() { return "Residual"; }
    static constexpr ShapeResult output(Shape in) { return in; }
    static constexpr ShapeResult combine(const Shape* branch, int) {
        if (branch[0] != branch[1]) return layer_must(Must::leave_the_shape_as_it_was_or_have_a_Shortcut_that_gives);
        return branch[0];
    }
    template <class T> static constexpr void forward(const Pass<T>& p) {
        for (int i = p.begin; i < p.end; ++i) p.y[i] = p.xs[0][i] + p.xs[1][i];
    }
    template <class T> static constexpr void backward(const Pass<T>& p) {
        for (std::size_t k = 0; k < 2; ++k)
            for (int i = p.begin; p.dxs[k] && i < p.end; ++i) p.dxs[k][i] = p.dy[i];
    }
};

/// Ends a Concat: the channels of all branches, which must have the same height and width.
struct JoinBranches {
    static constexpr Axis axis = Axis::values;
    static constexpr Reads reads{.x = false, .y = false};

    static constexpr Operation operation{Operation::join};
    static constexpr Text name() { return "Concat"; }
    static constexpr ShapeResult output(Shape in) { return in; }
    static constexpr ShapeResult combine(const Shape* branch, int count) {
        Shape out = branch[0];
        for (int k = 1; k < count; ++k) {
            if (branch[k].height != out.height || branch[k].width != out.width || branch[k].is_vector != out.is_vector)
                return layer_must(Must::give_every_branch_the_same_height_and_width_as_the_first, out.height,
                                  out.width);
            out.channels += branch[k].channels;
        }
        return out;
    }
    template <class T> static constexpr void forward(const Pass<T>& p) {
        each(p, [&](int joined, std::size_t k, std::size_t own) { p.y[joined] = p.xs[k][own]; });
    }
    template <class T> static constexpr void backward(const Pass<T>& p) {
        each(p, [&](int joined, std::size_t k, std::size_t own) {
            if (p.dxs[k]) p.dxs[k][own] = p.dy[joined];
        });
    }

private:
    /// Calls f(i, k, own) for every value i of the joined batch: branch k gave it, from its place `own`. Every k is a
    /// constant, so that a GPU needs no copy of the pass to look it up in.
    template <class T, class F> static constexpr void each(const Pass<T>& p, F f) {
        for (int i = p.begin; i < p.end; ++i) {
            const std::size_t sample = static_cast<std::size_t>(i) / p.out.size();
            std::size_t rest = static_cast<std::size_t>(i) % p.out.size();
            const auto gives = [&](auto branch) {
                constexpr std::size_t k = branch;
                const std::size_t size = static_cast<int>(k) < p.branches ? p.branch_shape[k].size() : 0;
                if (rest < size) {
                    f(i, k, sample * size + rest);
                    return true;
                }
                rest -= size;
                return false;
            };
            [&]<std::size_t... K>(std::index_sequence<K...>) {
                (gives(std::integral_constant<std::size_t, K>{}) || ...);
            }
            (std::make_index_sequence<max_branches>{});
        }
    }
};

/// True for what may stand in a Seq.
template <class L> inline constexpr bool is_element = Layer<L>;
template <class... Ls> inline constexpr bool is_element<Seq<Ls...>> = true;
template <class... Ls> inline constexpr bool is_element<Residual<Ls...>> = true;
template <class... Ls> inline constexpr bool is_element<Concat<Ls...>> = true;

/// The value form: Conv<16, 3>{} | BN{} | Relu{} is a Seq<Conv<16, 3>, BN, Relu>.
template <class A, class B>
requires(is_element<A>&& is_element<B>) constexpr Seq<A, B> operator|(A, B) { return {}; }
template <class... As, class B>
requires(is_element<B>) constexpr Seq<As..., B> operator|(Seq<As...>, B) { return {}; }
template <class... As, class... Bs> constexpr Seq<As..., Bs...> operator|(Seq<As...>, Seq<Bs...>) { return {}; }
template <class A, class... Bs>
requires(Layer<A>) constexpr Seq<A, Bs...> operator|(A, Seq<Bs...>) { return {}; }

}  // namespace tn
