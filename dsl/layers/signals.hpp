// Windows over what has one dimension: Conv1D, Pool1D and AvgPool1D.
#pragma once

#include "dsl/layers/avg_pool.hpp"
#include "dsl/layers/conv.hpp"
#include "dsl/layers/pool.hpp"

namespace tn {

namespace detail {
/// An option with one number as that of columns alone; Pad may have two, before and behind.
template <class Option> struct AlongSignal {
    using type = Option;
};
template <int N> struct AlongSignal<Stride<N>> {
    using type = Stride<1, N>;
};
template <int N> struct AlongSignal<Dilation<N>> {
    using type = Dilation<1, N>;
};
template <int N> struct AlongSignal<Pad<N>> {
    using type = Pad<0, N>;
};
template <int Before, int Behind> struct AlongSignal<Pad<Before, Behind>> {
    using type = Pad<0, Before, 0, Behind>;
};
}  // namespace detail

/// `Conv1D<Filters, K>` with the options of `Conv`, each with one number; `Pad<Before, Behind>` has two. `Signal<C, N>`
/// -> `Signal<Filters, ...>`. It is a convolution with a kernel of one row, and so has PyTorch's Conv1d weights with
/// one extent of 1 more.
template <int Filters, int K, class... Options>
using Conv1D = Conv<Filters, Kernel<1, K>, typename detail::AlongSignal<Options>::type...>;

/// The largest value and the mean of windows of W values of `Signal<C, N>`.
template <int W, class... Options> using Pool1D = Pool<Kernel<1, W>, typename detail::AlongSignal<Options>::type...>;
template <int W, class... Options>
using AvgPool1D = AvgPool<Kernel<1, W>, typename detail::AlongSignal<Options>::type...>;

}  // namespace tn
