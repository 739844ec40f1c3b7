// A network that ends earlier: for what an inner layer gives.
#pragma once

#include "dsl/core/sequence.hpp"
#include "dsl/loss/mean_squared_error.hpp"
#include "dsl/net/net.hpp"

namespace tn {

namespace detail {

/// The layers of a Seq up to and with the one at a place: the first index counts in the Seq, the others in what
/// stands there.
template <class Part, int... Place> struct CutBehind {
    static_assert(sizeof...(Place) == 0, "typenet: a place within a network is that of a layer of a Seq");
    using type = Part;
};
template <class... Ls, int First, int... Rest> struct CutBehind<Seq<Ls...>, First, Rest...> {
    static_assert(First >= 0 && First < static_cast<int>(sizeof...(Ls)),
                  "typenet: a place within a network is that of a layer of a Seq");
    using last = typename CutBehind<At_t<List<Ls...>, First>, Rest...>::type;
    using type = typename Respread<Seq, Join_t<typename Slice<List<Ls...>, 0, First>::type, List<last>>>::type;
};
template <class... Ls, int First, int... Rest>
    requires(to_be_spread<Ls...>)
struct CutBehind<Seq<Ls...>, First, Rest...> : CutBehind<Spread_t<Seq, Ls...>, First, Rest...> {};
template <class... Ls, int First, int... Rest> struct CutBehind<Frozen<Seq<Ls...>>, First, Rest...> {
    using type = Frozen<typename CutBehind<Seq<Ls...>, First, Rest...>::type>;
};

template <class N, int... Place> struct Until_;
template <Shape In, BatchSize Samples, class Body, class LossType, class Initialiser_, class Budget_, int... Place>
struct Until_<Net<In, Samples, Body, LossType, Initialiser_, Budget_>, Place...> {
    using type = Net<In, Samples, typename CutBehind<typename BodyOf<Body>::type, Place...>::type, MeanSquaredError,
                     Initialiser_, Budget_>;
};

}  // namespace detail

/// The network N up to and with the layer at a place, as tensors are named by it: Until<N, 0, 3> ends behind the layer
/// "0.3". Its output is what that layer gives, and its tensors have the names that they have in N, so that
/// copy_weights() takes them from a model of N. Where BN is the next layer, what is given is without the bias that a
/// layer in front of BN does not have: end behind BN.
template <class N, int... Place> using Until = typename detail::Until_<N, Place...>::type;

}  // namespace tn
