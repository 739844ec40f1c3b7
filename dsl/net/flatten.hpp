// From nested Seq, Residual, Multiply and Concat to one flat list of layers, each with the place where it was written.
#pragma once

#include "dsl/core/sequence.hpp"
#include "dsl/net/seq.hpp"

namespace tn {

/// A layer and where it stands; after fusion, a fused layer and where each of its members stood.
template <class L, Path... Places> struct Placed {
    using type = L;
    static constexpr int members = sizeof...(Places);
    static constexpr Path path[sizeof...(Places)] = {Places...};
};

namespace detail {

template <class L> inline constexpr bool is_shortcut = false;
template <class... Ls> inline constexpr bool is_shortcut<Shortcut<Ls...>> = true;

/// Stands where something may not stand; says so.
template <class L, Must What, int Number = 0> struct Misplaced {
    static constexpr Text name() {
        Text text = type_name<L>;
        return Text{text.view().substr(0, text.view().find('<'))};
    }
    static constexpr ShapeResult output(Shape) { return layer_must(What, Number); }
};

template <class L, Path P> struct Flat {
    using type = List<Placed<L, P>>;
};

/// The layers of a Residual's Shortcut.
template <class L, Path P> struct WithinShortcut;

/// The layers of Ls one after another.
template <class Indices, Path P, class... Ls> struct FlatEach;
template <std::size_t... I, Path P, class... Ls> struct FlatEach<std::index_sequence<I...>, P, Ls...> {
    using type = Join_t<typename Flat<Ls, P.child(I)>::type...>;
};
template <Path P, class... Ls> using InOrderOf = typename FlatEach<std::index_sequence_for<Ls...>, P, Ls...>::type;

/// Those of a Residual and of its shortcut.
template <class Indices, Path P, class... Ls> struct FlatResidual;
template <std::size_t... I, Path P, class... Ls> struct FlatResidual<std::index_sequence<I...>, P, Ls...> {
    template <class L, std::size_t J, bool Wanted>
    using only =
        typename std::conditional_t<is_shortcut<L> == Wanted,
                                    std::conditional_t<Wanted, WithinShortcut<L, P.child(J)>, Flat<L, P.child(J)>>,
                                    Type<List<>>>::type;
    using body = Join_t<only<Ls, I, false>...>;
    using shortcut = Join_t<only<Ls, I, true>...>;
};
template <class... Ls> inline constexpr int shortcuts = (0 + ... + int{is_shortcut<Ls>});

/// Those of a Concat's branches, with NextBranch between them.
template <class Indices, Path P, class... Ls> struct FlatBranches;
template <std::size_t... I, Path P, class... Ls> struct FlatBranches<std::index_sequence<I...>, P, Ls...> {
    template <std::size_t J, class L>
    using branch =
        Join_t<std::conditional_t<J == 0, List<>, List<Placed<NextBranch, P>>>, typename Flat<L, P.child(J)>::type>;
    using type = Join_t<branch<I, Ls>...>;
};

template <class... Ls, Path P> struct Flat<Seq<Ls...>, P> {
    using type = InOrderOf<P, Ls...>;
};
template <class... Ls, Path P>
    requires(to_be_spread<Ls...>)
struct Flat<Seq<Ls...>, P> : Flat<Spread_t<Seq, Ls...>, P> {};
template <class... Ls, Path P> struct WithinShortcut<Shortcut<Ls...>, P> : Flat<Seq<Ls...>, P> {};

/// The layers of a Frozen: those of its one part.
template <class L> struct FreezePlaced;
template <class L, Path... Places> struct FreezePlaced<Placed<L, Places...>> {
    using type = Placed<typename Freeze<L>::type, Places...>;
};
template <class Layers> struct FreezeEach;
template <class... Ps> struct FreezeEach<List<Ps...>> {
    using type = List<typename FreezePlaced<Ps>::type...>;
};
template <class Part, Path P> struct Flat<Frozen<Part>, P> : FreezeEach<typename Flat<Part, P>::type> {};
template <Path P> struct Flat<Frozen<>, P> {
    using type = List<Placed<Misplaced<Frozen<>, Must::contain_at_least_1_layer>, P>>;
};
template <class... Ls, Path P> struct Flat<Shortcut<Ls...>, P> {
    using type = List<Placed<Misplaced<Shortcut<Ls...>, Must::stand_directly_within_a_Residual>, P>>;
};
/// A layer of a Shared, if it keeps anything.
template <class Name, int Number, class Part, class P> struct SharedPlaced {
    using type = P;
};
template <class Name, int Number, class Part, class L, Path Place>
    requires(shared_tag<L> == nullptr && (
                                             requires { L::parameters(Shape{}); } || requires { L::states(Shape{}); }))
struct SharedPlaced<Name, Number, Part, Placed<L, Place>> {
    using type = Placed<SharedLayer<Name, Number, Part, L>, Place>;
};
template <class Name, int Number, class Part, class L, Path Place>
    requires(shared_tag<L> == nullptr)
struct SharedPlaced<Name, Number, Part, Placed<FrozenLayer<L>, Place>> {
    using type = Placed<FrozenLayer<SharedLayer<Name, Number, Part, L>>, Place>;
};
template <class Name, class Part, class Indices, class Layers> struct SharedEach;
template <class Name, class Part, std::size_t... I, class... Ps>
struct SharedEach<Name, Part, std::index_sequence<I...>, List<Ps...>> {
    using type = List<typename SharedPlaced<Name, static_cast<int>(I), Part, Ps>::type...>;
};
template <class Name, class... Ls, Path P> struct Flat<Shared<Name, Ls...>, P> {
    using layers = typename Flat<Seq<Ls...>, P>::type;
    using type = typename SharedEach<Name, Seq<Ls...>, std::make_index_sequence<layers::size>, layers>::type;
};
template <class Name, Path P> struct Flat<Shared<Name>, P> {
    using type = List<Placed<Misplaced<Shared<Name>, Must::contain_at_least_1_layer>, P>>;
};
template <Path P> struct Flat<Residual<>, P> {
    using type = List<Placed<Misplaced<Residual<>, Must::contain_at_least_1_layer>, P>>;
};
template <Path P> struct Flat<Multiply<>, P> {
    using type = List<Placed<Misplaced<Multiply<>, Must::contain_at_least_1_layer>, P>>;
};
template <class... Ls, Path P>
    requires(shortcuts<Ls...> > 1 && !to_be_spread<Ls...>)
struct Flat<Residual<Ls...>, P> {
    using type = List<Placed<Misplaced<Residual<>, Must::have_at_most_1_Shortcut, shortcuts<Ls...>>, P>>;
};
template <class... Ls, Path P> struct Flat<Residual<Ls...>, P> {
    using parts = FlatResidual<std::index_sequence_for<Ls...>, P, Ls...>;
    using type = Join_t<List<Placed<Fork<2>, P>>, typename parts::body, List<Placed<NextBranch, P>>,
                        typename parts::shortcut, List<Placed<AddBranches, P>>>;
};
template <class... Ls, Path P>
    requires(to_be_spread<Ls...>)
struct Flat<Residual<Ls...>, P> : Flat<Spread_t<Residual, Ls...>, P> {};
template <class... Ls, Path P> struct Flat<Multiply<Ls...>, P> {
    using type = Join_t<List<Placed<Fork<2>, P>>, typename Flat<Seq<Ls...>, P>::type, List<Placed<NextBranch, P>>,
                        List<Placed<MultiplyBranches, P>>>;
};
template <class... Bs, Path P> struct Flat<Concat<Bs...>, P> {
    using type =
        Join_t<List<Placed<Fork<sizeof...(Bs)>, P>>,
               typename FlatBranches<std::index_sequence_for<Bs...>, P, Bs...>::type, List<Placed<JoinBranches, P>>>;
};

template <class... Bs, Path P>
    requires(to_be_spread<Bs...>)
struct Flat<Concat<Bs...>, P> : Flat<Spread_t<Concat, Bs...>, P> {};

/// A layer that changes when BN follows it (Conv and Dense lose their bias) names the result before_norm.
template <class L> struct BeforeNormOf {
    using type = typename L::before_norm;
};
template <class Name, int Number, class Part, class L> struct BeforeNormOf<SharedLayer<Name, Number, Part, L>> {
    using type = SharedLayer<Name, Number, Part, typename BeforeNormOf<L>::type>;
};
template <class L> struct BeforeNormOf<FrozenLayer<L>> {
    using type = FrozenLayer<typename BeforeNormOf<L>::type>;
};
template <class P, class Next> struct BeforeNorm {
    using type = P;
};
template <class L, Path Place, class Next, Path NextPlace>
    requires(requires { typename L::before_norm; } && Traits<Next>::operation.kind == Operation::batch_norm)
struct BeforeNorm<Placed<L, Place>, Placed<Next, NextPlace>> {
    using type = Placed<typename BeforeNormOf<L>::type, Place>;
};

template <class L, class Shifted> struct WithoutBias;
template <class... Ps, class... Nexts> struct WithoutBias<List<Ps...>, List<Nexts...>> {
    using type = List<typename BeforeNorm<Ps, Nexts>::type...>;
};
template <class L> struct Shift;
template <class First, class... Rest> struct Shift<List<First, Rest...>> {
    using type = List<Rest..., Placed<NextBranch, Path{}>>;
};
template <> struct Shift<List<>> {
    using type = List<>;
};

}  // namespace detail

/// The layers of a network in the order in which they run, with Fork, NextBranch and AddBranches, MultiplyBranches or
/// JoinBranches where ways part and meet.
template <class Body> struct Flatten_ {
    using written = typename detail::Flat<Body, Path{}>::type;
    using type = typename detail::WithoutBias<written, typename detail::Shift<written>::type>::type;
};
template <class Body> using Flatten_t = typename Flatten_<Body>::type;

}  // namespace tn
