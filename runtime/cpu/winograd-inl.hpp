// What the passes of a block that is computed tile by tile (tile_plan.hpp) share: weights, and the z of a group of
// tiles.

namespace tn::cpu::TN_ISA {

/// A tiled pass: its sizes, and where a thread finds its scratch.
struct WinogradPass {
    WinogradPlan plan;
    WinogradWork at;
    float* work;
    int blocks, chunks;  // blocks of output channels, and pairs of them

    WinogradPass(const ConvPlan& conv_plan, int n, bool backward, float* unaligned)
        : plan(conv_plan.block),
          at(plan, n, backward),
          work(aligned(unaligned)),
          blocks(conv_plan.conv().filters / lanes),
          chunks((blocks + 1) / 2) {}

    const ConvGeometry& conv() const { return plan.conv(); }
    float* scratch(int slot) const { return work + at.scratch + std::size_t(slot) * at.scratch_stride; }
    int first_block(int chunk) const { return 2 * chunk; }
    int last_block(int chunk) const { return std::min(2 * chunk + 2, blocks); }
    int width(int chunk) const { return (last_block(chunk) - first_block(chunk)) * lanes; }
    float* weights(int chunk) const {
        return work + at.weights + std::size_t(first_block(chunk) * lanes) * std::size_t(conv().channels * frequencies);
    }
    /// From one frequency to the next.
    std::size_t input_stride(bool backward) const {
        return WinogradWork::frequency(plan.group_tiles(backward), conv().channels);
    }
    std::size_t product_stride(bool backward) const {
        return WinogradWork::frequency(plan.group_tiles(backward), 2 * max_lanes);
    }
    std::size_t weight_gradient_stride() const { return WinogradWork::frequency(conv().channels, 2 * max_lanes); }
};

/// Where a blocked channel of a sample begins, in an image whose channels have `plane` values.
inline std::size_t channel_place(int filters, int s, int block, std::size_t plane) {
    return (std::size_t(s) * std::size_t(filters) + std::size_t(block * lanes)) * plane;
}

/// z as a training step keeps it (WinogradPlan::z_by_tiles).
struct KeptZ {
    float* z;
    int filters;
    std::size_t plane, tile_row, tile, row;  // floats from one to the next; `row` within a tile

    KeptZ(const WinogradPlan& p, float* z) : z(z), filters(p.conv().filters), plane(p.z_plane()) {
        const auto width = std::size_t(p.conv().out_w()), columns = std::size_t(p.columns);
        tile = std::size_t(p.z_by_tiles() ? tile_size : tile_side) * lanes;
        row = (p.z_by_tiles() ? std::size_t(tile_side) : width) * lanes;
        tile_row = p.z_by_tiles() ? columns * tile : std::size_t(tile_side) * row;
    }
    float* at(int s, int block, int tile_y, int tile_x) const {
        return z + channel_place(filters, s, block, plane) + std::size_t(tile_y) * tile_row +
               std::size_t(tile_x) * tile;
    }
    /// Asks for the tile that is read some tiles after this one: z comes from memory, and what is done with a tile
    /// hides how long that takes from the processor's own prefetching.
    TN_INLINE static void fetch_ahead(const float* of_tile) {
        constexpr int tiles = 8;
        TN_UNROLL for (int i = 0; i < tile_size; ++i) __builtin_prefetch(of_tile + (tiles * tile_size + i) * lanes);
    }
};

/// Writes the rows of BlockAffine that forward reads: of channel f, normalised in this way.
inline void set_affine(float* table, int filters, int f, const Affine& affine, float sign) {
    const float row[4] = {affine.mean, affine.scale, affine.shift, sign};
    for (int i = 0; i < 4; ++i) table[i * filters + f] = row[i];
}

/// Winograd's weights as the forward pass reads them, from [filters][channels][taps]: a chunk after the other
/// [frequencies][channels][width].
inline void prepare_weights(ThreadPool& pool, const WinogradPass& t, const float* weight) {
    const int depth = t.plan.depth(), channels = t.conv().channels;
    const int tasks = std::min(t.chunks, max_slices);  // so many scratches there are
    pool.run(tasks, [&](int task, int slot) {
        float* kernels = t.scratch(slot) + t.at.inputs;
        for (int block = t.first_block(task * t.chunks / tasks);
             block < t.last_block((task + 1) * t.chunks / tasks - 1); ++block) {
            const int chunk = block / 2, column = (block - t.first_block(chunk)) * lanes;
            to_blocked(weight + std::size_t(block * lanes) * std::size_t(depth), std::size_t(depth), depth, kernels);
            for (int c = 0; c < channels; ++c)
                weight_tile(kernels + c * 9 * lanes, t.weights(chunk) + std::size_t(c * t.width(chunk) + column),
                            std::size_t(channels * t.width(chunk)));
        }
    });
}

/// Winograd's weights as the input's gradient reads them: for each chunk of output channels [frequencies], then panels
/// of two vectors of input channels [width of the chunk][width of the panel].
inline void prepare_transposed_weights(ThreadPool& pool, const WinogradPass& t, const float* weight) {
    const int depth = t.plan.depth(), channels = t.conv().channels;
    pool.run(t.chunks, [&](int chunk) {
        const int width = t.width(chunk);
        for (int k = 0; k < width; ++k)
            for (int c = 0; c < channels; c += lanes) {
                // Kernels of one filter follow each other: copied, so that whole vectors can be read from the last.
                float kernels[9 * lanes + lanes]{}, kernel[9 * lanes];
                const int filter = t.first_block(chunk) * lanes + k;
                std::memcpy(kernels, weight + std::size_t(filter) * std::size_t(depth) + c * 9,
                            sizeof(float) * 9 * lanes);
                kernels_to_blocked(kernels, kernel);
                const int first = c / (2 * lanes) * 2 * lanes, panel = std::min(2 * lanes, channels - first);
                weight_tile(kernel, t.weights(chunk) + std::size_t(first * width + k * panel + c - first),
                            std::size_t(channels * width));
            }
    });
}

/// The inputs of Winograd's products of a group: [frequencies][tiles][channels].
inline void transform_inputs(const WinogradPass& t, const TileGroup& g, const float* x, float* packed, float* inputs,
                             std::size_t stride) {
    const WinogradPlan& p = t.plan;
    const int channels = t.conv().channels;
    const std::size_t block_size = p.packed_plane(g.rows) * lanes;
    float* of_tile = inputs;
    for (int s = g.sample; s < g.sample + g.samples; ++s) {
        pack_blocked(p, x + std::size_t(s) * t.conv().in_size(), g.row, g.rows, packed);
        for (int row = 0; row < g.rows; ++row)
            for (int column = 0; column < p.columns; ++column, of_tile += channels) {
                const float* corner = packed + tile_side * (row * p.packed_columns + column) * lanes;
                for (int block = 0; block < channels / lanes; ++block)
                    input_tile(corner + std::size_t(block) * block_size, p.packed_columns, of_tile + block * lanes,
                               stride);
            }
    }
}

/// Computes the z of a group for the chunks [first, last) and hands each tile to take(sample, block, row, column, z),
/// row by row; done(sample, block) follows the last tile of a sample.
template <class Take, class Done>
void convolve_group(const WinogradPass& t, const TileGroup& g, const float* x, int first, int last, float* scratch,
                    const Take& take, const Done& done) {
    const WinogradPlan& p = t.plan;
    const int channels = t.conv().channels, tiles = g.samples * g.rows * p.columns;
    float* packed = scratch + t.at.packed;
    float *inputs = scratch + t.at.inputs, *products = scratch + t.at.products;
    const std::size_t input_stride = t.input_stride(false), product_stride = t.product_stride(false);
    transform_inputs(t, g, x, packed, inputs, input_stride);
    for (int chunk = first; chunk < last; ++chunk) {
        const int width = t.width(chunk);
        for (int f = 0; f < frequencies; ++f)
            multiply({inputs + std::size_t(f) * input_stride, std::size_t(channels), 1}, tiles, channels,
                     t.weights(chunk) + std::size_t(f) * std::size_t(channels * width), width,
                     products + std::size_t(f) * product_stride, std::size_t(width));
        for (int block = t.first_block(chunk); block < t.last_block(chunk); ++block) {
            const float* of_tile = products + (block - t.first_block(chunk)) * lanes;
            for (int s = g.sample; s < g.sample + g.samples; ++s) {
                for (int row = 0; row < g.rows; ++row)
                    for (int column = 0; column < p.columns; ++column, of_tile += width) {
                        V z[tile_size];
                        output_tile(of_tile, product_stride, z);
                        take(s, block, g.row + row, column, z);
                    }
                done(s, block);
            }
        }
    }
}

/// Calls f(group) for all tiles of the samples [first, last).
template <class F> void each_group(const WinogradPlan& p, bool backward, int first, int last, const F& f) {
    const int samples = p.group_samples(backward), rows = p.group_rows(backward);
    for (int s = first; s < last; s += samples)
        for (int row = 0; row < p.rows; row += rows)
            f(TileGroup{s, std::min(samples, last - s), row, std::min(rows, p.rows - row)});
}

}  // namespace tn::cpu::TN_ISA
