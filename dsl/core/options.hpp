// Named options that follow a layer's own arguments: Conv<16, 3, Stride<2>, Pad<0>>.
#pragma once

#include <initializer_list>
#include <type_traits>

#include "dsl/core/errors.hpp"

namespace tn {

/// Rows and columns of a kernel that is not square: Conv<16, Kernel<3, 5>>.
struct KernelSize {
    int height, width;
};
template <int Height, int Width> inline constexpr KernelSize Kernel{Height, Width};

/// A kernel as a layer's argument names it: by its side or by both sizes.
constexpr KernelSize kernel_size(int side) { return {side, side}; }
constexpr KernelSize kernel_size(KernelSize size) { return size; }

template <int N> struct Stride {
    static constexpr int value = N;
};
template <int N> struct Pad {
    static constexpr int value = N;
};
/// Leaves out the layer's bias.
struct NoBias {};
/// The initialiser of this layer's weights instead of the network's: Init<Xavier>.
template <class Initialiser> struct Init {
    using type = Initialiser;
};

namespace options {

template <class T> struct is_stride : std::false_type {};
template <int N> struct is_stride<Stride<N>> : std::true_type {};
template <class T> struct is_pad : std::false_type {};
template <int N> struct is_pad<Pad<N>> : std::true_type {};
template <class T> struct is_no_bias : std::is_same<T, NoBias> {};
template <class T> struct is_init : std::false_type {};
template <class I>
    requires requires(I i) { i.rule(); }
struct is_init<Init<I>> : std::true_type {};

/// The option for which Is holds, or Default.
template <template <class> class Is, class Default, class... Options> struct find {
    using type = Default;
};
template <template <class> class Is, class Default, class First, class... Rest>
struct find<Is, Default, First, Rest...> {
    using type = std::conditional_t<Is<First>::value, First, typename find<Is, Default, Rest...>::type>;
};

/// Checks that every option satisfies exactly one of Kinds, and each kind at most once; options count from 1.
template <template <class> class... Kinds> struct known {
    template <class... Options> static constexpr ShapeResult check() {
        int seen[sizeof...(Kinds)]{};
        int position = 0;
        ShapeResult result;
        auto look = [&]<class Option>(Option*) {
            ++position;
            bool any = false;
            int kind = 0;
            for (bool is : {Kinds<Option>::value...}) {
                any = any || is;
                if (is && seen[kind]++ && result.ok()) result = layer_must(Must::have_each_option_once, position);
                ++kind;
            }
            if (!any && result.ok()) result = layer_must(Must::have_only_options_it_knows, position);
        };
        (look(static_cast<Options*>(nullptr)), ...);
        static_cast<void>(look);
        return result;
    }
};

}  // namespace options
}  // namespace tn
