// Upsample: an image with more pixels.
#pragma once

#include "dsl/core/index.hpp"
#include "dsl/core/layer.hpp"
#include "dsl/core/operation.hpp"
#include "dsl/core/options.hpp"

namespace tn {

/// `Upsample<2>` or `Upsample<2, Bilinear>`: `Image<C, H, W>` -> `Image<C, Factor H, Factor W>`. Pixels are squares
/// whose corners stay where they are (PyTorch's align_corners=False): output row r lies at (r + 1/2) / Factor - 1/2 of
/// the input, and takes the value of the pixel that holds it, or what lies between its neighbours; at the edges the
/// pixel of the edge.
template <int Factor, class... Options> struct Upsample {
    static constexpr bool bilinear =
        std::is_same_v<typename options::find<options::is_bilinear, void, Options...>::type, Bilinear>;
    static constexpr Axis axis = Axis::samples;
    static constexpr Reads reads{.x = false, .y = false};
    static constexpr Operation operation{.kind = bilinear ? Operation::upsample_bilinear : Operation::upsample_nearest,
                                         .window = {1, 1, Factor, Factor}};

    static constexpr Text name() { return Text{} << "Upsample<" << Factor << (bilinear ? ", Bilinear>" : ">"); }

    static constexpr ShapeResult output(Shape in) {
        if (const auto known = options::known<options::is_bilinear>::template check<Options...>(); !known.ok())
            return known;
        if (Factor < 1) return layer_must(Must::have_a_factor_of_at_least_1, Factor);
        if (in.is_vector) return input_must(Must::be_an_image);
        return Shape{in.channels, in.height * Factor, in.width * Factor, false};
    }

    template <class T> static constexpr void forward(const Pass<T>& p) {
        for (Index i = p.begin * p.out.size(); i < p.end * p.out.size(); ++i) p.y[i] = 0;
        each_share(p, [&](Index y, Index x, T share) { p.y[y] += share * p.x[x]; });
    }
    template <class T> static constexpr void backward(const Pass<T>& p) {
        if (!p.dx) return;
        for (Index i = p.begin * p.in.size(); i < p.end * p.in.size(); ++i) p.dx[i] = 0;
        each_share(p, [&](Index y, Index x, T share) { p.dx[x] += share * p.dy[y]; });
    }

private:
    /// Two neighbours along one extent and the second one's share.
    template <class T> struct Between {
        int first, second;
        T share;
    };
    template <class T> static constexpr Between<T> between(int at, int extent) {
        if (!bilinear) return {at / Factor, at / Factor, T(0)};
        const T position = (static_cast<T>(at) + T(0.5)) / T(Factor) - T(0.5);
        if (position <= 0) return {0, 0, T(0)};
        const int first = static_cast<int>(position);
        return {first, first + 1 < extent ? first + 1 : first, position - static_cast<T>(first)};
    }

    /// Calls f(y, x, share) for every output value and every input value that has a share in it.
    template <class T, class F> static constexpr void each_share(const Pass<T>& p, F f) {
        Index y = p.begin * p.out.size(), plane = p.begin * p.in.size();
        for (Index k = 0; k < Index{p.end - p.begin} * p.in.channels; ++k, plane += p.in.plane())
            for (int row = 0; row < p.out.height; ++row)
                for (int column = 0; column < p.out.width; ++column, ++y) {
                    const Between<T> r = between<T>(row, p.in.height), c = between<T>(column, p.in.width);
                    const auto at = [&](int in_row, int in_column) {
                        return plane + Index{in_row} * p.in.width + in_column;
                    };
                    f(y, at(r.first, c.first), (1 - r.share) * (1 - c.share));
                    if constexpr (bilinear) {
                        f(y, at(r.first, c.second), (1 - r.share) * c.share);
                        f(y, at(r.second, c.first), r.share * (1 - c.share));
                        f(y, at(r.second, c.second), r.share * c.share);
                    }
                }
    }
};

}  // namespace tn
