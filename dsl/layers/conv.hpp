// Conv: two-dimensional convolution (cross-correlation, as in every deep learning library).
#pragma once

#include "dsl/core/index.hpp"
#include "dsl/core/layer.hpp"
#include "dsl/core/operation.hpp"
#include "dsl/core/options.hpp"
#include "dsl/core/window.hpp"
#include "dsl/init/initialisers.hpp"

namespace tn {

/// `Conv<Filters, K>` or `Conv<Filters, Kernel<KH, KW>>`, with `Stride<S>`, `Pad<P>`, `NoBias`, `Init<...>`.
/// `Image<C, H, W>` -> `Image<Filters, (H + 2P - KH) / S + 1, (W + 2P - KW) / S + 1>`. Without Pad an odd kernel is
/// padded so that stride 1 keeps height and width. Trains weight [Filters][C][KH][KW] and bias [Filters]. A Conv right
/// before BN has no bias: BN would take it away.
template <int Filters, auto KernelArgument, class... Options> struct Conv {
    static constexpr int filters = Filters;
    static constexpr KernelSize kernel = kernel_size(KernelArgument);
    static constexpr int stride = options::find<options::is_stride, Stride<1>, Options...>::type::value;
    static constexpr int named_pad = options::find<options::is_pad, Pad<-1000000>, Options...>::type::value;
    static constexpr bool pad_is_named = named_pad != -1000000;
    static constexpr int pad_h = pad_is_named ? named_pad : (kernel.height - 1) / 2;
    static constexpr int pad_w = pad_is_named ? named_pad : (kernel.width - 1) / 2;
    static constexpr bool has_bias =
        std::is_void_v<typename options::find<options::is_no_bias, void, Options...>::type>;

    /// What this layer becomes when BN follows it.
    using before_norm = std::conditional_t<has_bias, Conv<Filters, KernelArgument, Options..., NoBias>, Conv>;

    static constexpr Text name() {
        Text t;
        t << "Conv<" << Filters << ", ";
        if (kernel.height == kernel.width)
            t << kernel.height;
        else
            t << "Kernel<" << kernel.height << ", " << kernel.width << ">";
        if (stride != 1) t << ", Stride<" << stride << ">";
        if (pad_is_named) t << ", Pad<" << named_pad << ">";
        return t << ">";
    }

    static constexpr ShapeResult output(Shape in) {
        if (const auto known = options::known<options::is_stride, options::is_pad, options::is_no_bias,
                                              options::is_init>::template check<Options...>();
            !known.ok())
            return known;
        if (Filters < 1) return layer_must(Must::have_at_least_1_filter, Filters);
        if (kernel.height < 1 || kernel.width < 1)
            return layer_must(Must::have_a_kernel_of_at_least_1, kernel.height, kernel.width);
        if (stride < 1) return layer_must(Must::have_a_stride_of_at_least_1, stride);
        const int smaller = kernel.height < kernel.width ? kernel.height : kernel.width;
        if (pad_is_named && (named_pad < 0 || named_pad >= smaller))
            return layer_must(Must::have_a_pad_from_0_to_kernel_minus_1, smaller - 1, named_pad);
        if (!pad_is_named && (kernel.height % 2 == 0 || kernel.width % 2 == 0))
            return layer_must(Must::name_its_pad_because_an_even_kernel_cannot_keep_height_and_width);
        if (in.is_vector) return input_must(Must::be_an_image);
        if (in.height + 2 * pad_h < kernel.height || in.width + 2 * pad_w < kernel.width)
            return input_must(Must::be_at_least_high_and_wide, kernel.height - 2 * pad_h, kernel.width - 2 * pad_w);
        return Shape{Filters, window_places(in.height, kernel.height, stride, pad_h),
                     window_places(in.width, kernel.width, stride, pad_w), false};
    }

    static constexpr Operation operation{.kind = Operation::convolution,
                                         .window = {kernel.height, kernel.width, stride, pad_h, pad_w},
                                         .features = Filters,
                                         .bias = has_bias};

    static constexpr Parameters parameters(Shape in) {
        Parameters p;
        const int window = kernel.height * kernel.width;
        p.add({"weight",
               {Filters, in.channels, kernel.height, kernel.width},
               4,
               init_rule<typename options::find<options::is_init, void, Options...>::type>(),
               true,
               in.channels * window,
               Filters * window});
        if (has_bias) p.add({"bias", {Filters}, 1, {InitRule::constant, 0}});
        return p;
    }

    /// y[k] = bias[k] + sum over c, i, j of weight[k][c][i][j] x[c][S y + i - P][S x + j - P], x zero outside.
    template <class T> static void forward(const Pass<T>& p) {
        each_tap(
            p, [&](Index y, Index x, Index w) { p.y[y] += p.parameter[0][w] * p.x[x]; },
            [&](Index y, int k) { p.y[y] = has_bias ? p.parameter[1][k] : T(0); });
    }

    template <class T> static void backward(const Pass<T>& p) {
        for (Index i = 0; i < parameters(p.in).item[0].size(); ++i) p.gradient[0][i] = 0;
        for (int k = 0; has_bias && k < Filters; ++k) p.gradient[1][k] = 0;
        if (p.dx)
            for (Index i = 0; i < p.in.size() * p.n; ++i) p.dx[i] = 0;
        each_tap(
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
    /// Calls start(y, k) for every output value and tap(y, x, w) for every product that it sums.
    template <class T, class Tap, class Start> static void each_tap(const Pass<T>& p, Tap tap, Start start) {
        Index y = 0;
        for (int n = 0; n < p.n; ++n)
            for (int k = 0; k < Filters; ++k)
                for (int oy = 0; oy < p.out.height; ++oy)
                    for (int ox = 0; ox < p.out.width; ++ox, ++y) {
                        start(y, k);
                        for (int c = 0; c < p.in.channels; ++c)
                            for (int i = 0; i < kernel.height; ++i)
                                for (int j = 0; j < kernel.width; ++j) {
                                    const int iy = oy * stride + i - pad_h, ix = ox * stride + j - pad_w;
                                    if (iy < 0 || iy >= p.in.height || ix < 0 || ix >= p.in.width) continue;
                                    tap(y, index(n, p.in.channels, c, p.in.height, iy, p.in.width, ix),
                                        index(k, p.in.channels, c, kernel.height, i, kernel.width, j));
                                }
                    }
    }
    static constexpr Index index(int a, int nb, int b, int nc, int c, int nd, int d) {
        return ((Index{a} * nb + b) * nc + c) * nd + d;
    }
};

}  // namespace tn
