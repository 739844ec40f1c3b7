// Forward and inference of a block that is computed tile by tile.

namespace tn::cpu::TN_ISA {

/// The y of tiles that come row by row: gathered blocked in `lines`, then written to the planes of y.
struct Finisher {
    const WinogradPlan& plan;
    const float* affine;  // rows of `filters`
    float *lines, *y;
    int first_row;  // of tiles

    TN_INLINE void take(int block, int row, int column, const V (&z)[tile_size]) const {
        const BlockAffine a(affine, plan.conv().filters, block, false);
        const int y0 = plan.y_rows(row), x0 = column * plan.y_side();
        const int rows = plan.y_rows(row + 1) - y0, columns = plan.block.y_w() - x0;
        const std::size_t y_row = std::size_t(plan.block.y_w()) * lanes;
        float* to = lines + std::size_t(y0 - plan.y_rows(first_row)) * y_row + std::size_t(x0 * lanes);
        if (plan.block.pool())
            finish_tile<true>(z, a, plan.block.relu, rows, columns, y_row, to);
        else
            finish_tile<false>(z, a, plan.block.relu, rows, columns, y_row, to);
    }
    void done(int s, int block, int rows) const {
        const int y0 = plan.y_rows(first_row), count = (plan.y_rows(first_row + rows) - y0) * plan.block.y_w();
        from_blocked(lines, count,
                     y + channel_place(plan.conv().filters, s, block, plan.block.y_plane()) +
                         std::size_t(y0) * std::size_t(plan.block.y_w()),
                     plan.block.y_plane());
    }
};

/// Convolution, affine, ReLU and pooling of groups of tiles; z is not kept.
inline void winograd_convolve_and_finish(ThreadPool& pool, const WinogradPass& t, int n, const float* x, float* y) {
    const WinogradPlan& p = t.plan;
    // Few samples: the chunks are shared out first, because a thread has those weights that it prepared at hand.
    const int parts = std::clamp(pool.threads() / n, 1, std::min(t.chunks, max_slices));
    int samples = std::min(p.group_samples(false), std::max(1, n / pool.threads())), rows = p.group_rows(false);
    const auto groups_per_sample = [&] { return (p.rows + rows - 1) / rows; };
    while (rows > 1 && (n + samples - 1) / samples * groups_per_sample() * parts < pool.threads())
        rows = (rows + 1) / 2;
    const int per_sample = groups_per_sample(), groups = (n + samples - 1) / samples * per_sample;
    const int tasks = std::min(groups, max_slices / parts);
    pool.run(tasks * parts, [&](int whole_task, int slot) {
        const int task = whole_task % tasks, part = whole_task / tasks;
        float* scratch = t.scratch(slot);
        for (int i = task * groups / tasks; i < (task + 1) * groups / tasks; ++i) {
            TileGroup g{i / per_sample * samples, samples, i % per_sample * rows, rows};
            g.samples = std::min(samples, n - g.sample);
            g.rows = std::min(rows, p.rows - g.row);
            const Finisher f{p, t.work + t.at.affine, scratch + t.at.lines, y, g.row};
            convolve_group(
                t, g, x, part * t.chunks / parts, (part + 1) * t.chunks / parts, scratch,
                [&](int, int b, int r, int c, const V(&z)[tile_size]) TN_INLINE_LAMBDA { f.take(b, r, c, z); },
                [&](int s, int b) { f.done(s, b, g.rows); });
        }
    });
}

/// Values of z of a plane in the tiles before this one.
inline int values_before(const WinogradPlan& p, int row, int column) {
    const int height = p.conv().out_h(), width = p.conv().out_w();
    const int rows = std::min(tile_side, height - row * tile_side);
    return row * tile_side * width + rows * std::min(column * tile_side, width);
}

inline void winograd_infer(ThreadPool& pool, const ConvPlan& conv_plan, const ConvInfer& pass) {
    const WinogradPass t(conv_plan, pass.n, false, pass.work);
    const float* gamma = conv_plan.block.norm ? pass.gamma : nullptr;
    const int filters = t.conv().filters;
    for (int f = 0; f < filters; ++f)
        set_affine(t.work + t.at.affine, filters, f, running_affine(conv_plan, pass, f), gamma_sign(gamma, f));
    prepare_weights(pool, t, pass.weight);
    winograd_convolve_and_finish(pool, t, pass.n, pass.x, pass.y);
}

/// The z of a training step, while a tile is in registers: it is kept, the maxima of its windows too, and each sample's
/// mean and squared distances to it.
struct ForwardSweep {
    const WinogradPass& t;
    const ConvForward& pass;
    KeptZ z_kept;
    float *pooled, *sums;  // pooled null: y comes from z
    const float* affine;
    bool norm;
    bool streams;  // whole tiles of z go to memory, where backward finds them

    void convolve(const TileGroup& g, int first, int last, float* scratch) const {
        const int filters = t.conv().filters;
        const BlockGeometry& b = t.plan.block;
        const std::size_t y_row = std::size_t(b.y_w()) * lanes;
        V mean{}, squares{};
        convolve_group(
            t, g, pass.x, first, last, scratch,
            [&](int s, int block, int row, int column, const V(&z)[tile_size]) TN_INLINE_LAMBDA {
                const Inside in(t.plan, row, column);
                float* to = z_kept.at(s, block, row, column);
                if (streams) {
                    TN_UNROLL for (int i = 0; i < tile_size; ++i) stream(to + i * lanes, z[i]);
                } else {
                    store_tile(to, z_kept.row, in, z);
                }
                if (pooled) {
                    const int y0 = t.plan.y_rows(row), x0 = column * t.plan.y_side();
                    store_maxima(z, load(affine + 3 * filters + block * lanes), t.plan.y_rows(row + 1) - y0,
                                 b.y_w() - x0, y_row,
                                 pooled + channel_place(filters, s, block, b.y_plane()) + std::size_t(y0) * y_row +
                                     std::size_t(x0 * lanes));
                }
                if (!norm) return;
                if (row == g.row && column == 0) {
                    mean = row == 0 ? V{} : load(sums + sum_place(filters, s, 0, block * lanes));
                    squares = row == 0 ? V{} : load(sums + sum_place(filters, s, 1, block * lanes));
                }
                add_statistics(z, in, values_before(t.plan, row, column), mean, squares);
            },
            [&](int s, int block) {
                if (!norm) return;
                store(sums + sum_place(filters, s, 0, block * lanes), mean);
                store(sums + sum_place(filters, s, 1, block * lanes), squares);
            });
    }

    /// y of some samples and blocks, once it is known how they are normalised.
    void finish(int s, int block) const {
        const BlockGeometry& b = t.plan.block;
        const int filters = t.conv().filters;
        const BlockAffine a(affine, filters, block, false);
        const std::size_t place = channel_place(filters, s, block, b.y_plane());
        const float* from = (pooled ? pooled : z_kept.z) + place;
        const auto count = static_cast<int>(b.y_plane());
        if (b.relu)
            from_blocked(from, count, pass.y + place, b.y_plane(),
                         [&](V z) TN_INLINE_LAMBDA { return relu(apply(a, z)); });
        else
            from_blocked(from, count, pass.y + place, b.y_plane(), [&](V z) TN_INLINE_LAMBDA { return apply(a, z); });
    }
};

inline void winograd_forward(ThreadPool& pool, const ConvPlan& conv_plan, const ConvForward& pass) {
    const WinogradPass t(conv_plan, pass.n, false, pass.work);
    const int filters = t.conv().filters;
    const bool norm = conv_plan.block.norm;
    const float* gamma = norm ? pass.gamma : nullptr;
    float* affine = t.work + t.at.affine;
    for (int f = 0; f < filters; ++f)
        set_affine(affine, filters, f, {pass.bias ? -pass.bias[f] : 0.0f, 1.0f, 0.0f}, gamma_sign(gamma, f));
    prepare_weights(pool, t, pass.weight);
    if (!conv_plan.keeps_z()) return winograd_convolve_and_finish(pool, t, pass.n, pass.x, pass.y);

    const SavedLayout kept(conv_plan, pass.n);
    float *mean = pass.saved + kept.mean, *deviation = pass.saved + kept.deviation;
    const ForwardSweep sweep{
        t,
        pass,
        KeptZ(t.plan, pass.saved + kept.z),
        kept.has_pooled ? pass.saved + kept.pooled : nullptr,
        t.work + t.at.sums,
        affine,
        norm,
        t.plan.z_by_tiles() && worth_streaming(pass.saved + kept.z, std::size_t(pass.n) * conv_plan.z_kept())};
    const Cut by_chunks(pool, pass.n, t.chunks);
    pool.run(by_chunks.tasks(), [&](int task, int slot) {
        each_group(t.plan, false, by_chunks.first_sample(task), by_chunks.last_sample(task), [&](const TileGroup& g) {
            sweep.convolve(g, by_chunks.first(task, t.chunks), by_chunks.last(task, t.chunks), t.scratch(slot));
        });
        finish_streams();
    });
    if (norm) {
        combine_statistics(conv_plan, pass, sweep.sums, mean, deviation);
        for (int f = 0; f < filters; ++f)
            set_affine(affine, filters, f, {mean[f], gamma[f] * deviation[f], pass.beta[f]}, gamma_sign(gamma, f));
    } else {
        std::copy_n(affine, filters, mean);
        std::fill_n(deviation, filters, 1.0f);
    }
    const Cut by_blocks(pool, pass.n, t.blocks);
    pool.run(by_blocks.tasks(), [&](int task) {
        for (int s = by_blocks.first_sample(task); s < by_blocks.last_sample(task); ++s)
            for (int block = by_blocks.first(task, t.blocks); block < by_blocks.last(task, t.blocks); ++block)
                sweep.finish(s, block);
    });
}

}  // namespace tn::cpu::TN_ISA
