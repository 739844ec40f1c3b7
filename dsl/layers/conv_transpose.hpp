// ConvTranspose: the adjoint of a convolution, which spreads every value over a window.
#pragma once

#include "dsl/core/index.hpp"
#include "dsl/core/layer.hpp"
#include "dsl/core/operation.hpp"
#include "dsl/core/options.hpp"
#include "dsl/core/window.hpp"
#include "dsl/init/initialisers.hpp"

namespace tn {

/// `ConvTranspose<Filters, K>` or `ConvTranspose<Filters, Kernel<KH, KW>>`, with `Stride<...>`; `Pad<...>`, rows and
/// columns that are cut off, none unless given; `OutputPad<N>`, rows and columns more at the bottom and right, fewer
/// than the stride; `Dilation<...>`; `NoBias` or `Bias`; `Init<...>`. Image<C, H, W> -> Image<Filters, H', W'> with
/// H' = (H - 1) SH + DH (KH - 1) + 1 - Top - Bottom + N, and W' likewise. Trains weight [C][Filters][KH][KW] and bias
/// [Filters], as PyTorch's ConvTranspose2d.
template <int Filters, auto KernelArgument, class... Options> struct ConvTranspose {
    static constexpr KernelSize kernel = kernel_size(KernelArgument);
    using stride = typename options::find<options::is_stride, Stride<1>, Options...>::type;
    using dilation = typename options::find<options::is_dilation, Dilation<1>, Options...>::type;
    static constexpr int output_pad = options::find<options::is_output_pad, OutputPad<0>, Options...>::type::value;
    static constexpr bool has_bias =
        std::is_void_v<typename options::find<options::is_no_bias, void, Options...>::type>;
    /// Of the convolution from y to x, whose adjoint this is.
    static constexpr Window window{kernel.height,
                                   kernel.width,
                                   stride::rows,
                                   stride::columns,
                                   options::find<options::is_pad, Pad<0>, Options...>::type::padding,
                                   dilation::rows,
                                   dilation::columns};
    static constexpr Operation operation{.kind = Operation::transposed_convolution,
                                         .window = window,
                                         .features = Filters,
                                         .bias = has_bias,
                                         .output_pad = output_pad};

    static constexpr bool keeps_bias =
        !std::is_void_v<typename options::find<options::is_bias, void, Options...>::type>;
    /// What this layer becomes when BN follows it.
    using before_norm = std::conditional_t<has_bias && !keeps_bias,
                                           ConvTranspose<Filters, KernelArgument, Options..., NoBias>, ConvTranspose>;

    static constexpr Text name() {
        Text t;
        t << "ConvTranspose<" << Filters << ", ";
        write_kernel(t, kernel);
        options::write_window<Options...>(t);
        if (output_pad != 0) t << ", OutputPad<" << output_pad << ">";
        return t << ">";
    }

    static constexpr ShapeResult output(Shape in) {
        if (const auto known =
                options::known<options::is_stride, options::is_pad, options::is_dilation, options::is_output_pad,
                               options::says_bias, options::is_init>::template check<Options...>();
            !known.ok())
            return known;
        if (!is_kernel(KernelArgument)) return layer_must(Must::have_a_kernel_of_whole_numbers);
        if (Filters < 1) return layer_must(Must::have_at_least_1_filter, Filters);
        if (kernel.height < 1 || kernel.width < 1)
            return layer_must(Must::have_a_kernel_of_at_least_1, kernel.height, kernel.width);
        if (in.is_vector) return input_must(Must::be_an_image);
        const int height =
            (in.height - 1) * stride::rows + window.reach_h() - window.pad.top - window.pad.bottom + output_pad;
        const int width =
            (in.width - 1) * stride::columns + window.reach_w() - window.pad.left - window.pad.right + output_pad;
        const Shape out{Filters, height < 1 ? 1 : height, width < 1 ? 1 : width, false};
        if (const ShapeResult back = window_rule(window, out, in.channels); !back.ok())
            return back.about_input ? layer_must(Must::leave_at_least_1_row_and_column) : back;
        const int smaller = stride::rows < stride::columns ? stride::rows : stride::columns;
        if (output_pad < 0 || output_pad >= smaller)
            return layer_must(Must::have_an_output_pad_from_0_to_stride_minus_1, smaller - 1, output_pad);
        return out;
    }

    static constexpr Parameters parameters(Shape in) {
        Parameters p;
        const int taps = kernel.height * kernel.width;
        p.add({"weight",
               {in.channels, Filters, kernel.height, kernel.width},
               4,
               init_rule<typename options::find<options::is_init, void, Options...>::type>(),
               true,
               in.channels * taps,
               Filters * taps});
        if (has_bias) p.add({"bias", {Filters}, 1, {InitRule::constant, 0}});
        return p;
    }

    /// y[k] = bias[k] + the sum over c of x[c] at every position of the window, times weight[c][k], where the taps of
    /// that position stand.
    template <class T> static void forward(const Pass<T>& p) {
        for (Index i = 0; i < p.n * p.out.size(); ++i)
            p.y[i] = has_bias ? p.parameter[1][i / p.out.plane() % Filters] : T(0);
        each_product(p, [&](Index y, Index x, Index w) { p.y[y] += p.parameter[0][w] * p.x[x]; });
    }

    template <class T> static void backward(const Pass<T>& p) {
        for (Index i = 0; i < parameters(p.in).item[0].size(); ++i) p.gradient[0][i] = 0;
        for (int k = 0; has_bias && k < Filters; ++k) p.gradient[1][k] = 0;
        for (Index i = 0; has_bias && i < p.n * p.out.size(); ++i)
            p.gradient[1][i / p.out.plane() % Filters] += p.dy[i];
        for (Index i = 0; p.dx && i < p.n * p.in.size(); ++i) p.dx[i] = 0;
        each_product(p, [&](Index y, Index x, Index w) {
            p.gradient[0][w] += p.dy[y] * p.x[x];
            if (p.dx) p.dx[x] += p.dy[y] * p.parameter[0][w];
        });
    }

private:
    /// Calls product(y, x, w) for every product of a value and a weight: where they lie, and the value they are part
    /// of.
    template <class T, class Product> static void each_product(const Pass<T>& p, Product product) {
        const Index taps = kernel.height * kernel.width;
        Index x = 0;
        for (int n = 0; n < p.n; ++n)
            for (int c = 0; c < p.in.channels; ++c)
                for (int row = 0; row < p.in.height; ++row)
                    for (int column = 0; column < p.in.width; ++column, ++x)
                        for (int k = 0; k < Filters; ++k)
                            each_tap(window, p.out, row, column, [&](int at_y, int at_x, int tap) {
                                product(n * p.out.size() + k * p.out.plane() + Index{at_y} * p.out.width + at_x, x,
                                        (Index{c} * Filters + k) * taps + tap);
                            });
    }
};

}  // namespace tn
