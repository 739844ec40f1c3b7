// Lists of types: Boost.Hana's types as values, and Boost.Mp11's lists, which cost a compiler least where a network has
// hundreds of layers. The only file that includes either; the rest of typenet speaks of List and Type.
#pragma once

#include <boost/hana/type.hpp>
#include <boost/mp11/algorithm.hpp>
#include <boost/mp11/list.hpp>
#include <cstddef>
#include <initializer_list>
#include <utility>

namespace tn {

/// A list of types, without values.
template <class... Ts> struct List {
    static constexpr std::size_t size = sizeof...(Ts);
};

/// Stands for a type where a function needs a value: for_each hands these out.
template <class T> using Type = boost::hana::basic_type<T>;

/// One list with the types of all lists in order.
template <class... Lists> using Join_t = boost::mp11::mp_append<List<>, Lists...>;

namespace detail {

/// A list in parts of 16. g++ looks at every base of a class to find one, which mp_at does for each type of the list
/// and each place: of some hundred layers that is a gigabyte. So it is done for the parts, and then within one.
template <class Done, class... Ts> struct Parts {
    using type = boost::mp11::mp_push_back<Done, List<Ts...>>;
};
template <class... Done, class T0, class T1, class T2, class T3, class T4, class T5, class T6, class T7, class T8,
          class T9, class T10, class T11, class T12, class T13, class T14, class T15, class... Rest>
struct Parts<List<Done...>, T0, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, T15, Rest...>
    : Parts<List<Done..., List<T0, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, T15>>, Rest...> {};
template <class L> struct PartsOf;
template <class... Ts> struct PartsOf<List<Ts...>> : Parts<List<>, Ts...> {};

}  // namespace detail

/// The I-th type.
template <class L, std::size_t I>
using At_t = boost::mp11::mp_at_c<boost::mp11::mp_at_c<typename detail::PartsOf<L>::type, I / 16>, I % 16>;

/// Statements for every type of a list, one behind another: InOrder{(statement, 0)...}. Not a fold, of which clang
/// takes no more than 256.
struct InOrder {
    constexpr InOrder(std::initializer_list<int>) {}
};

/// Calls f(Type<T>{}, integral_constant<size_t, i>{}) for every type of the list in order.
template <class... Ts, class F> constexpr void for_each(List<Ts...>, F&& f) {
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        InOrder{(f(Type<Ts>{}, std::integral_constant<std::size_t, I>{}), 0)...};
    }(std::index_sequence_for<Ts...>{});
}

/// The types at First, First+1, .. First+Count-1.
template <class L, std::size_t First, std::size_t Count> struct Slice;
template <class L, std::size_t First, class Indices> struct SliceAt;
template <class L, std::size_t First, std::size_t... I> struct SliceAt<L, First, std::index_sequence<I...>> {
    using type = List<At_t<L, First + I>...>;
};
template <class L, std::size_t First, std::size_t Count> struct Slice {
    using type = typename SliceAt<L, First, std::make_index_sequence<Count>>::type;
};

}  // namespace tn
