// Shared: layers whose weights are those of other layers, too.
#pragma once

#include "dsl/core/layer.hpp"

namespace tn {

/// Layers one after another, as Seq, with the weights of every other Shared of this name: two towers of a siamese
/// network, a layer that is used twice. `Name` is any type, also one that is only declared:
///
///     struct Tower;
///     using Encoder = Shared<Tower, Dense<32>, Relu, Dense<8>>;
///     using Twins = Seq<Concat<Seq<Take<0>, Encoder>, Seq<Take<1>, Encoder>>, Dense<2>>;
///
/// The layers must be the same wherever the name stands, and their parameters of the same shape. The tensors are there
/// once, under the place of the first use; their gradient is the sum over the uses, in a fixed order. Running
/// statistics are shared, too: every use moves them, in the order in which the uses run, as PyTorch does.
template <class Name, class... Layers> struct Shared {};

/// Layer L, number Place of the layers Part of a Shared<Name, ...>: its tensors are those of its equals.
template <class Name, int Place, class Part, class L> struct SharedLayer : L {
    using name_of_shared = Name;
};

namespace detail {

template <class Name, int Place> struct SharedPlace {};

/// An address for every type.
template <class T> inline constexpr char tag{};

/// Equal for layers that have the same tensors; null for one that shares none.
template <class L> inline constexpr const void* shared_tag = nullptr;
template <class Name, int Place, class Part, class L>
inline constexpr const void* shared_tag<SharedLayer<Name, Place, Part, L>> = &tag<SharedPlace<Name, Place>>;

/// The name of a layer's Shared, and the layer as it is written there.
template <class L> struct SharedAs {
    using name = typename L::name_of_shared;
    using written = L;
};

/// Whether what a layer keeps is the same for both inputs.
template <class L> constexpr bool keeps_the_same(Shape a, Shape b) {
    const Parameters p = Traits<L>::parameters(a), q = Traits<L>::parameters(b);
    const States s = Traits<L>::states(a), t = Traits<L>::states(b);
    bool same = p.count == q.count && s.count == t.count;
    for (int i = 0; same && i < p.count; ++i)
        same = p.item[i].rank == q.item[i].rank && p.item[i].extent == q.item[i].extent;
    for (int i = 0; same && i < s.count; ++i) same = s.item[i].size == t.item[i].size;
    return same;
}

}  // namespace detail
}  // namespace tn
