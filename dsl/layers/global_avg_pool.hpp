// GlobalAvgPool: the mean of every channel.
#pragma once

#include "dsl/core/index.hpp"
#include "dsl/core/layer.hpp"
#include "dsl/core/operation.hpp"

namespace tn {

/// y[c] = the mean of channel c: Image<C, H, W> -> Image<C, 1, 1>, which a Dense layer or a loss reads as Vector<C>.
/// Lin and others, "Network in network", 2014.
struct GlobalAvgPool {
    static constexpr Axis axis = Axis::values;
    static constexpr Reads reads{.x = false, .y = false};
    static constexpr Operation operation{.kind = Operation::global_average_pool};

    static constexpr Text name() { return "GlobalAvgPool"; }
    static constexpr ShapeResult output(Shape in) {
        if (in.is_vector) return input_must(Must::be_an_image);
        return Shape{in.channels, 1, 1, false};
    }

    template <class T> static constexpr void forward(const Pass<T>& p) {
        const int plane = static_cast<int>(p.in.plane());
        for (int c = p.begin; c < p.end; ++c) {
            T sum = 0;
            for (int i = 0; i < plane; ++i) sum += p.x[Index{c} * plane + i];
            p.y[c] = sum / static_cast<T>(plane);
        }
    }
    template <class T> static constexpr void backward(const Pass<T>& p) {
        const int plane = static_cast<int>(p.in.plane());
        for (int c = p.begin; p.dx && c < p.end; ++c)
            for (int i = 0; i < plane; ++i) p.dx[Index{c} * plane + i] = p.dy[c] / static_cast<T>(plane);
    }
};

}  // namespace tn
