// A network without its batch normalisation, which is folded into the convolutions in front of it.
#pragma once

#include "dsl/layers/batch_norm.hpp"
#include "dsl/net/seq.hpp"

namespace tn::networks {

namespace detail {

/// A layer that stays, in its composite.
template <class L> struct KeepLayer {
    template <template <class...> class Composite, class... Before> using in = Composite<Before..., L>;
    static constexpr float epsilon = 0;
};
/// One that goes.
template <class Norm> struct DropLayer {
    template <template <class...> class Composite, class... Before> using in = Composite<Before...>;
    static constexpr float epsilon = Norm::epsilon;
};

template <class L> struct FoldNorm : KeepLayer<L> {};
template <class... Options> struct FoldNorm<BNWith<Options...>> : DropLayer<BNWith<Options...>> {};
template <> struct FoldNorm<BN> : DropLayer<BN> {};

template <template <class...> class Composite, class Done, class... Layers> struct FoldLayers;
template <template <class...> class Composite, class... Done>
struct FoldLayers<Composite, Composite<Done...>> : KeepLayer<Composite<Done...>> {
    using type = Composite<Done...>;
};
template <template <class...> class Composite, class... Done, class First, class... Rest>
struct FoldLayers<Composite, Composite<Done...>, First, Rest...>
    : FoldLayers<Composite, typename FoldNorm<First>::template in<Composite, Done...>, Rest...> {
    using Others = FoldLayers<Composite, Composite<>, Rest...>;
    static constexpr float epsilon = FoldNorm<First>::epsilon > 0 ? FoldNorm<First>::epsilon : Others::epsilon;
};

template <class... Ls> struct FoldNorm<Seq<Ls...>> : FoldLayers<Seq, Seq<>, Ls...> {};
template <class... Ls> struct FoldNorm<Residual<Ls...>> : FoldLayers<Residual, Residual<>, Ls...> {};
template <class... Ls> struct FoldNorm<Shortcut<Ls...>> : FoldLayers<Shortcut, Shortcut<>, Ls...> {};

}  // namespace detail

/// A network of Seq, Residual and Shortcut whose every BN is right behind a convolution, without these: its
/// convolutions then have a bias. fold_norm() (runtime/model/fold_norm.hpp) gives it the weights with which it answers
/// as the other one does with its running statistics.
template <class Body> using WithoutNorm = typename detail::FoldNorm<Body>::type;

/// The epsilon of the first BN; 0 where there is none.
template <class Body> inline constexpr float norm_epsilon = detail::FoldNorm<Body>::epsilon;

}  // namespace tn::networks
