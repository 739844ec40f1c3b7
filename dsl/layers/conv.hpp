// Conv: two-dimensional convolution (cross-correlation, as in every deep learning library).
#pragma once

#include "dsl/core/index.hpp"
#include "dsl/core/layer.hpp"
#include "dsl/core/operation.hpp"
#include "dsl/core/options.hpp"
#include "dsl/core/window.hpp"
#include "dsl/init/initialisers.hpp"

namespace tn {

/// `Conv<Filters, K>` or `Conv<Filters, Kernel<KH, KW>>`, with `Stride<S>` or `Stride<SH, SW>`; `Pad<P>`,
/// `Pad<Rows, Columns>` or `Pad<Top, Left, Bottom, Right>`; `Dilation<D>` or `Dilation<DH, DW>`; `Groups<G>` or
/// `Depthwise`; `NoBias` or `Bias`; `Init<...>`. Image<C, H, W> -> Image<Filters, H', W'> with
/// H' = (H + Top + Bottom - DH (KH - 1) - 1) / SH + 1, rounded down, and W' likewise. Without Pad an odd kernel is
/// padded so that stride 1 keeps height and width. Trains weight [Filters][C / Groups][KH][KW] and bias [Filters]. A
/// Conv right before BN has no bias, since BN would take it away, unless it says Bias.
template <int Filters, auto KernelArgument, class... Options> struct Conv {
    static constexpr int filters = Filters;
    static constexpr KernelSize kernel = kernel_size(KernelArgument);
    using stride = typename options::find<options::is_stride, Stride<1>, Options...>::type;
    using dilation = typename options::find<options::is_dilation, Dilation<1>, Options...>::type;
    using groups = typename options::find<options::is_groups, Groups<1>, Options...>::type;
    using named_pad = typename options::find<options::is_pad, void, Options...>::type;
    static constexpr bool pad_is_named = !std::is_void_v<named_pad>;
    static constexpr bool has_bias =
        std::is_void_v<typename options::find<options::is_no_bias, void, Options...>::type>;
    static constexpr Window window = [] {
        Window w{kernel.height, kernel.width, stride::rows, stride::columns, {}, dilation::rows, dilation::columns};
        const int rows = (w.reach_h() - 1) / 2, columns = (w.reach_w() - 1) / 2;
        w.pad = {rows, columns, rows, columns};
        if constexpr (pad_is_named) w.pad = named_pad::padding;
        return w;
    }();
    static constexpr Operation operation{.kind = Operation::convolution,
                                         .window = window,
                                         .features = Filters,
                                         .groups =
                                             [] {
                                                 if constexpr (std::is_same_v<groups, Depthwise>)
                                                     return 0;
                                                 else
                                                     return groups::value;
                                             }(),
                                         .bias = has_bias};

    static constexpr bool keeps_bias =
        !std::is_void_v<typename options::find<options::is_bias, void, Options...>::type>;
    /// What this layer becomes when BN follows it.
    using before_norm =
        std::conditional_t<has_bias && !keeps_bias, Conv<Filters, KernelArgument, Options..., NoBias>, Conv>;

    static constexpr Text name() {
        Text t;
        t << "Conv<" << Filters << ", ";
        write_kernel(t, kernel);
        options::write_window<Options...>(t);
        if (operation.groups == 0) t << ", Depthwise";
        if (operation.groups > 1) t << ", Groups<" << operation.groups << ">";
        return t << ">";
    }

    static constexpr ShapeResult output(Shape in) {
        if (const auto known =
                options::known<options::is_stride, options::is_pad, options::is_dilation, options::is_groups,
                               options::says_bias, options::is_init>::template check<Options...>();
            !known.ok())
            return known;
        if (!is_kernel(KernelArgument)) return layer_must(Must::have_a_kernel_of_whole_numbers);
        if (Filters < 1) return layer_must(Must::have_at_least_1_filter, Filters);
        if (kernel.height < 1 || kernel.width < 1)
            return layer_must(Must::have_a_kernel_of_at_least_1, kernel.height, kernel.width);
        if (arguments_look_exchanged(in))
            return layer_must(Must::name_its_filters_before_its_kernel, kernel.height, Filters);
        if (!pad_is_named && (kernel.height % 2 == 0 || kernel.width % 2 == 0))
            return layer_must(Must::name_its_pad_because_an_even_kernel_cannot_keep_height_and_width);
        const ShapeResult result = window_rule(window, in, Filters);
        if (!result.ok()) return result;
        if (operation.groups == 0 && Filters % in.channels != 0)
            return layer_must(Must::have_a_channel_for_every_group, in.channels, Filters);
        if (operation.groups < 0 || in.channels % operation.groups_of(in.channels) != 0 ||
            Filters % operation.groups_of(in.channels) != 0)
            return layer_must(Must::have_groups_that_divide_channels_and_filters, in.channels, Filters);
        return result;
    }

    static constexpr Parameters parameters(Shape in) {
        Parameters p;
        const int taps = kernel.height * kernel.width, group = operation.groups_of(in.channels),
                  channels = in.channels / group;
        p.add({"weight",
               {Filters, channels, kernel.height, kernel.width},
               4,
               init_rule<typename options::find<options::is_init, void, Options...>::type>(),
               true,
               channels * taps,
               Filters / group * taps});
        if (has_bias) p.add({"bias", {Filters}, 1, {InitRule::constant, 0}});
        return p;
    }

    /// y[k] = bias[k] + sum over the channels c of k's group, i, j of weight[k][c][i][j] x[c][SH y + DH i - Top][SW x +
    /// DW j - Left], x zero outside.
    template <class T> static void forward(const Pass<T>& p) {
        each_product(
            p, [&](Index y, Index x, Index w) { p.y[y] += p.parameter[0][w] * p.x[x]; },
            [&](Index y, int k) { p.y[y] = has_bias ? p.parameter[1][k] : T(0); });
    }

    template <class T> static void backward(const Pass<T>& p) {
        for (Index i = 0; i < parameters(p.in).item[0].size(); ++i) p.gradient[0][i] = 0;
        for (int k = 0; has_bias && k < Filters; ++k) p.gradient[1][k] = 0;
        if (p.dx)
            for (Index i = 0; i < p.in.size() * p.n; ++i) p.dx[i] = 0;
        each_product(
            p,
            [&](Index y, Index x, Index w) {
                p.gradient[0][w] += p.dy[y] * p.x[x];
                if (p.dx) p.dx[x] += p.dy[y] * p.parameter[0][w];
            },
            [&](Index y, int k) {
                if (has_bias) p.gradient[1][k] += p.dy[y];
            });
    }

private:
    /// Whether Conv<3, 16> is written where Conv<16, 3> is meant, as far as that can be told: the kernel is square and
    /// larger than the image, or even without a pad.
    static constexpr bool arguments_look_exchanged(Shape in) {
        const int side = kernel.height;
        if (side != kernel.width || side < 8 || side <= Filters) return false;
        if (!pad_is_named && side % 2 == 0) return true;
        const Padding pad = pad_is_named ? window.pad : Padding{};
        return side > in.height + pad.top + pad.bottom && side > in.width + pad.left + pad.right;
    }

    /// Calls start(y, k) for every output value and product(y, x, w) for every product that it sums.
    template <class T, class Product, class Start>
    static void each_product(const Pass<T>& p, Product product, Start start) {
        const int group = operation.groups_of(p.in.channels), channels = p.in.channels / group;
        Index y = 0;
        for (int n = 0; n < p.n; ++n)
            for (int k = 0; k < Filters; ++k)
                for (int row = 0; row < p.out.height; ++row)
                    for (int column = 0; column < p.out.width; ++column, ++y) {
                        start(y, k);
                        for (int c = 0; c < channels; ++c) {
                            const Index plane = n * p.in.size() + (k / (Filters / group) * channels + c) * p.in.plane();
                            const Index weights = (Index{k} * channels + c) * kernel.height * kernel.width;
                            each_tap(window, p.in, row, column, [&](int at_y, int at_x, int tap) {
                                product(y, plane + Index{at_y} * p.in.width + at_x, weights + tap);
                            });
                        }
                    }
    }
};

}  // namespace tn
