// Frozen: layers that training leaves as they are.
#pragma once

#include <initializer_list>
#include <type_traits>

#include "dsl/core/layer.hpp"
#include "dsl/core/sequence.hpp"
#include "dsl/net/shared.hpp"

namespace tn {

/// Layers, or whole parts of a network, that training leaves as they are and runs as at inference: no gradients of
/// theirs and no state of the optimizer have room in the arena, running statistics are used and do not move, Dropout
/// lets everything through. Backward ends where nothing before a layer is trained. Gradients pass through frozen layers
/// that stand behind trained ones.
///
///     using Body = Seq<Conv<16, 3>, BN, Relu, Pool<2>, Conv<32, 3>, BN, Relu, GlobalAvgPool>;
///     using Head = Net<Image<1, 32, 32>, Batch<8>, Seq<Frozen<Body>, Dense<5>>, SoftmaxCrossEntropy>;
///     using All = Net<Image<1, 32, 32>, Batch<8>, Seq<Body, Dense<5>>, SoftmaxCrossEntropy>;
///
/// It counts as what it holds, and several layers as so many: tensors have the names that they have without it, and a
/// file of one network's weights or checkpoint is one of the other's.
template <class... Layers> struct Frozen {};

/// Where a frozen layer stands in the list that runs: in front of everything that is trained, which runs as at
/// inference, or behind something, so that gradients pass through. As it is written it stands in the list before that.
enum class FrozenPlace { written, ahead, behind };

namespace detail {

template <class L>
concept DiffersAtInference = requires { typename L::at_inference; };

/// What a frozen layer computes: where gradients pass through, what the layer names at_inference, if anything.
template <class L, FrozenPlace Place> struct FrozenMathematics {
    using type = L;
};
template <DiffersAtInference L> struct FrozenMathematics<L, FrozenPlace::behind> {
    using type = typename L::at_inference;
};

}  // namespace detail

/// Layer L of a Frozen: its parameters are kept and not trained.
template <class L, FrozenPlace Place = FrozenPlace::written>
struct FrozenLayer : detail::FrozenMathematics<L, Place>::type {
    static_assert(
        Place != FrozenPlace::behind || detail::DiffersAtInference<L> || !requires { L::states(Shape{}); },
        "typenet: a layer with states that is frozen behind a trained one must name the layer that it is at "
        "inference: using at_inference = ...");

    static constexpr Parameters parameters(Shape in)
        requires(requires { L::parameters(in); })
    {
        Parameters all = L::parameters(in);
        for (Parameter& p : all.item) p.frozen = true;
        return all;
    }
};

namespace detail {

template <class L> inline constexpr bool is_frozen = false;
template <class L, FrozenPlace Place> inline constexpr bool is_frozen<FrozenLayer<L, Place>> = true;
template <class L> inline constexpr bool is_frozen_ahead = false;
template <class L> inline constexpr bool is_frozen_ahead<FrozenLayer<L, FrozenPlace::ahead>> = true;

/// What shares tensors does so when it is frozen, too.
template <class L, FrozenPlace Place> inline constexpr const void* shared_tag<FrozenLayer<L, Place>> = shared_tag<L>;
template <class L, FrozenPlace Place> struct SharedAs<FrozenLayer<L, Place>> {
    using name = typename SharedAs<L>::name;
    using written = FrozenLayer<L>;
};

/// A layer that has nothing to freeze: it keeps no tensor and is the same in training as at inference.
template <class L>
inline constexpr bool is_neutral =
    !is_frozen<L> && Traits<L>::operation.kind != Operation::none && Traits<L>::operation.kind != Operation::dropout &&
    !requires { L::parameters(Shape{}); } && !requires { L::states(Shape{}); };

/// A layer that may have weights which are trained.
template <class L> inline constexpr bool may_train = !is_frozen<L> && requires { L::parameters(Shape{}); };

/// Lists several layers of one Frozen one by one.
template <class L> struct SpreadOne {
    using type = List<L>;
};
template <class First, class Second, class... Rest>
struct SpreadOne<Frozen<First, Second, Rest...>>
    : Type<Join_t<typename SpreadOne<Frozen<First>>::type, typename SpreadOne<Frozen<Second>>::type,
                  typename SpreadOne<Frozen<Rest>>::type...>> {};
template <class... Ls> struct SpreadOne<Frozen<Frozen<Ls...>>> : SpreadOne<Frozen<Ls...>> {};
template <template <class...> class Composite, class L> struct Respread;
template <template <class...> class Composite, class... Ls> struct Respread<Composite, List<Ls...>> {
    using type = Composite<Ls...>;
};
template <class L> inline constexpr bool holds_several = false;
template <class First, class Second, class... Rest>
inline constexpr bool holds_several<Frozen<First, Second, Rest...>> = true;
template <class... Ls> inline constexpr bool holds_several<Frozen<Frozen<Ls...>>> = holds_several<Frozen<Ls...>>;
template <class... Ls>
inline constexpr bool to_be_spread = [] {
    for (const bool several : {holds_several<Ls>..., false})
        if (several) return true;
    return false;
}();
template <template <class...> class Composite, class... Ls>
using Spread_t = typename Respread<Composite, Join_t<typename SpreadOne<Ls>::type...>>::type;

/// A layer of a Frozen in the flat list.
template <class L> struct Freeze {
    using type = std::conditional_t<is_frozen<L>, L, FrozenLayer<L>>;
};
template <class L>
    requires(!Layer<L> || is_neutral<L>)
struct Freeze<L> {
    using type = L;
};

}  // namespace detail
}  // namespace tn
