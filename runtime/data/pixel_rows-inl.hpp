// The loops of pixel_rows.hpp for the instruction set that is being compiled, which TN_ISA names; TN_LANES floats make
// a vector of it.
#if defined(TN_DATA_PIXEL_ROWS_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_DATA_PIXEL_ROWS_INL
#undef TN_DATA_PIXEL_ROWS_INL
#else
#define TN_DATA_PIXEL_ROWS_INL
#endif

#include <cstdint>
#include <cstring>

#include "dsl/core/index.hpp"
#include "runtime/core/isa_target.hpp"
#include "runtime/data/augment_draw.hpp"
#include "runtime/data/pixel_rows.hpp"

namespace tn::row_loops::TN_ISA {

constexpr int lanes = TN_LANES;
constexpr int chunk = 256;  // pixels between two loops: they stay in the nearest cache
using Floats = float __attribute__((vector_size(4 * lanes)));
using Ints = std::int32_t __attribute__((vector_size(4 * lanes)));

/// For some pixels of a row: the index of the pixel above and to the left of their places, and the parts of a pixel
/// from there to the place.
struct Places {
    alignas(64) float right[chunk + lanes], down[chunk + lanes];
    alignas(64) std::int32_t at[chunk + lanes];
};

/// The places of the columns from begin to end, the first one at `to`; up to lanes - 1 more are written.
inline void find_places(const RowPiece& p, int begin, int end, int height, int width, Places& places, int to) {
    const RowPiece q = p;
    const float middle = static_cast<float>(width - 1) / 2;
    const Floats last_column = static_cast<float>(width - 1) - Floats{};
    const Floats last_row = static_cast<float>(height - 1) - Floats{};
    const Ints last_x = (width > 1 ? width - 2 : 0) - Ints{}, last_y = (height > 1 ? height - 2 : 0) - Ints{};
    Floats count;
    for (int i = 0; i < lanes; ++i) count[i] = static_cast<float>(i);
    for (int x = begin; x < end; x += lanes, to += lanes) {
        const Floats column = count + static_cast<float>(x), u = column - middle;
        const Floats t = (column + 0.5f) * q.cells - q.cell;
        Floats fx = (q.scale[0] * u + q.at[0]) +
                    (((q.cubic[0][3] * t + q.cubic[0][2]) * t + q.cubic[0][1]) * t + q.cubic[0][0]);
        Floats fy = (q.scale[1] * u + q.at[1]) +
                    (((q.cubic[1][3] * t + q.cubic[1][2]) * t + q.cubic[1][1]) * t + q.cubic[1][0]);
        fx = fx > 0.0f ? fx : Floats{};
        fy = fy > 0.0f ? fy : Floats{};
        fx = fx < last_column ? fx : last_column;
        fy = fy < last_row ? fy : last_row;
        Ints x0 = __builtin_convertvector(fx, Ints), y0 = __builtin_convertvector(fy, Ints);
        x0 = x0 < last_x ? x0 : last_x;
        y0 = y0 < last_y ? y0 : last_y;
        const Floats right = fx - __builtin_convertvector(x0, Floats), down = fy - __builtin_convertvector(y0, Floats);
        const Ints at = y0 * width + x0;
        std::memcpy(places.right + to, &right, sizeof right);
        std::memcpy(places.down + to, &down, sizeof down);
        std::memcpy(places.at + to, &at, sizeof at);
    }
}

/// The four bytes around each place in one word: right, then down.
inline void gather(const std::uint8_t* in, const std::int32_t* at, int count, bool one_wide, int down,
                   std::uint32_t* out) {
    const auto pair = [](const std::uint8_t* p) { return std::uint32_t{p[0]} | std::uint32_t{p[1]} << 8; };
    if (one_wide)
        for (int i = 0; i < count; ++i) out[i] = in[at[i]] * 0x101u | in[at[i] + down] * 0x1010000u;
    else
        for (int i = 0; i < count; ++i) out[i] = pair(in + at[i]) | pair(in + at[i] + down) << 16;
}

/// The values at the places from the i-th on, `lanes` of them.
inline void blend(const std::uint32_t* quads, const Places& places, int i, float* out) {
    Ints q;
    Floats right, down;
    std::memcpy(&q, quads + i, sizeof q);
    std::memcpy(&right, places.right + i, sizeof right);
    std::memcpy(&down, places.down + i, sizeof down);
    const Floats a = __builtin_convertvector(q & 255, Floats), b = __builtin_convertvector(q >> 8 & 255, Floats),
                 c = __builtin_convertvector(q >> 16 & 255, Floats), d = __builtin_convertvector(q >> 24 & 255, Floats);
    const Floats top = a + right * (b - a), low = c + right * (d - c);
    const Floats v = top + down * (low - top);
    std::memcpy(out, &v, sizeof v);
}

inline void sample(const std::uint8_t* in, int channels, int height, int width, const RowPiece* piece, float* out) {
    Places places;
    std::uint32_t quads[chunk + lanes];
    const Index plane = Index{height} * width;
    for (int x = 0; x < width; x += chunk) {
        const int end = width - x < chunk ? width : x + chunk;
        for (int begin = x; begin < end; begin = piece->end < end ? (piece++)->end : end)
            find_places(*piece, begin, piece->end < end ? piece->end : end, height, width, places, begin - x);
        for (int c = 0; c < channels; ++c) {
            const int count = end - x, rest = count % lanes;
            gather(in + c * plane, places.at, count, width == 1, height > 1 ? width : 0, quads);
            float* to = out + c * plane + x;
            for (int i = 0; i < count - rest; i += lanes) blend(quads, places, i, to + i);
            if (rest > 0) {
                float values[lanes];
                std::memset(quads + count, 0, sizeof(Ints));
                blend(quads, places, count - rest, values);
                std::memcpy(to + count - rest, values, sizeof(float) * rest);
            }
        }
    }
}

inline void recolour(const ColourChange& change, float* __restrict red, float* __restrict green, float* __restrict blue,
                     std::size_t count) {
    const ColourChange all = change;
    for (std::size_t i = 0; i < count; ++i) tn::recolour(all, red[i], green[i], blue[i]);
}

inline void add_noise(float half_range, std::uint32_t key, std::uint32_t first, float* __restrict values, int count) {
    const float step = half_range / 255;
    for (int i = 0; i < count; ++i) values[i] += step * static_cast<float>(noise_sum(key, first + i));
}

inline void light(const RowLight& l, std::uint32_t first, float* __restrict values, int count) {
    const float gain = l.gain, add = l.add, scale = l.scale, shift = l.shift;
    if (gain != 1 || add != 0)
        for (int i = 0; i < count; ++i) values[i] = values[i] * gain + add;
    for (int i = l.erase_begin; i < l.erase_end; ++i) values[i] = l.grey;
    if (l.noise != 0) add_noise(l.noise, l.noise_key, first, values, count);
    for (int i = 0; i < count; ++i) {
        float v = values[i];
        v = v > 0 ? v : 0;
        v = v < 255 ? v : 255;
        values[i] = v * scale + shift;
    }
}

inline void plain(const std::uint8_t* __restrict in, std::size_t count, float scale, float shift,
                  float* __restrict out) {
    for (std::size_t i = 0; i < count; ++i) out[i] = static_cast<float>(in[i]) * scale + shift;
}

/// In parts of so many values that their sums of floats are exact enough; each part in 16 sums side by side.
inline double sum(const float* values, std::size_t count) {
    double total = 0;
    std::size_t i = 0;
    while (i + 16 <= count) {
        float part[16]{};
        for (const std::size_t end = i + 4096; i < end && i + 16 <= count; i += 16)
            for (std::size_t k = 0; k < 16; ++k) part[k] += values[i + k];
        for (float p : part) total += static_cast<double>(p);
    }
    for (; i < count; ++i) total += static_cast<double>(values[i]);
    return total;
}

inline constexpr PixelRows rows{sample, recolour, light, plain, sum};

}  // namespace tn::row_loops::TN_ISA

#endif
