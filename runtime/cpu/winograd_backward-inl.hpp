// Backward of a block that is computed tile by tile: dz lives in registers, the gradients of products in the L2 cache.

namespace tn::cpu::TN_ISA {

/// The sums over each sample of g and of g * (z - mean), from dy and the z that y came from.
inline void winograd_gradient_sums(ThreadPool& pool, const ConvPlan& conv_plan, const WinogradPass& t,
                                   const ConvBackward& pass, const SavedLayout& kept, const float* affine,
                                   float* sums) {
    const BlockGeometry& b = t.plan.block;
    const int filters = t.conv().filters;
    const float* from = pass.saved + (kept.has_pooled ? kept.pooled : kept.z);
    const bool has_z = conv_plan.keeps_z();
    const Cut cut(pool, pass.n, t.blocks);
    pool.run(cut.tasks(), [&](int task) {
        for (int s = cut.first_sample(task); s < cut.last_sample(task); ++s)
            for (int block = cut.first(task, t.blocks); block < cut.last(task, t.blocks); ++block) {
                const BlockAffine a(affine, filters, block, false);
                const std::size_t channel = channel_place(filters, s, block, b.y_plane());
                V sum_g{}, sum_gz{};
                constexpr int together = 64;
                for (int i = 0; i < static_cast<int>(b.y_plane()); i += together) {
                    float dy[together * lanes];
                    const int count = std::min(together, static_cast<int>(b.y_plane()) - i);
                    to_blocked(pass.dy + channel + i, b.y_plane(), count, dy);
                    const float* z = from + channel + std::size_t(i) * lanes;
                    for (int k = 0; k < count; ++k) {
                        V g = load(dy + k * lanes);
                        if (!has_z) {
                            sum_g += g;
                            continue;
                        }
                        const V at = load(z + k * lanes);
                        if (b.relu) g = apply(a, at) <= V{} ? V{} : g;
                        sum_g += g;
                        sum_gz += g * (at - a.mean);
                    }
                }
                store(sums + sum_place(filters, s, 0, block * lanes), sum_g);
                store(sums + sum_place(filters, s, 1, block * lanes), sum_gz);
            }
    });
}

/// The backward pass of one slice of the samples on one thread.
struct WinogradBackward {
    const ConvPlan& conv_plan;
    const WinogradPass& t;
    const ConvBackward& pass;
    const SavedLayout& kept;
    const float* affine;  // [WinogradWork::affine_rows][filters]
    float *scratch, *partial;

    /// dz of the tiles of one sample's rows and block, handed to take(row, column, dz). `z_of` gives z.
    template <class ZOf, class Take>
    void each_dz(const TileGroup& g, int s, int block, const ZOf& z_of, const Take& take) const {
        const WinogradPlan& p = t.plan;
        const BlockGeometry& b = p.block;
        const BlockAffine a(affine, t.conv().filters, block, true);
        const int y0 = p.y_rows(g.row), rows = p.y_rows(g.row + g.rows) - y0;
        float* lines = scratch + t.at.lines;
        to_blocked(
            pass.dy + channel_place(t.conv().filters, s, block, b.y_plane()) + std::size_t(y0) * std::size_t(b.y_w()),
            b.y_plane(), rows * b.y_w(), lines);
        const std::size_t y_row = std::size_t(b.y_w()) * lanes;
        for (int row = g.row; row < g.row + g.rows; ++row)
            for (int column = 0; column < p.columns; ++column) {
                V z[tile_size], dz[tile_size];
                const Inside in(p, row, column);
                z_of(row, column, in, z);
                const int first = p.y_rows(row), x0 = column * p.y_side();
                const float* dy = lines + std::size_t(first - y0) * y_row + std::size_t(x0) * lanes;
                if (b.pool())
                    gradient_tile<true>(z, a, b.relu, in, p.y_rows(row + 1) - first, b.y_w() - x0, y_row, dy, dz);
                else
                    gradient_tile<false>(z, a, b.relu, in, p.y_rows(row + 1) - first, b.y_w() - x0, y_row, dy, dz);
                take(row, column, dz);
            }
    }

    void group(const TileGroup& g) const {
        const WinogradPlan& p = t.plan;
        const int channels = t.conv().channels, tiles = g.samples * g.rows * p.columns;
        float *inputs = scratch + t.at.inputs, *products = scratch + t.at.products,
              *input_gradients = scratch + t.at.input_gradients, *weight_gradients = scratch + t.at.weight_gradients;
        const std::size_t input_stride = t.input_stride(true), product_stride = t.product_stride(true),
                          weight_stride = t.weight_gradient_stride();
        const KeptZ kept_z(p, pass.saved + kept.z);
        transform_inputs(t, g, pass.x, scratch + t.at.packed, inputs, input_stride);
        for (int chunk = 0; chunk < t.chunks; ++chunk) {
            const int width = t.width(chunk);
            for (int block = t.first_block(chunk); block < t.last_block(chunk); ++block) {
                float* of_tile = products + (block - t.first_block(chunk)) * lanes;
                for (int s = g.sample; s < g.sample + g.samples; ++s) {
                    each_dz(
                        g, s, block,
                        [&](int row, int column, const Inside& in, V(&z)[tile_size]) TN_INLINE_LAMBDA {
                            if (conv_plan.keeps_z()) {
                                const float* from = kept_z.at(s, block, row, column);
                                kept_z.fetch_ahead(from);
                                load_tile(from, kept_z.row, in, z);
                            } else
                                for (V& v : z) v = V{};
                        },
                        [&](int, int, const V(&dz)[tile_size]) TN_INLINE_LAMBDA {
                            output_gradient_tile(dz, of_tile, product_stride);
                            of_tile += width;
                        });
                }
            }
            for (int f = 0; f < frequencies; ++f) {
                const float* of_inputs = inputs + std::size_t(f) * input_stride;
                const float* of_products = products + std::size_t(f) * product_stride;
                multiply({of_inputs, 1, std::size_t(channels)}, channels, tiles, of_products, width,
                         weight_gradients + std::size_t(f) * weight_stride, std::size_t(width));
                if (!pass.dx) continue;
                const float* weights = t.weights(chunk) + std::size_t(f) * std::size_t(channels * width);
                for (int c = 0; c < channels; c += 2 * lanes)
                    multiply({of_products, std::size_t(width), 1}, tiles, width, weights + c * width,
                             std::min(2 * lanes, channels - c), input_gradients + std::size_t(f) * input_stride + c,
                             std::size_t(channels), chunk > 0);
            }
            for (int block = t.first_block(chunk); block < t.last_block(chunk); ++block)
                for (int c = 0; c < channels; ++c)
                    weight_gradient_tile(weight_gradients + c * width + (block - t.first_block(chunk)) * lanes,
                                         weight_stride, partial + std::size_t(block * p.depth() + c * 9) * lanes);
        }
        if (pass.dx) add_input_gradients(g, input_gradients, input_stride);
    }

    /// Overlapping tiles are added up in a blocked image with margins, which becomes dx when the last row is there.
    void add_input_gradients(const TileGroup& g, const float* gradients, std::size_t stride) const {
        const WinogradPlan& p = t.plan;
        const ConvGeometry& c = t.conv();
        const std::size_t row = std::size_t(p.packed_columns) * lanes, block_size = p.packed_plane(p.rows) * lanes;
        for (int i = 0; i < g.samples; ++i) {
            float* image = scratch + t.at.dx + std::size_t(i) * t.at.dx_stride;
            if (g.row == 0) clear(image, t.at.dx_stride);
            for (int block = 0; block < c.channels / lanes; ++block)
                for (int r = 0; r < g.rows; ++r)
                    for (int column = 0; column < p.columns; ++column)
                        input_gradient_tile(
                            gradients + std::size_t((i * g.rows + r) * p.columns + column) * std::size_t(c.channels) +
                                block * lanes,
                            stride,
                            image + std::size_t(block) * block_size + std::size_t(tile_side * (g.row + r)) * row +
                                std::size_t(tile_side * column * lanes),
                            p.packed_columns);
            if (g.row + g.rows < p.rows) continue;
            for (int block = 0; block < c.channels / lanes; ++block)
                for (int y = 0; y < c.height; ++y)
                    from_blocked(image + std::size_t(block) * block_size + std::size_t(y + c.pad) * row +
                                     std::size_t(c.pad * lanes),
                                 c.width,
                                 pass.dx + channel_place(c.channels, g.sample + i, block, c.in_plane()) +
                                     std::size_t(y * c.width),
                                 c.in_plane());
        }
    }
};

inline void winograd_backward(ThreadPool& pool, const ConvPlan& conv_plan, const ConvBackward& pass) {
    const WinogradPass t(conv_plan, pass.n, true, pass.work);
    const SavedLayout kept(conv_plan, pass.n);
    const WinogradPlan& p = t.plan;
    const int filters = t.conv().filters;
    float *affine = t.work + t.at.affine, *sums = t.work + t.at.sums;
    const float* gamma = p.block.norm ? pass.gamma : nullptr;
    auto* channels = reinterpret_cast<Channel*>(affine + WinogradWork::affine_rows * std::size_t(filters));
    start_channels(conv_plan, pass, kept, channels);
    const auto tabulate = [&] {
        for (int f = 0; f < filters; ++f) {
            set_affine(affine, filters, f, channels[f].affine, gamma_sign(gamma, f));
            const AffineGradient& to_z = channels[f].to_z;
            const float row[3] = {to_z.at_g, to_z.at_z, to_z.constant};
            for (int i = 0; i < 3; ++i) affine[(4 + i) * filters + f] = row[i];
        }
    };
    tabulate();
    if (p.block.norm || p.block.bias) {
        winograd_gradient_sums(pool, conv_plan, t, pass, kept, affine, sums);
        combine_gradients(conv_plan, pass, kept, sums, channels);
        tabulate();
    }
    if (pass.dx) prepare_transposed_weights(pool, t, pass.weight);
    const int slices = std::min(pass.n, max_slices);
    pool.run(slices, [&](int slice, int slot) {
        const WinogradBackward b{conv_plan,
                                 t,
                                 pass,
                                 kept,
                                 affine,
                                 t.scratch(slot),
                                 t.work + t.at.partial + std::size_t(slice) * t.at.partial_stride};
        clear(b.partial, t.at.partial_stride);
        each_group(p, true, slice * pass.n / slices, (slice + 1) * pass.n / slices,
                   [&](const TileGroup& g) { b.group(g); });
    });
    // dw: the slices' parts [blocks][depth][lanes], added in order.
    pool.run(t.blocks, [&](int block) {
        const int depth = p.depth();
        float* first = t.work + t.at.partial + std::size_t(block * depth) * lanes;
        for (int i = 0; i < depth * lanes; i += lanes) {
            V total = load(first + i);
            for (int slice = 1; slice < slices; ++slice)
                total += load(first + std::size_t(slice) * t.at.partial_stride + i);
            store(first + i, total);
        }
        from_blocked(first, depth, pass.dweight + std::size_t(block * lanes) * std::size_t(depth), std::size_t(depth));
    });
}

}  // namespace tn::cpu::TN_ISA
