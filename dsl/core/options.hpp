// Named options that follow a layer's own arguments: Conv<16, 3, Stride<2>, Pad<0>>.
#pragma once

#include <initializer_list>
#include <type_traits>

#include "dsl/core/errors.hpp"
#include "dsl/core/expression.hpp"
#include "dsl/core/window.hpp"

namespace tn {

/// Rows and columns of a kernel that is not square: Conv<16, Kernel<3, 5>>.
struct KernelSize {
    int height, width;
};
template <int Height, int Width> inline constexpr KernelSize Kernel{Height, Width};

/// Whether a layer's argument is a kernel: the number of its side, or both sizes. 3.5 is none.
template <class T> constexpr bool is_kernel(T) { return std::is_integral_v<T> && !std::is_same_v<T, bool>; }
constexpr bool is_kernel(KernelSize) { return true; }

/// The kernel that an argument names; without extents where it is none.
constexpr KernelSize kernel_size(KernelSize size) { return size; }
template <class T> constexpr KernelSize kernel_size(T side) {
    if constexpr (std::is_integral_v<T>) return {static_cast<int>(side), static_cast<int>(side)};
    return {};
}

/// 3, or Kernel<3, 5>.
constexpr void write_kernel(Text& text, KernelSize size) {
    if (size.height == size.width)
        text << size.height;
    else
        text << "Kernel<" << size.height << ", " << size.width << ">";
}

/// The step of a window, also with a number for rows and one for columns: Stride<2, 1>.
template <int Rows, int Columns = Rows> struct Stride {
    static constexpr int rows = Rows, columns = Columns;
};
/// How many rows and columns apart the taps of a kernel are.
template <int Rows, int Columns = Rows> struct Dilation {
    static constexpr int rows = Rows, columns = Columns;
};
/// Rows and columns of zeros around an image: Pad<All>, Pad<Rows, Columns> or Pad<Top, Left, Bottom, Right>.
template <int... Numbers> struct Pad {
    static constexpr int numbers[sizeof...(Numbers) + 1]{Numbers...};  // clang does not count them itself
    static constexpr int count = sizeof...(Numbers);
    static constexpr bool is_well_formed = count == 1 || count == 2 || count == 4;
    static constexpr Padding padding{numbers[0], numbers[count > 1 ? 1 : 0], numbers[count > 3 ? 2 : 0],
                                     numbers[count > 3   ? 3
                                             : count > 1 ? 1
                                                         : 0]};
};
/// A convolution's channels in so many groups, each with its share of the filters, which see no other channels.
template <int N> struct Groups {
    static constexpr int value = N;
};
/// A group for every channel.
struct Depthwise {};
/// Rows and columns that a transposed convolution gives besides, at the bottom and on the right.
template <int N> struct OutputPad {
    static constexpr int value = N;
};
/// Upsample's option: values between pixels are linear in rows and columns, instead of those of the nearest pixel.
struct Bilinear {};
/// Leaves out the layer's bias.
struct NoBias {};
/// Keeps the layer's bias in front of BN, too, which takes away what it adds: for the tensors of a network that has it.
struct Bias {};
/// What a normalisation adds to the variance: LayerNormWith<Epsilon<1e-6>>.
template <FloatBits Value> struct Epsilon {
    static constexpr FloatBits value = Value;
};
/// How far a normalisation's running mean and variance move towards those of a batch.
template <FloatBits Value> struct RunningMomentum {
    static constexpr FloatBits value = Value;
};
/// The last position alone instead of all: GRU<16, Last>.
struct Last {};
/// The initialiser of this layer's weights instead of the network's: Init<Xavier>.
template <class Initialiser> struct Init {
    using type = Initialiser;
};

namespace options {

template <class T> struct is_stride : std::false_type {};
template <int H, int W> struct is_stride<Stride<H, W>> : std::true_type {};
template <class T> struct is_dilation : std::false_type {};
template <int H, int W> struct is_dilation<Dilation<H, W>> : std::true_type {};
template <class T> struct is_pad : std::false_type {};
template <int... N> struct is_pad<Pad<N...>> : std::true_type {};
/// Groups<N> or Depthwise.
template <class T> struct is_groups : std::is_same<T, Depthwise> {};
template <int N> struct is_groups<Groups<N>> : std::true_type {};
template <class T> struct is_output_pad : std::false_type {};
template <int N> struct is_output_pad<OutputPad<N>> : std::true_type {};
template <class T> struct is_bilinear : std::is_same<T, Bilinear> {};
template <class T> struct is_no_bias : std::is_same<T, NoBias> {};
template <class T> struct is_bias : std::is_same<T, Bias> {};
/// One of both.
template <class T> struct says_bias : std::disjunction<is_no_bias<T>, is_bias<T>> {};
template <class T> struct is_epsilon : std::false_type {};
template <FloatBits Value> struct is_epsilon<Epsilon<Value>> : std::true_type {};
template <class T> struct is_momentum : std::false_type {};
template <FloatBits Value> struct is_momentum<RunningMomentum<Value>> : std::true_type {};
template <class T> struct is_last : std::is_same<T, Last> {};
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

/// `, Stride<2>`, `, Pad<0, 1>`, `, Dilation<2>`, where they are given.
template <class... Options> constexpr void write_window(Text& text) {
    const auto pair = [&text](const char* name, int rows, int columns) {
        text << ", " << name << "<" << rows;
        if (columns != rows) text << ", " << columns;
        text << ">";
    };
    using S = typename find<is_stride, void, Options...>::type;
    using P = typename find<is_pad, void, Options...>::type;
    using D = typename find<is_dilation, void, Options...>::type;
    if constexpr (!std::is_void_v<S>) pair("Stride", S::rows, S::columns);
    if constexpr (!std::is_void_v<P>) {
        text << ", Pad<";
        for (int i = 0; i < P::count; ++i) text << (i > 0 ? ", " : "") << P::numbers[i];
        text << ">";
    }
    if constexpr (!std::is_void_v<D>) pair("Dilation", D::rows, D::columns);
    static_cast<void>(pair);
}

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
                if (is && seen[kind]++ && result.ok())
                    result = layer_must_about<Option>(Must::have_each_option_once, position);
                ++kind;
            }
            if constexpr (requires { Option::is_well_formed; })
                if (!Option::is_well_formed && result.ok())
                    result = layer_must(Must::have_a_pad_of_1_2_or_4_numbers, Option::count);
            if (!any && result.ok()) result = layer_must_about<Option>(Must::have_only_options_it_knows, position);
        };
        (look(static_cast<Options*>(nullptr)), ...);
        static_cast<void>(look);
        return result;
    }
};

}  // namespace options
}  // namespace tn
