// The passes of a block that is computed tile by tile (tile_plan.hpp).

namespace tn::cpu::TN_ISA {

/// A tiled pass: its sizes, and where a thread finds its scratch.
struct TiledPass {
    TilePlan plan;
    Method method;
    TileWork at;
    float* work;
    int blocks, chunks;  // blocks of output channels, and pairs of them

    TiledPass(const ConvPlan& conv_plan, int n, bool backward, float* unaligned)
        : plan(conv_plan.block),
          method(conv_plan.method),
          at(tile_work(conv_plan, n, backward)),
          work(aligned(unaligned)),
          blocks(conv_plan.conv().filters / lanes),
          chunks((blocks + 1) / 2) {}

    const ConvGeometry& conv() const { return plan.conv(); }
    float* scratch(int slot) const { return work + at.scratch + std::size_t(slot) * at.scratch_stride; }
    int first_block(int chunk) const { return 2 * chunk; }
    int last_block(int chunk) const { return std::min(2 * chunk + 2, blocks); }
    int width(int chunk) const { return (last_block(chunk) - first_block(chunk)) * lanes; }
    float* weights(int chunk) const {
        const int per_channel = method == Method::winograd ? frequencies : conv().taps();
        return work + at.weights + std::size_t(first_block(chunk) * lanes) * std::size_t(conv().channels * per_channel);
    }
    /// From one frequency to the next.
    std::size_t input_stride(bool backward) const { return TileWork::frequency(plan.group_tiles(backward), conv().channels); }
    std::size_t product_stride(bool backward) const { return TileWork::frequency(plan.group_tiles(backward), 2 * max_lanes); }
    std::size_t weight_gradient_stride() const { return TileWork::frequency(conv().channels, 2 * max_lanes); }
};

/// The weights as the forward pass reads them, from [filters][channels][taps]: blocked, and with Winograd's method
/// transformed, a chunk after the other [frequencies][channels][width].
inline void prepare_weights(ThreadPool& pool, const TiledPass& t, const float* weight) {
    const int depth = t.plan.depth(), channels = t.conv().channels;
    pool.run(t.chunks, [&](int chunk, int slot) {
        for (int block = t.first_block(chunk); block < t.last_block(chunk); ++block) {
            const float* rows = weight + std::size_t(block * lanes) * std::size_t(depth);
            const int column = (block - t.first_block(chunk)) * lanes;
            if (t.method == Method::shallow) {
                to_blocked(rows, std::size_t(depth), depth, t.weights(chunk) + column * depth);
                continue;
            }
            float* kernels = t.scratch(slot) + t.at.inputs;
            to_blocked(rows, std::size_t(depth), depth, kernels);
            for (int c = 0; c < channels; ++c)
                weight_tile(kernels + c * 9 * lanes, t.weights(chunk) + std::size_t(c * t.width(chunk) + column),
                            std::size_t(channels * t.width(chunk)));
        }
    });
}

/// Winograd's weights as the input's gradient reads them: for each chunk of output channels [frequencies], then panels
/// of two vectors of input channels [width of the chunk][width of the panel].
inline void prepare_transposed_weights(ThreadPool& pool, const TiledPass& t, const float* weight) {
    const int depth = t.plan.depth(), channels = t.conv().channels;
    pool.run(t.chunks, [&](int chunk) {
        const int width = t.width(chunk);
        for (int k = 0; k < width; ++k)
            for (int c = 0; c < channels; c += lanes) {
                // Kernels of one filter follow each other: copied, so that whole vectors can be read from the last.
                float kernels[9 * lanes + lanes]{}, kernel[9 * lanes];
                const int filter = t.first_block(chunk) * lanes + k;
                std::memcpy(kernels, weight + std::size_t(filter) * std::size_t(depth) + c * 9, sizeof(float) * 9 * lanes);
                kernels_to_blocked(kernels, kernel);
                const int first = c / (2 * lanes) * 2 * lanes, panel = std::min(2 * lanes, channels - first);
                weight_tile(kernel, t.weights(chunk) + std::size_t(first * width + k * panel + c - first),
                            std::size_t(channels * width));
            }
    });
}

/// The inputs of Winograd's products of a group: [frequencies][tiles][channels].
inline void transform_inputs(const TiledPass& t, const Group& g, const float* x, float* packed, float* inputs,
                             std::size_t stride) {
    const TilePlan& p = t.plan;
    const int channels = t.conv().channels;
    const std::size_t block_size = p.packed_plane(g.rows) * lanes;
    float* of_tile = inputs;
    for (int s = g.sample; s < g.sample + g.samples; ++s) {
        pack_blocked(p, x + std::size_t(s) * t.conv().in_size(), g.row, g.rows, packed);
        for (int row = 0; row < g.rows; ++row)
            for (int column = 0; column < p.columns; ++column, of_tile += channels) {
                const float* corner = packed + tile_side * (row * p.packed_columns + column) * lanes;
                for (int block = 0; block < channels / lanes; ++block)
                    input_tile(corner + std::size_t(block) * block_size, p.packed_columns, of_tile + block * lanes, stride);
            }
    }
}

/// Computes the z of a group for the chunks [first, last) and hands each tile to take(sample, block, row, column, z), row
/// by row; done(sample, block) follows the last tile of a sample.
template <class Take, class Done>
void convolve_group(const TiledPass& t, const Group& g, const float* x, int first, int last, float* scratch,
                    const Take& take, const Done& done) {
    const TilePlan& p = t.plan;
    const int channels = t.conv().channels, tiles = g.samples * g.rows * p.columns;
    float* packed = scratch + t.at.packed;
    if (t.method == Method::shallow) {
        const std::size_t plane = p.packed_plane(g.rows);
        for (int s = g.sample; s < g.sample + g.samples; ++s) {
            pack_planes(p, x + std::size_t(s) * t.conv().in_size(), g.row, g.rows, packed);
            for (int block = t.first_block(first); block < t.last_block(last - 1); ++block) {
                const float* weights = t.work + t.at.weights + std::size_t(block * lanes) * std::size_t(p.depth());
                for (int row = 0; row < g.rows; ++row)
                    for (int column = 0; column < p.columns; ++column) {
                        V z[tile_size];
                        shallow_tile(p, packed + tile_side * (row * p.packed_columns + column), plane, weights, z);
                        take(s, block, g.row + row, column, z);
                    }
                done(s, block);
            }
        }
        return;
    }
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

/// The y of tiles that come row by row: gathered blocked in `lines`, then written to the planes of y.
struct Finisher {
    const TilePlan& plan;
    const float* affine;  // [3][filters]
    float *lines, *y, *kept;  // kept may be null
    int first_row;        // of tiles

    std::size_t y_row() const { return std::size_t(plan.block.y_w()) * lanes; }
    std::size_t channel(int s, int block) const {
        return (std::size_t(s) * std::size_t(plan.conv().filters) + std::size_t(block * lanes)) * plan.block.y_plane();
    }

    TN_INLINE void take(int s, int block, int row, int column, const V (&z)[tile_size]) const {
        const BlockAffine a(affine, plan.conv().filters, block, 3);
        const int y0 = plan.y_rows(row), x0 = column * plan.y_side();
        const int rows = plan.y_rows(row + 1) - y0, columns = plan.block.y_w() - x0;
        const std::size_t x_at = std::size_t(x0) * lanes;
        float* to = lines + std::size_t(y0 - plan.y_rows(first_row)) * y_row() + x_at;
        float* to_kept = kept ? kept + channel(s, block) + std::size_t(y0) * y_row() + x_at : nullptr;
        if (plan.block.pool())
            finish_tile<true>(z, a, plan.block.relu, rows, columns, y_row(), to, to_kept);
        else
            finish_tile<false>(z, a, plan.block.relu, rows, columns, y_row(), to, to_kept);
    }
    void done(int s, int block, int rows) const {
        const int y0 = plan.y_rows(first_row), count = (plan.y_rows(first_row + rows) - y0) * plan.block.y_w();
        from_blocked(lines, count, y + channel(s, block) + std::size_t(y0) * std::size_t(plan.block.y_w()),
                     plan.block.y_plane());
    }
};

/// Convolution, affine, ReLU and pooling of groups of tiles; z is not kept.
inline void tiled_convolve_and_finish(ThreadPool& pool, const TiledPass& t, int n, const float* x, float* y) {
    const TilePlan& p = t.plan;
    // Few samples: the chunks are shared out first, because a thread has those weights that it prepared at hand.
    const int parts = std::clamp(pool.threads() / n, 1, t.chunks);
    int samples = std::min(p.group_samples(false), std::max(1, n / pool.threads())), rows = p.group_rows(false);
    const auto groups_a_sample = [&] { return (p.rows + rows - 1) / rows; };
    while (rows > 1 && (n + samples - 1) / samples * groups_a_sample() * parts < pool.threads()) rows = (rows + 1) / 2;
    const int per_sample = groups_a_sample(), groups = (n + samples - 1) / samples * per_sample;
    const int tasks = std::min(groups, max_slices / parts);
    pool.run(tasks * parts, [&](int whole_task, int slot) {
        const int task = whole_task % tasks, part = whole_task / tasks;
        float* scratch = t.scratch(slot);
        for (int i = task * groups / tasks; i < (task + 1) * groups / tasks; ++i) {
            Group g{i / per_sample * samples, samples, i % per_sample * rows, rows};
            g.samples = std::min(samples, n - g.sample);
            g.rows = std::min(rows, p.rows - g.row);
            const Finisher f{p, t.work + t.at.affine, scratch + t.at.lines, y, nullptr, g.row};
            convolve_group(
                t, g, x, part * t.chunks / parts, (part + 1) * t.chunks / parts, scratch,
                [&](int s, int b, int r, int c, const V(&z)[tile_size]) TN_INLINE_LAMBDA { f.take(s, b, r, c, z); },
                [&](int s, int b) { f.done(s, b, g.rows); });
        }
    });
}

/// Calls f(group) for all tiles of the samples [first, last).
template <class F> void each_group(const TilePlan& p, bool backward, int first, int last, const F& f) {
    const int samples = p.group_samples(backward), rows = p.group_rows(backward);
    for (int s = first; s < last; s += samples)
        for (int row = 0; row < p.rows; row += rows)
            f(Group{s, std::min(samples, last - s), row, std::min(rows, p.rows - row)});
}

/// Values of z of a plane in the tiles before this one.
inline int values_before(const TilePlan& p, int row, int column) {
    const int height = p.conv().out_h(), width = p.conv().out_w();
    const int rows = std::min(tile_side, height - row * tile_side);
    return row * tile_side * width + rows * std::min(column * tile_side, width);
}

inline void tiled_infer(ThreadPool& pool, const ConvPlan& conv_plan, const ConvInfer& pass) {
    const TiledPass t(conv_plan, pass.n, false, pass.work);
    float* affine = t.work + t.at.affine;
    const int filters = t.conv().filters;
    for (int f = 0; f < filters; ++f) {
        const Affine a = running_affine(conv_plan, pass, f);
        affine[f] = a.mean;
        affine[filters + f] = a.scale;
        affine[2 * filters + f] = a.shift;
    }
    prepare_weights(pool, t, pass.weight);
    tiled_convolve_and_finish(pool, t, pass.n, pass.x, pass.y);
}

inline void tiled_forward(ThreadPool& pool, const ConvPlan& conv_plan, const ConvForward& pass) {
    const TiledPass t(conv_plan, pass.n, false, pass.work);
    const TilePlan& p = t.plan;
    const BlockGeometry& b = p.block;
    const int filters = t.conv().filters;
    float *affine = t.work + t.at.affine, *sums = t.work + t.at.sums;
    for (int f = 0; f < filters; ++f) {
        affine[f] = pass.bias ? -pass.bias[f] : 0.0f;
        affine[filters + f] = 1.0f;
        affine[2 * filters + f] = 0.0f;
    }
    prepare_weights(pool, t, pass.weight);
    if (!conv_plan.keeps_z()) return tiled_convolve_and_finish(pool, t, pass.n, pass.x, pass.y);

    const SavedLayout kept(conv_plan, pass.n);
    float *mean = pass.saved + kept.mean, *deviation = pass.saved + kept.deviation;
    const bool keeps_planes = t.method == Method::winograd;
    float* z_kept = pass.saved + kept.z;
    const std::size_t z_row = std::size_t(t.conv().out_w()) * lanes;
    const auto place = [&](int s, int block, int row, int column) {
        return (std::size_t(s) * std::size_t(filters) + std::size_t(block * lanes)) * t.conv().out_plane() +
               std::size_t(tile_side * row) * z_row + std::size_t(tile_side * column * lanes);
    };
    const Cut cut(pool, pass.n, t.chunks);
    if (keeps_planes || b.norm)
        pool.run(cut.tasks(), [&](int task, int slot) {
            each_group(p, false, cut.first_sample(task), cut.last_sample(task), [&](const Group& g) {
                V own_mean{}, squares{};
                convolve_group(
                    t, g, pass.x, cut.first(task, t.chunks), cut.last(task, t.chunks), t.scratch(slot),
                    [&](int s, int block, int row, int column, const V(&z)[tile_size]) TN_INLINE_LAMBDA {
                        const Inside in(p, row, column);
                        if (keeps_planes) store_tile(z_kept + place(s, block, row, column), z_row, in, z);
                        if (!b.norm) return;
                        float* of = sums + std::size_t(2 * s) * std::size_t(filters) + std::size_t(block * lanes);
                        if (row == g.row && column == 0) {
                            own_mean = row == 0 ? V{} : load(of);
                            squares = row == 0 ? V{} : load(of + filters);
                        }
                        add_statistics(z, in, values_before(p, row, column), own_mean, squares);
                    },
                    [&](int s, int block) {
                        if (!b.norm) return;
                        float* of = sums + std::size_t(2 * s) * std::size_t(filters) + std::size_t(block * lanes);
                        store(of, own_mean);
                        store(of + filters, squares);
                    });
            });
        });
    if (b.norm) combine_statistics(conv_plan, pass, sums, mean, deviation);
    for (int f = 0; f < filters; ++f) {
        if (b.norm) {
            affine[f] = mean[f];
            affine[filters + f] = pass.gamma[f] * deviation[f];
            affine[2 * filters + f] = pass.beta[f];
        } else {
            mean[f] = affine[f];
            deviation[f] = 1.0f;
        }
    }
    float* y_kept = kept.has_pooled ? pass.saved + kept.pooled : nullptr;
    pool.run(cut.tasks(), [&](int task, int slot) {
        float* scratch = t.scratch(slot);
        each_group(p, false, cut.first_sample(task), cut.last_sample(task), [&](const Group& g) {
            const Finisher f{p, affine, scratch + t.at.lines, pass.y, y_kept, g.row};
            const int first = cut.first(task, t.chunks), last = cut.last(task, t.chunks);
            if (!keeps_planes) {
                convolve_group(
                    t, g, pass.x, first, last, scratch,
                    [&](int s, int block, int r, int c, const V(&z)[tile_size]) TN_INLINE_LAMBDA { f.take(s, block, r, c, z); },
                    [&](int s, int block) { f.done(s, block, g.rows); });
                return;
            }
            for (int s = g.sample; s < g.sample + g.samples; ++s)
                for (int block = t.first_block(first); block < t.last_block(last - 1); ++block) {
                    for (int row = g.row; row < g.row + g.rows; ++row)
                        for (int column = 0; column < p.columns; ++column) {
                            V z[tile_size];
                            load_tile(z_kept + place(s, block, row, column), z_row, Inside(p, row, column), z);
                            f.take(s, block, row, column, z);
                        }
                    f.done(s, block, g.rows);
                }
        });
    });
}

/// The sums over each sample of g and of g * (z - mean), from dy and the z that y came from.
inline void tiled_gradient_sums(ThreadPool& pool, const ConvPlan& conv_plan, const TiledPass& t, const ConvBackward& pass,
                                const SavedLayout& kept, const float* affine, float* sums) {
    const BlockGeometry& b = t.plan.block;
    const int filters = t.conv().filters;
    const float* from = pass.saved + (kept.has_pooled ? kept.pooled : kept.z);
    const bool has_z = conv_plan.keeps_z();
    const Cut cut(pool, pass.n, t.blocks);
    pool.run(cut.tasks(), [&](int task) {
        for (int s = cut.first_sample(task); s < cut.last_sample(task); ++s)
            for (int block = cut.first(task, t.blocks); block < cut.last(task, t.blocks); ++block) {
                const BlockAffine a(affine, filters, block, 3);
                const std::size_t channel =
                    (std::size_t(s) * std::size_t(filters) + std::size_t(block * lanes)) * b.y_plane();
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
                float* of = sums + std::size_t(2 * s) * std::size_t(filters) + std::size_t(block * lanes);
                store(of, sum_g);
                store(of + filters, sum_gz);
            }
    });
}

/// The backward pass of one slice of the samples on one thread.
struct TiledBackward {
    const ConvPlan& conv_plan;
    const TiledPass& t;
    const ConvBackward& pass;
    const SavedLayout& kept;
    const float* affine;  // [6][filters]
    float *scratch, *partial;

    /// dz of the tiles of one sample's rows and block, handed to take(row, column, dz). `z_of` gives z.
    template <class ZOf, class Take>
    void each_dz(const Group& g, int s, int block, const ZOf& z_of, const Take& take) const {
        const TilePlan& p = t.plan;
        const BlockGeometry& b = p.block;
        const BlockAffine a(affine, t.conv().filters, block, 6);
        const int y0 = p.y_rows(g.row), rows = p.y_rows(g.row + g.rows) - y0;
        float* lines = scratch + t.at.lines;
        to_blocked(pass.dy + (std::size_t(s) * std::size_t(t.conv().filters) + std::size_t(block * lanes)) * b.y_plane() +
                       std::size_t(y0) * std::size_t(b.y_w()),
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

    void winograd(const Group& g) const {
        const TilePlan& p = t.plan;
        const int channels = t.conv().channels, filters = t.conv().filters, tiles = g.samples * g.rows * p.columns;
        float *inputs = scratch + t.at.inputs, *products = scratch + t.at.products,
              *input_gradients = scratch + t.at.input_gradients, *weight_gradients = scratch + t.at.weight_gradients;
        const std::size_t input_stride = t.input_stride(true), product_stride = t.product_stride(true),
                          weight_stride = t.weight_gradient_stride(), z_row = std::size_t(t.conv().out_w()) * lanes;
        transform_inputs(t, g, pass.x, scratch + t.at.packed, inputs, input_stride);
        for (int chunk = 0; chunk < t.chunks; ++chunk) {
            const int width = t.width(chunk);
            for (int block = t.first_block(chunk); block < t.last_block(chunk); ++block) {
                float* of_tile = products + (block - t.first_block(chunk)) * lanes;
                for (int s = g.sample; s < g.sample + g.samples; ++s) {
                    const float* plane = pass.saved + kept.z +
                                         (std::size_t(s) * std::size_t(filters) + std::size_t(block * lanes)) *
                                             t.conv().out_plane();
                    each_dz(
                        g, s, block,
                        [&](int row, int column, const Inside& in, V(&z)[tile_size]) TN_INLINE_LAMBDA {
                            if (conv_plan.keeps_z())
                                load_tile(plane + std::size_t(tile_side * row) * z_row +
                                              std::size_t(tile_side * column * lanes),
                                          z_row, in, z);
                            else
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
                    weight_gradient_tile(
                        weight_gradients + c * width + (block - t.first_block(chunk)) * lanes, weight_stride,
                        partial + std::size_t(block * p.depth() + c * 9) * lanes);
        }
        if (pass.dx) add_input_gradients(g, input_gradients, input_stride);
    }

    /// Overlapping tiles are added up in a blocked image with margins, which becomes dx when the last row is there.
    void add_input_gradients(const Group& g, const float* gradients, std::size_t stride) const {
        const TilePlan& p = t.plan;
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
                                 pass.dx + std::size_t(g.sample + i) * c.in_size() +
                                     std::size_t(block * lanes) * c.in_plane() + std::size_t(y * c.width),
                                 c.in_plane());
        }
    }

    void shallow(const Group& g) const {
        const TilePlan& p = t.plan;
        const std::size_t plane = p.packed_plane(g.rows);
        float* packed = scratch + t.at.packed;
        for (int s = g.sample; s < g.sample + g.samples; ++s) {
            pack_planes(p, pass.x + std::size_t(s) * t.conv().in_size(), g.row, g.rows, packed);
            const auto corner = [&](int row, int column) {
                return packed + tile_side * ((row - g.row) * p.packed_columns + column);
            };
            for (int block = 0; block < t.blocks; ++block)
                each_dz(
                    g, s, block,
                    [&](int row, int column, const Inside&, V(&z)[tile_size]) TN_INLINE_LAMBDA {
                        shallow_tile(p, corner(row, column), plane,
                                     t.work + t.at.weights + std::size_t(block * lanes) * std::size_t(p.depth()), z);
                    },
                    [&](int row, int column, const V(&dz)[tile_size]) TN_INLINE_LAMBDA {
                        shallow_weight_gradient(p, corner(row, column), plane, dz,
                                                partial + std::size_t(block * p.depth()) * lanes);
                        if (pass.dx) spread(block, row, column, dz);
                    });
            if (pass.dx && g.row + g.rows == p.rows)
                data_gradient(conv_plan, scratch + t.at.dz,
                              t.work + t.at.weights + std::size_t(p.depth()) * std::size_t(t.conv().filters),
                              scratch + t.at.band, pass.dx + std::size_t(s) * t.conv().in_size());
        }
    }

    /// Writes a tile of dz into the packed planes that the direct input gradient reads.
    void spread(int block, int row, int column, const V (&dz)[tile_size]) const {
        const Inside in(t.plan, row, column);
        float* to = scratch + t.at.dz + conv_plan.dz_origin() + std::size_t(block * lanes) * std::size_t(conv_plan.dz_plane) +
                    tile_side * (row * conv_plan.row + column);
        for (int r = 0; r < in.rows; ++r)
            for (int c = 0; c < in.columns; ++c)
                for (int k = 0; k < lanes; ++k) to[k * conv_plan.dz_plane + r * conv_plan.row + c] = dz[4 * r + c][k];
    }
};

inline void tiled_backward(ThreadPool& pool, const ConvPlan& conv_plan, const ConvBackward& pass) {
    const TiledPass t(conv_plan, pass.n, true, pass.work);
    const SavedLayout kept(conv_plan, pass.n);
    const TilePlan& p = t.plan;
    const int filters = t.conv().filters;
    float *affine = t.work + t.at.affine, *sums = t.work + t.at.sums;
    auto* channels = reinterpret_cast<Channel*>(affine + 6 * filters);
    start_channels(conv_plan, pass, kept, channels);
    const auto tabulate = [&] {
        for (int f = 0; f < filters; ++f) {
            const Channel& c = channels[f];
            const float row[6] = {c.affine.mean, c.affine.scale, c.affine.shift, c.to_z.at_g, c.to_z.at_z, c.to_z.constant};
            for (int i = 0; i < 6; ++i) affine[i * filters + f] = row[i];
        }
    };
    tabulate();
    if (p.block.norm || p.block.bias) {
        tiled_gradient_sums(pool, conv_plan, t, pass, kept, affine, sums);
        combine_gradients(conv_plan, pass, kept, sums, channels);
        tabulate();
    }
    const bool winograd = t.method == Method::winograd;
    if (!winograd) prepare_weights(pool, t, pass.weight);
    if (winograd && pass.dx) prepare_transposed_weights(pool, t, pass.weight);
    if (!winograd && pass.dx)
        for (int tile_of_channels = 0; tile_of_channels < tiles_of(t.conv().channels); ++tile_of_channels)
            pack_data_weights(conv_plan, pass.weight, tile_of_channels * tile,
                              t.work + t.at.weights + std::size_t(p.depth() * filters) +
                                  std::size_t(tile_of_channels) * std::size_t(tile * filters * t.conv().taps()));
    const int slices = std::min(pass.n, max_slices);
    pool.run(slices, [&](int slice, int slot) {
        const TiledBackward b{conv_plan, t, pass, kept, affine, t.scratch(slot),
                              t.work + t.at.partial + std::size_t(slice) * t.at.partial_stride};
        clear(b.partial, t.at.partial_stride);
        if (!winograd && pass.dx) clear(b.scratch + t.at.dz, conv_plan.packed_dz());
        each_group(p, true, slice * pass.n / slices, (slice + 1) * pass.n / slices,
                   [&](const Group& g) { winograd ? b.winograd(g) : b.shallow(g); });
    });
    // dw: the slices' parts [blocks][depth][lanes], added in order.
    pool.run(t.blocks, [&](int block) {
        const int depth = p.depth();
        float* first = t.work + t.at.partial + std::size_t(block * depth) * lanes;
        for (int i = 0; i < depth * lanes; i += lanes) {
            V total = load(first + i);
            for (int slice = 1; slice < slices; ++slice) total += load(first + std::size_t(slice) * t.at.partial_stride + i);
            store(first + i, total);
        }
        from_blocked(first, depth, pass.dweight + std::size_t(block * lanes) * std::size_t(depth), std::size_t(depth));
    });
}

}  // namespace tn::cpu::TN_ISA
