// Kernels of an exported header on images in blocks of channels, as text: what is neither convolution nor dense.
#pragma once

#include <string_view>

#include "runtime/export/header_kernels.hpp"

namespace tn {

/// In, Out: layouts, both blocked.
inline constexpr HeaderKernel blocked_kernels[] = {
    {Operation::max_pool, R"(
/// The largest value of every window.
template <class In, class Out, class T> inline void blocked_max_pool(const float* x, float* y) {
    if constexpr (Out::has_border) clear_border<Out>(y);
    for (int v = 0; v < Out::vectors; ++v)
        for (int row = 0; row < Out::height; ++row)
            for (int column = 0; column < Out::width; ++column) {
                Vec most = Vec{} + -INFINITY;
                for (int i = 0; i < T::height; ++i)
                    for (int j = 0; j < T::width; ++j) {
                        const int h = row * T::step_h - T::top + i * T::apart_h, w = column * T::step_w - T::left + j * T::apart_w;
                        if (h >= 0 && h < In::height && w >= 0 && w < In::width)
                            most = larger(load(x + In::vector(v) + In::at(h, w)), most);
                    }
                store(y + Out::vector(v) + Out::at(row, column), most);
            }
}
)"},
    {Operation::average_pool, R"(
/// The mean of every window, where padding counts as zeros.
template <class In, class Out, class T> inline void blocked_average_pool(const float* x, float* y) {
    if constexpr (Out::has_border) clear_border<Out>(y);
    for (int v = 0; v < Out::vectors; ++v)
        for (int row = 0; row < Out::height; ++row)
            for (int column = 0; column < Out::width; ++column) {
                Vec sum = Vec{};
                for (int i = 0; i < T::height; ++i)
                    for (int j = 0; j < T::width; ++j) {
                        const int h = row * T::step_h - T::top + i * T::apart_h, w = column * T::step_w - T::left + j * T::apart_w;
                        if (h >= 0 && h < In::height && w >= 0 && w < In::width)
                            sum += load(x + In::vector(v) + In::at(h, w));
                    }
                store(y + Out::vector(v) + Out::at(row, column), sum * (1.0f / T::count));
            }
}
)"},
    {Operation::global_average_pool, R"(
/// The mean of each channel.
template <class In, class Out> inline void blocked_global_average_pool(const float* x, float* y) {
    for (int v = 0; v < Out::vectors; ++v) {
        Vec sum = Vec{};
        for (int row = 0; row < In::height; ++row)
            for (int column = 0; column < In::width; ++column) sum += load(x + In::vector(v) + In::at(row, column));
        store(y + Out::vector(v), sum * (1.0f / (In::height * In::width)));
    }
}
)"},
    {Operation::scale, R"(
/// y = weight[c] x + bias[c].
template <class In, class Out, Activation A>
inline void blocked_scale(const float* x, const float* weight, const float* bias, float* y) {
    if constexpr (Out::has_border) clear_border<Out>(y);
    for (int v = 0; v < Out::vectors; ++v)
        for (int row = 0; row < Out::height; ++row)
            for (int column = 0; column < Out::width; ++column)
                store(y + Out::vector(v) + Out::at(row, column),
                      activate<A>(load(x + In::vector(v) + In::at(row, column)) * load(weight + v * lanes) + load(bias + v * lanes)));
}
)"},
    {Operation::add, R"(
template <class In, class Other, class Out, Activation A>
inline void blocked_add(const float* a, const float* b, float* y) {
    if constexpr (Out::has_border) clear_border<Out>(y);
    for (int v = 0; v < Out::vectors; ++v)
        for (int row = 0; row < Out::height; ++row)
            for (int column = 0; column < Out::width; ++column)
                store(y + Out::vector(v) + Out::at(row, column),
                      activate<A>(load(a + In::vector(v) + In::at(row, column)) + load(b + Other::vector(v) + Other::at(row, column))));
}
)"},
    {Operation::multiply, R"(
/// The product of both, the first one value for every channel or as many as the second has.
template <class Factor, class In, class Out> inline void blocked_product(const float* factor, const float* x, float* y) {
    if constexpr (Out::has_border) clear_border<Out>(y);
    constexpr bool each = Factor::height * Factor::width < In::height * In::width;
    for (int v = 0; v < Out::vectors; ++v)
        for (int row = 0; row < Out::height; ++row)
            for (int column = 0; column < Out::width; ++column)
                store(y + Out::vector(v) + Out::at(row, column),
                      load(factor + Factor::vector(v) + (each ? 0 : Factor::at(row, column))) *
                          load(x + In::vector(v) + In::at(row, column)));
}
)"},
    {Operation::pointwise, R"(
/// F of every value.
template <class In, class Out, void (*F)(const float*, float*)> inline void blocked_pointwise(const float* x, float* y) {
    if constexpr (Out::has_border) clear_border<Out>(y);
    for (int b = 0; b < Out::blocks; ++b)
        for (int row = 0; row < Out::height; ++row)
            F(x + b * In::block + In::at(row, 0), y + b * Out::block + Out::at(row, 0));
}
)"},
    {Operation::concat, R"(
/// The channels of x as those from First on.
template <class In, class Out, int First> inline void blocked_copy(const float* x, float* y) {
    for (int row = 0; row < In::height; ++row)
        for (int column = 0; column < In::width; ++column) {
            const float* from = x + In::at(row, column);
            float* to = y + Out::at(row, column);
            if constexpr (First % 16 == 0)
                for (int v = 0; v < In::vectors; ++v) store(to + First / 16 * Out::block + Out::vector(v), load(from + In::vector(v)));
            else
                for (int c = 0; c < In::channels; ++c) to[Out::channel(First + c)] = from[In::channel(c)];
        }
}
)"},
};

}  // namespace tn
