// Seq: layers one after another, as a type or as a value.
#pragma once

#include "dsl/core/layer.hpp"
#include "dsl/net/concat.hpp"
#include "dsl/net/frozen.hpp"
#include "dsl/net/multiply.hpp"
#include "dsl/net/residual.hpp"
#include "dsl/net/shared.hpp"

namespace tn {

/// Layers one after another. A Seq within a Seq is allowed and counts as one index, as in PyTorch.
template <class... Layers> struct Seq {};

/// True for what may stand in a Seq.
template <class L> inline constexpr bool is_element = Layer<L>;
template <class... Ls> inline constexpr bool is_element<Seq<Ls...>> = true;
template <class... Ls> inline constexpr bool is_element<Residual<Ls...>> = true;
template <class... Ls> inline constexpr bool is_element<Multiply<Ls...>> = true;
template <class... Ls> inline constexpr bool is_element<Concat<Ls...>> = true;
template <class Name, class... Ls> inline constexpr bool is_element<Shared<Name, Ls...>> = true;
template <class... Ls> inline constexpr bool is_element<Frozen<Ls...>> = true;

/// The value form: Conv<16, 3>{} | BN{} | Relu{} is a Seq<Conv<16, 3>, BN, Relu>.
template <class A, class B>
    requires(is_element<A> && is_element<B>)
constexpr Seq<A, B> operator|(A, B) {
    return {};
}
template <class... As, class B>
    requires(is_element<B>)
constexpr Seq<As..., B> operator|(Seq<As...>, B) {
    return {};
}
template <class... As, class... Bs> constexpr Seq<As..., Bs...> operator|(Seq<As...>, Seq<Bs...>) { return {}; }
template <class A, class... Bs>
    requires(Layer<A>)
constexpr Seq<A, Bs...> operator|(A, Seq<Bs...>) {
    return {};
}

}  // namespace tn
