// Depthwise convolutions on bytes: sixteen channels of several positions at a time.
#if defined(TN_CPU_INT8_DEPTHWISE_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_INT8_DEPTHWISE_INL
#undef TN_CPU_INT8_DEPTHWISE_INL
#else
#define TN_CPU_INT8_DEPTHWISE_INL
#endif

#include <algorithm>
#include <array>

#include "runtime/cpu/int8/border-inl.hpp"
#include "runtime/cpu/int8/vectors-inl.hpp"

namespace tn::cpu::TN_ISA {

inline constexpr int depthwise_positions = TN_LANES == 16 ? 8 : TN_LANES == 8 ? 4 : 2;

/// P positions of a row, for the sixteen channels that begin at x. I: of all parts of sums; V: of those of one
/// position.
template <int P, int... I, int... V>
TN_INLINE void depthwise_positions_of(const ByteDepthwise& d, const std::uint8_t* x, const std::int8_t* weight,
                                      int channel, std::uint8_t* y, Indices<I...>, Indices<V...>) {
    const Window& w = d.window;
    const Index apart = Index{w.dilation_w} * 16, step = Index{w.stride_w} * 16,
                below = Index{w.dilation_h} * d.in.columns() * 16;
    Part sum[] = {load(d.bias + channel + I % parts * TN_LANES)...};
    for (int i = 0; i < w.kernel_h; ++i, x += below)
        for (int j = 0; j < w.kernel_w; j += together, weight += 16 * together) {
            const Part factor[] = {taps(weight + V * together * TN_LANES)...};
            const std::uint8_t* from = x + j * apart;
            const int count = w.kernel_w - j;
            ((sum[I] =
                  dot_taps(sum[I], seen(from + I / parts * step, apart, count).part[I % parts], factor[I % parts])),
             ...);
        }
    (put(y + I / parts * 16 + I % parts * TN_LANES, sum[I], d.scale + channel + I % parts * TN_LANES, d.range), ...);
}
template <int P>
void depthwise_tile(const ByteDepthwise& d, const std::uint8_t* x, const std::int8_t* weight, int channel,
                    std::uint8_t* y) {
    depthwise_positions_of<P>(d, x, weight, channel, y, IndicesTo<P * parts>{}, IndicesTo<parts>{});
}

using DepthwiseTile = void (*)(const ByteDepthwise&, const std::uint8_t*, const std::int8_t*, int, std::uint8_t*);
template <int... P> constexpr std::array<DepthwiseTile, sizeof...(P)> depthwise_tiles_of(Indices<P...>) {
    return {{depthwise_tile<P + 1>...}};
}
inline constexpr auto depthwise_tiles = depthwise_tiles_of(IndicesTo<depthwise_positions>{});

inline void convolve_depthwise(const ByteDepthwise& d, const std::uint8_t* x, std::uint8_t* y) {
    fill_border(d.out, static_cast<int>(d.range.zero), y);
    const Window& w = d.window;
    const Index panel = Index{w.kernel_h} * ((w.kernel_w + together - 1) / together) * together * 16;
    // Tiles of nearly equal width: a narrow one at the end would wait for its few sums.
    const int runs = (d.out.width + depthwise_positions - 1) / depthwise_positions,
              most = (d.out.width + runs - 1) / runs;
    for (int b = 0; b < d.out.blocks(); ++b)
        for (int row = 0; row < d.out.height; ++row) {
            const std::uint8_t* from = x + b * d.in.block() + d.in.at(row * w.stride_h - w.pad.top, -w.pad.left);
            std::uint8_t* to = y + b * d.out.block() + d.out.at(row, 0);
            for (int p = 0; p < d.out.width; p += most)
                depthwise_tiles[std::min(most, d.out.width - p) - 1](d, from + Index{p} * w.stride_w * 16,
                                                                     d.weight + b * panel, b * 16, to + Index{p} * 16);
        }
}

}  // namespace tn::cpu::TN_ISA

#endif
