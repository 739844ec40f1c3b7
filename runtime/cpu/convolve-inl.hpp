// The convolution of one packed sample: register tiles of output channels x vectors of pixels, a weight broadcast at a
// time. The same kernel gives the output and the input's gradient.

namespace tn::cpu::TN_ISA {

/// Output channels of a register tile and vectors of pixels: with a vector for a weight and the input's, they fill the
/// 32 registers of AVX-512 and the 16 of the others (portable has no FMA and needs one for the product).
#if TN_LANES == 16
inline constexpr int tile = 8, tile_vectors = 3;
#elif TN_LANES == 8
inline constexpr int tile = 4, tile_vectors = 3;
#else
inline constexpr int tile = 4, tile_vectors = 2;
#endif
static_assert(tile <= max_tile && lanes <= max_lanes);

/// What is convolved: `depth` packed planes, `in_plane` floats apart, with `taps` offsets in a plane; the weights of
/// one tile of output channels, packed [depth][taps][tile].
struct Convolution {
    const float* in;
    std::size_t in_plane;
    int depth, taps;
    const int* offsets;
    const float* weights;
};

template <int C> TN_INLINE void convolve_tile(const Convolution& conv, const int (&at)[C], V (&acc)[tile][C]) {
    TN_UNROLL for (int r = 0; r < tile; ++r) TN_UNROLL for (int c = 0; c < C; ++c) acc[r][c] = V{};
    const float* in = conv.in;
    const float* w = conv.weights;
    const float* from[C];
    for (int d = 0; d < conv.depth; ++d, in += conv.in_plane) {
        TN_UNROLL for (int c = 0; c < C; ++c) from[c] = in + at[c];
        for (int t = 0; t < conv.taps; ++t, w += tile) {
            const std::ptrdiff_t offset = conv.offsets[t];
            V x[C];
            TN_UNROLL for (int c = 0; c < C; ++c) x[c] = load(from[c] + offset);
            TN_UNROLL for (int r = 0; r < tile; ++r) {
                const V b = all(w[r]);
                TN_UNROLL for (int c = 0; c < C; ++c) acc[r][c] += x[c] * b;
            }
        }
    }
}

/// The vectors v .. v + C - 1 of the grid, of `count` output channels.
template <int C>
void convolve_vectors(const Convolution& conv, const Grid& grid, int v, int count, float* out, std::size_t out_plane) {
    int at[C];
    const int across = grid.columns / lanes;
    TN_UNROLL for (int c = 0; c < C; ++c) at[c] =
        grid.dense() ? (v + c) / across * grid.row + (v + c) % across * lanes : (v + c) * lanes;
    V acc[tile][C];
    convolve_tile<C>(conv, at, acc);
    out += v * lanes;
    if (count == tile) {
        TN_UNROLL for (int r = 0; r < tile; ++r) TN_UNROLL for (int c = 0; c < C; ++c)
            store(out + std::size_t(r) * out_plane + c * lanes, acc[r][c]);
        return;
    }
    float all_rows[tile][C * lanes];
    TN_UNROLL for (int r = 0; r < tile; ++r) TN_UNROLL for (int c = 0; c < C; ++c)
        store(all_rows[r] + c * lanes, acc[r][c]);
    for (int r = 0; r < count; ++r) std::memcpy(out + std::size_t(r) * out_plane, all_rows[r], sizeof all_rows[r]);
}

/// out [count][grid.out_plane()], its planes `out_plane` floats apart.
inline void convolve(const Convolution& conv, const Grid& grid, int count, float* out, std::size_t out_plane) {
    const int vectors =
        (grid.dense() ? grid.rows * grid.columns : (grid.rows - 1) * grid.row + grid.columns + lanes - 1) / lanes;
    int v = 0;
    for (; v + tile_vectors <= vectors; v += tile_vectors)
        convolve_vectors<tile_vectors>(conv, grid, v, count, out, out_plane);
    if (tile_vectors == 3 && v + 2 == vectors)
        convolve_vectors<2>(conv, grid, v, count, out, out_plane);
    else if (v < vectors)
        convolve_vectors<1>(conv, grid, v, count, out, out_plane);
}

/// The weights [filters][depth * taps] of the output channels from `first` on, for one tile; zeros behind the last.
inline void pack_weights(const float* weight, int filters, int depth, int first, float* packed) {
    for (int r = 0; r < tile; ++r) {
        const float* from = weight + std::size_t(first + r) * std::size_t(depth);
        for (int d = 0; d < depth; ++d) packed[d * tile + r] = first + r < filters ? from[d] : 0.0f;
    }
}

/// The same for the input's gradient: of the channels from `first` on, phase by phase [filters][taps of phase][tile].
inline void pack_data_weights(const ConvPlan& plan, const float* weight, int first, float* packed) {
    const ConvGeometry& c = plan.conv();
    const std::size_t taps = std::size_t(c.taps());
    int begin = 0;
    for (int phase = 0; phase < c.stride * c.stride; begin = plan.data_phase_ends[phase], ++phase)
        for (int f = 0; f < c.filters; ++f)
            for (int t = begin; t < plan.data_phase_ends[phase]; ++t, packed += tile)
                for (int r = 0; r < tile; ++r)
                    packed[r] =
                        first + r < c.channels
                            ? weight[(std::size_t(f) * std::size_t(c.channels) + std::size_t(first + r)) * taps +
                                     std::size_t(plan.data_taps[t])]
                            : 0.0f;
}

/// One sample x with its margins, by phases. The margins of `packed` are zero already and stay so.
inline void pack_sample(const ConvPlan& plan, const float* x, float* packed) {
    const ConvGeometry& c = plan.conv();
    const int s = c.stride;
    for (int channel = 0; channel < c.channels; ++channel, x += c.in_plane())
        for (int py = 0; py < plan.phases_y; ++py)
            for (int px = 0; px < plan.phases_x; ++px, packed += plan.phase_plane) {
                const int u0 = plan.first(py), v0 = plan.first(px);
                const int rows = plan.count(py, c.height), columns = plan.count(px, c.width);
                for (int u = u0; u < u0 + rows; ++u) {
                    const float* from = x + (s * u + py - c.pad) * c.width + (s * v0 + px - c.pad);
                    float* to = packed + u * plan.row + v0;
                    if (s == 1)
                        std::memcpy(to, from, sizeof(float) * std::size_t(columns));
                    else
                        for (int v = 0; v < columns; ++v) to[v] = from[s * v];
                }
            }
}

}  // namespace tn::cpu::TN_ISA
