// Forward and inference of a block that is computed tile by tile.

namespace tn::cpu::TN_ISA {

/// The y of tiles that come row by row: gathered blocked in `lines`, then written to the planes of y.
struct Finisher {
    const TilePlan& plan;
    const float* affine;      // [3][filters]
    float *lines, *y, *kept;  // kept may be null
    int first_row;            // of tiles

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

/// The z of a training step: kept blocked where the method keeps it, and each sample's mean and squared distances to
/// it.
struct ForwardSweep {
    const TiledPass& t;
    const ConvForward& pass;
    const Cut cut;
    float *z_kept, *sums, *affine;  // z_kept null: it is computed again
    bool norm;

    std::size_t z_row() const { return std::size_t(t.conv().out_w()) * lanes; }
    float* place(int s, int block, int row, int column) const {
        return z_kept +
               (std::size_t(s) * std::size_t(t.conv().filters) + std::size_t(block * lanes)) * t.conv().out_plane() +
               std::size_t(tile_side * row) * z_row() + std::size_t(tile_side * column * lanes);
    }
    float* sums_of(int s, int block) const {
        return sums + std::size_t(2 * s) * std::size_t(t.conv().filters) + std::size_t(block * lanes);
    }

    /// Calls f(group, first chunk, last chunk, scratch) for all that is to be computed.
    template <class F>
    void each(ThreadPool& pool, const F& f) const {
        pool.run(cut.tasks(), [&](int task, int slot) {
            each_group(t.plan, false, cut.first_sample(task), cut.last_sample(task), [&](const Group& g) {
                f(g, cut.first(task, t.chunks), cut.last(task, t.chunks), t.scratch(slot));
            });
        });
    }

    void convolve(const Group& g, int first, int last, float* scratch) const {
        const int filters = t.conv().filters;
        V mean{}, squares{};
        convolve_group(
            t, g, pass.x, first, last, scratch,
            [&](int s, int block, int row, int column, const V(&z)[tile_size]) TN_INLINE_LAMBDA {
                const Inside in(t.plan, row, column);
                if (z_kept) store_tile(place(s, block, row, column), z_row(), in, z);
                if (!norm) return;
                if (row == g.row && column == 0) {
                    mean = row == 0 ? V{} : load(sums_of(s, block));
                    squares = row == 0 ? V{} : load(sums_of(s, block) + filters);
                }
                add_statistics(z, in, values_before(t.plan, row, column), mean, squares);
            },
            [&](int s, int block) {
                if (!norm) return;
                store(sums_of(s, block), mean);
                store(sums_of(s, block) + filters, squares);
            });
    }

    /// y, from the z that is kept or computed again.
    void finish(const Group& g, int first, int last, float* scratch, float* y_kept) const {
        const Finisher f{t.plan, affine, scratch + t.at.lines, pass.y, y_kept, g.row};
        const auto take = [&](int s, int block, int row, int column, const V(&z)[tile_size])
                              TN_INLINE_LAMBDA { f.take(s, block, row, column, z); };
        const auto done = [&](int s, int block) { f.done(s, block, g.rows); };
        if (!z_kept) return convolve_group(t, g, pass.x, first, last, scratch, take, done);
        for (int s = g.sample; s < g.sample + g.samples; ++s)
            for (int block = t.first_block(first); block < t.last_block(last - 1); ++block) {
                for (int row = g.row; row < g.row + g.rows; ++row)
                    for (int column = 0; column < t.plan.columns; ++column) {
                        V z[tile_size];
                        load_tile(place(s, block, row, column), z_row(), Inside(t.plan, row, column), z);
                        take(s, block, row, column, z);
                    }
                done(s, block);
            }
    }
};

inline void tiled_forward(ThreadPool& pool, const ConvPlan& conv_plan, const ConvForward& pass) {
    const TiledPass t(conv_plan, pass.n, false, pass.work);
    const int filters = t.conv().filters;
    float* affine = t.work + t.at.affine;
    const auto set_affine = [&](int f, float mean, float scale, float shift) {
        affine[f] = mean;
        affine[filters + f] = scale;
        affine[2 * filters + f] = shift;
    };
    for (int f = 0; f < filters; ++f) set_affine(f, pass.bias ? -pass.bias[f] : 0.0f, 1.0f, 0.0f);
    prepare_weights(pool, t, pass.weight);
    if (!conv_plan.keeps_z()) return tiled_convolve_and_finish(pool, t, pass.n, pass.x, pass.y);

    const SavedLayout kept(conv_plan, pass.n);
    float *mean = pass.saved + kept.mean, *deviation = pass.saved + kept.deviation;
    const bool norm = conv_plan.block.norm;
    const ForwardSweep sweep{t,
                             pass,
                             Cut(pool, pass.n, t.chunks),
                             pass.saved + kept.z,
                             t.work + t.at.sums,
                             affine,
                             norm};
    if (sweep.z_kept || norm)
        sweep.each(pool, [&](const Group& g, int first, int last, float* scratch) {
            sweep.convolve(g, first, last, scratch);
        });
    if (norm) {
        combine_statistics(conv_plan, pass, sweep.sums, mean, deviation);
        for (int f = 0; f < filters; ++f) set_affine(f, mean[f], pass.gamma[f] * deviation[f], pass.beta[f]);
    } else {
        std::copy_n(affine, filters, mean);
        std::fill_n(deviation, filters, 1.0f);
    }
    float* y_kept = kept.has_pooled ? pass.saved + kept.pooled : nullptr;
    sweep.each(pool, [&](const Group& g, int first, int last, float* scratch) {
        sweep.finish(g, first, last, scratch, y_kept);
    });
}

}  // namespace tn::cpu::TN_ISA
