// Fusion: a step over the type that replaces neighbours by one layer whose kernel does the work of all.
//
// The first layer of a fusion says how many neighbours it takes, by their roles, and which layer they become:
//     static constexpr int fuses(const Role* next, int count);        // 0: none
//     template <class... Members> using fused = ...;                  // members: this layer and those that follow
// Conv does (dsl/layers/conv_block.hpp), and Relu (dsl/layers/relu_dropout.hpp); a layer from outside may do the same.
#pragma once

#include "dsl/net/flatten.hpp"

namespace tn {

namespace detail {

template <class L> constexpr int fuses(const Role* next, int count) {
    if constexpr (requires { L::fuses(next, count); }) return L::fuses(next, count);
    return 0;
}

/// Where each group of neighbours begins and how many layers it has.
template <int N> struct Groups { int first[N > 0 ? N : 1]{}, size[N > 0 ? N : 1]{}, count = 0; };

template <class... Ps> constexpr auto group(List<Ps...>) {
    constexpr int n = sizeof...(Ps);
    constexpr Role roles[n + 1] = {Traits<typename Ps::type>::role..., Role::none};
    Groups<n> groups;
    using Ask = int (*)(const Role*, int);
    constexpr Ask ask[n + 1] = {&fuses<typename Ps::type>..., nullptr};
    for (int i = 0; i < n;) {
        const int size = 1 + ask[i](roles + i + 1, n - i - 1);
        groups.first[groups.count] = i;
        groups.size[groups.count++] = size;
        i += size;
    }
    return groups;
}

template <class Members> struct FuseMembers;
template <class P> struct FuseMembers<List<P>> { using type = P; };
template <class L, Path... Place, class... Ps>
requires(sizeof...(Ps) > 0) struct FuseMembers<List<Placed<L, Place...>, Ps...>> {
    using type = Placed<typename L::template fused<L, typename Ps::type...>, Place..., Ps::path[0]...>;
};

template <class L, class Indices> struct Fused;
template <class L, std::size_t... I> struct Fused<L, std::index_sequence<I...>> {
    static constexpr auto groups = group(L{});
    using type = List<typename FuseMembers<typename Slice<L, static_cast<std::size_t>(groups.first[I]),
                                                          static_cast<std::size_t>(groups.size[I])>::type>::type...>;
};

}  // namespace detail

/// The flat list with every group of neighbours that can be fused replaced by one layer.
template <class L>
using Fuse_t =
    typename detail::Fused<L, std::make_index_sequence<static_cast<std::size_t>(detail::group(L{}).count)>>::type;

}  // namespace tn
