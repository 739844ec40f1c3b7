// Lists of types. The only file that includes Boost.Hana; the rest of typenet speaks of List.
#pragma once

#include <boost/hana/at.hpp>
#include <boost/hana/flatten.hpp>
#include <boost/hana/for_each.hpp>
#include <boost/hana/reverse.hpp>
#include <boost/hana/tuple.hpp>
#include <boost/hana/type.hpp>
#include <boost/hana/unpack.hpp>
#include <cstddef>
#include <initializer_list>
#include <utility>

namespace tn {

/// A list of types, without values.
template <class... Ts> struct List {
    static constexpr std::size_t size = sizeof...(Ts);
};

/// Stands for a type where a function needs a value: for_each hands these out.
template <class T> struct Type {
    using type = T;
};

namespace detail {
namespace hana = boost::hana;

inline constexpr auto make_list = [](auto... types) { return Type<List<typename decltype(types)::type...>>{}; };

template <class... Lists> struct as_tuples;
template <class... Ts> hana::tuple<hana::type<Ts>...> tuple_of(List<Ts...>);

template <class... Lists>
using joined = typename decltype(hana::unpack(
    hana::flatten(std::declval<hana::tuple<decltype(tuple_of(Lists{}))...>>()), make_list))::type;

template <class L>
using reversed =
    typename decltype(hana::unpack(hana::reverse(std::declval<decltype(tuple_of(L{}))>()), make_list))::type;

template <class L, std::size_t I> using at = typename std::decay_t<decltype(hana::at_c<I>(tuple_of(L{})))>::type;
}  // namespace detail

/// One list with the types of all lists in order.
template <class... Lists> using Join_t = detail::joined<Lists...>;

/// The list from back to front.
template <class L> using Reverse_t = detail::reversed<L>;

/// The I-th type.
template <class L, std::size_t I> using At_t = detail::at<L, I>;

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
