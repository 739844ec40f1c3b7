// Layers on bytes that have no weights: what vectors the compiler makes of these loops gives the same bits.
#if defined(TN_CPU_INT8_VALUES_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_INT8_VALUES_INL
#undef TN_CPU_INT8_VALUES_INL
#else
#define TN_CPU_INT8_VALUES_INL
#endif

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>

#include "runtime/cpu/int8/border-inl.hpp"

#undef TN_SAME_PLACES
#if defined(__clang__)
#define TN_SAME_PLACES _Pragma("clang loop vectorize(assume_safety)")
#else
#define TN_SAME_PLACES _Pragma("GCC ivdep")
#endif

namespace tn::cpu::TN_ISA {

/// A value as a byte, rounded half up.
TN_INLINE std::uint8_t byte_of(float v, const ByteRange& range) {
    return static_cast<std::uint8_t>(static_cast<int>((v < range.low    ? range.low
                                                       : v > range.high ? range.high
                                                                        : v) +
                                                      0.5f));
}

TN_INLINE int quantised(float x, float scale, float half_up) {
    const float v = x * scale + half_up;
    return static_cast<int>(v > 255 ? 255.0f : v > 0 ? v : 0.0f);
}

/// A row of pixels of up to four channels as one word each: no store of single bytes.
template <int Channels>
void quantise_pixels(const float* x, Index plane, int count, float scale, float half_up, std::uint8_t* y) {
    for (int i = 0; i < count; ++i) {
        int pixel = 0;
        TN_UNROLL
        for (int c = 0; c < Channels; ++c) pixel |= quantised(x[c * plane + i], scale, half_up) << 8 * c;
        std::memcpy(y + Index{i} * 4, &pixel, 4);
    }
}

inline void quantise(const BytePass& p, const float* x, std::uint8_t* y) {
    fill_border(p.out, p.zero, y);
    const float half_up = static_cast<float>(p.zero) + 0.5f;
    const Index plane = Index{p.out.height} * p.out.width;
    static constexpr decltype(&quantise_pixels<1>) of_pixels[] = {nullptr, quantise_pixels<1>, quantise_pixels<2>,
                                                                  quantise_pixels<3>, quantise_pixels<4>};
    const bool words = p.out.pixel == 4 && std::endian::native == std::endian::little;
    for (int c = 0; c < (words ? 1 : p.out.channels); ++c)
        for (int row = 0; row < p.out.height; ++row) {
            const float* from = x + c * plane + Index{row} * p.out.width;
            std::uint8_t* to = y + p.out.channel(c) + p.out.at(row, 0);
            if (words) {
                of_pixels[p.out.channels](from, plane, p.out.width, p.scale, half_up, to);
                continue;
            }
            for (int i = 0; i < p.out.width; ++i)
                to[Index{i} * p.out.pixel] = static_cast<std::uint8_t>(quantised(from[i], p.scale, half_up));
        }
}

inline void dequantise(const BytePass& p, const std::uint8_t* x, float* y) {
    for (int c = 0; c < p.in.channels; ++c)
        for (int row = 0; row < p.in.height; ++row) {
            const std::uint8_t* from = x + p.in.channel(c) + p.in.at(row, 0);
            for (int i = 0; i < p.in.width; ++i)
                *y++ = p.scale * static_cast<float>(from[Index{i} * p.in.pixel] - p.in_zero);
        }
}

/// Which rows and columns of taps lie in the image.
struct TapRange {
    int first_h, end_h, first_w, end_w;

    TapRange(const BytePass& p, int row, int column) {
        const Window& w = p.window;
        const auto first = [](int at, int dilation) { return at >= 0 ? 0 : (-at + dilation - 1) / dilation; };
        const auto end = [](int at, int dilation, int extent, int kernel) {
            return extent > at ? std::min(kernel, (extent - 1 - at) / dilation + 1) : 0;
        };
        const int h = row * w.stride_h - w.pad.top, v = column * w.stride_w - w.pad.left;
        first_h = first(h, w.dilation_h), end_h = end(h, w.dilation_h, p.in.height, w.kernel_h);
        first_w = first(v, w.dilation_w), end_w = end(v, w.dilation_w, p.in.width, w.kernel_w);
    }
};
/// At every position of sixteen channels of y: add(values, x) for every tap, then put(values, y).
template <class Value, class Add, class Put>
TN_INLINE void each_window(const BytePass& p, const std::uint8_t* x, std::uint8_t* y, Add add, Put put) {
    fill_border(p.out, p.zero, y);
    const Window& w = p.window;
    for (int b = 0; b < p.out.blocks(); ++b)
        for (int row = 0; row < p.out.height; ++row)
            for (int column = 0; column < p.out.width; ++column) {
                const TapRange taps(p, row, column);
                Value values[16] = {};
                for (int i = taps.first_h; i < taps.end_h; ++i)
                    for (int j = taps.first_w; j < taps.end_w; ++j)
                        add(values, x + b * p.in.block() +
                                        p.in.at(row * w.stride_h - w.pad.top + i * w.dilation_h,
                                                column * w.stride_w - w.pad.left + j * w.dilation_w));
                put(values, y + b * p.out.block() + p.out.at(row, column));
            }
}

struct TakeLargest {
    TN_INLINE void operator()(std::uint8_t* values, const std::uint8_t* x) const {
        for (int c = 0; c < 16; ++c) values[c] = x[c] > values[c] ? x[c] : values[c];
    }
};
struct PutBytes {
    TN_INLINE void operator()(const std::uint8_t* values, std::uint8_t* y) const {
        for (int c = 0; c < 16; ++c) y[c] = values[c];
    }
};
struct TakeSum {
    int zero;
    TN_INLINE void operator()(int* values, const std::uint8_t* x) const {
        for (int c = 0; c < 16; ++c) values[c] += x[c] - zero;
    }
};
struct PutScaled {
    float scale;
    ByteRange range;
    TN_INLINE void operator()(const int* values, std::uint8_t* y) const {
        for (int c = 0; c < 16; ++c) y[c] = byte_of(static_cast<float>(values[c]) * scale + range.zero, range);
    }
};

inline void max_pool(const BytePass& p, const std::uint8_t* x, std::uint8_t* y) {
    each_window<std::uint8_t>(p, x, y, TakeLargest{}, PutBytes{});
}
inline void average_pool(const BytePass& p, const std::uint8_t* x, std::uint8_t* y) {
    each_window<int>(p, x, y, TakeSum{p.in_zero}, PutScaled{p.scale, p.range});
}
inline void global_average_pool(const BytePass& p, const std::uint8_t* x, std::uint8_t* y) {
    fill_border(p.out, p.zero, y);
    const TakeSum take{0};
    for (int b = 0; b < p.out.blocks(); ++b) {
        int sum[16] = {};
        for (int row = 0; row < p.in.height; ++row) {
            const std::uint8_t* from = x + b * p.in.block() + p.in.at(row, 0);
            for (int i = 0; i < p.in.width; ++i) take(sum, from + Index{i} * 16);
        }
        for (int c = 0; c < 16; ++c) sum[c] -= p.in.height * p.in.width * p.in_zero;
        PutScaled{p.scale, p.range}(sum, y + b * p.out.block() + p.out.at(0, 0));
    }
}

/// Calls f(x, other, y, bytes) for every row of a block.
template <class F>
TN_INLINE void each_row(const BytePass& p, const std::uint8_t* x, const std::uint8_t* other, std::uint8_t* y, F f) {
    fill_border(p.out, p.zero, y);
    for (int b = 0; b < p.out.blocks(); ++b)
        for (int row = 0; row < p.out.height; ++row)
            f(x + b * p.in.block() + p.in.at(row, 0),
              other ? other + b * p.other.block() + p.other.at(row, 0) : nullptr,
              y + b * p.out.block() + p.out.at(row, 0), p.out.width * 16);
}

struct AddScaled {
    float scale, other_scale;
    ByteRange range;
    /// y may be x or the other.
    TN_INLINE void operator()(const std::uint8_t* x, const std::uint8_t* other, std::uint8_t* y, int count) const {
        TN_SAME_PLACES
        for (int i = 0; i < count; ++i)
            y[i] = byte_of(static_cast<float>(x[i]) * scale + static_cast<float>(other[i]) * other_scale + range.zero,
                           range);
    }
};
struct LookUp {
    const std::uint8_t* table;
    TN_INLINE void operator()(const std::uint8_t* x, const std::uint8_t*, std::uint8_t* y, int count) const {
        for (int i = 0; i < count; ++i) y[i] = table[x[i]];
    }
};

inline void add(const BytePass& p, const std::uint8_t* x, const std::uint8_t* other, std::uint8_t* y) {
    each_row(p, x, other, y, AddScaled{p.scale, p.other_scale, p.range});
}
inline void look_up(const BytePass& p, const std::uint8_t* x, std::uint8_t* y) {
    each_row(p, x, nullptr, y, LookUp{p.table});
}

inline void copy(const BytePass& p, const std::uint8_t* x, std::uint8_t* y) {
    if (p.first == 0) fill_border(p.out, p.zero, y);
    for (int row = 0; row < p.in.height; ++row)
        for (int column = 0; column < p.in.width; ++column) {
            const std::uint8_t* from = x + p.in.at(row, column);
            std::uint8_t* to = y + p.out.at(row, column);
            for (int c = 0; c < p.in.channels; ++c) to[p.out.channel(p.first + c)] = from[p.in.channel(c)];
        }
}

}  // namespace tn::cpu::TN_ISA

#endif
