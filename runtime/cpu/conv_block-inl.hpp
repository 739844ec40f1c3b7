// The direct passes of a block: which slice of the samples does what, and where it keeps it.

namespace tn::cpu::TN_ISA {

/// How a pass is cut: n samples in slices and, where there are more threads than samples, the output channels in parts.
/// What an output is computed from does not depend on it.
struct Cut {
    int n, slices, parts;

    Cut(const ThreadPool& pool, int n, int tiles) : n(n), slices(std::min(n, max_slices)), parts(1) {
        if (n < pool.threads()) parts = std::max(1, std::min({tiles, max_slices / n, (pool.threads() + n - 1) / n}));
    }
    int tasks() const { return slices * parts; }
    int first_sample(int task) const { return task / parts * n / slices; }
    int last_sample(int task) const { return (task / parts + 1) * n / slices; }
    int first(int task, int count) const { return task % parts * count / parts; }
    int last(int task, int count) const { return (task % parts + 1) * count / parts; }
};

inline int tiles_of(int channels) { return (channels + tile - 1) / tile; }

inline float* aligned(float* work) {
    const auto address = reinterpret_cast<std::uintptr_t>(work);
    return work + ((64 - address % 64) % 64) / sizeof(float);
}

inline void clear(float* p, std::size_t floats) { std::memset(p, 0, floats * sizeof(float)); }

inline void pack_all_weights(ThreadPool& pool, const ConvPlan& plan, const float* weight, float* packed) {
    const int filters = plan.conv().filters, depth = plan.depth();
    pool.run(tiles_of(filters), [&](int t) {
        pack_weights(weight, filters, depth, t * tile, packed + std::size_t(t) * std::size_t(tile * depth));
    });
}

/// The same for the input's gradient.
inline void pack_all_data_weights(ThreadPool& pool, const ConvPlan& plan, const float* weight, float* packed) {
    const ConvGeometry& c = plan.conv();
    pool.run(tiles_of(c.channels), [&](int t) {
        pack_data_weights(plan, weight, t * tile, packed + std::size_t(t) * std::size_t(tile * c.filters * c.taps()));
    });
}

/// The convolution of one packed sample for the tile t of output channels, from the row `y0` of z on.
inline Convolution tile_of(const ConvPlan& plan, const float* packed, const float* weights, int t, int y0) {
    return {packed + y0 * plan.row, std::size_t(plan.x_plane),
            plan.conv().channels,   plan.conv().taps(),
            plan.offsets,           weights + std::size_t(t) * std::size_t(tile * plan.depth())};
}

/// Convolution, then affine, ReLU and pooling band by band while it is in the cache; z is not kept.
inline void convolve_and_finish(ThreadPool& pool, const ConvPlan& plan, int n, const float* x, const float* weight,
                                const Affine* affine, float* y, float* work, const WorkLayout& at) {
    const BlockGeometry& b = plan.block;
    const ConvGeometry& c = plan.conv();
    pack_all_weights(pool, plan, weight, work + at.weights);
    const int tiles = tiles_of(c.filters), band = plan.band_rows();
    const Cut cut(pool, n, tiles);
    pool.run(cut.tasks(), [&](int task) {
        float* packed = work + at.packed + std::size_t(task) * at.packed_stride;
        float* z = work + at.band + std::size_t(task) * at.band_stride;
        clear(packed, plan.packed_x());
        for (int s = cut.first_sample(task); s < cut.last_sample(task); ++s) {
            pack_sample(plan, x + std::size_t(s) * c.in_size(), packed);
            for (int t = cut.first(task, tiles); t < cut.last(task, tiles); ++t) {
                const int count = std::min(tile, c.filters - t * tile);
                for (int y0 = 0; y0 < b.y_h(); y0 += band) {
                    const int rows = std::min(band, b.y_h() - y0);
                    const Grid grid{plan.z_rows(rows), plan.z.columns, plan.row};
                    const auto z_plane = std::size_t(grid.out_plane());
                    const int z0 = b.pool() ? y0 * b.pool_stride : y0;
                    convolve(tile_of(plan, packed, work + at.weights, t, z0), grid, count, z, z_plane);
                    for (int r = 0; r < count; ++r)
                        finish_rows(plan, z + std::size_t(r) * z_plane, affine[t * tile + r], rows,
                                    y + std::size_t(s) * b.y_size() + std::size_t(t * tile + r) * b.y_plane() +
                                        std::size_t(y0) * std::size_t(b.y_w()),
                                    nullptr);
                }
            }
        }
    });
}

/// How channel f of z is normalised with the running statistics.
inline Affine running_affine(const ConvPlan& plan, const ConvInfer& pass, int f) {
    const float bias = pass.bias ? pass.bias[f] : 0.0f;
    if (!plan.block.norm) return {-bias, 1.0f, 0.0f};
    return {pass.running_mean[f] - bias, pass.gamma[f] / std::sqrt(pass.running_var[f] + pass.epsilon), pass.beta[f]};
}

inline void direct_infer(ThreadPool& pool, const ConvPlan& plan, const ConvInfer& pass) {
    const WorkLayout at(plan, pass.n, false);
    float* work = aligned(pass.work);
    auto* affine = reinterpret_cast<Affine*>(work + at.channel);
    for (int f = 0; f < plan.conv().filters; ++f) affine[f] = running_affine(plan, pass, f);
    convolve_and_finish(pool, plan, pass.n, pass.x, pass.weight, affine, pass.y, work, at);
}

/// The sign of the gamma of channel f, 1 without norm.
inline float gamma_sign(const float* gamma, int f) {
    if (!gamma) return 1.0f;
    return gamma[f] > 0 ? 1.0f : gamma[f] < 0 ? -1.0f : 0.0f;
}

/// Where one of a sample's two sums of channel f lies in `sums` [n][2][filters].
inline std::size_t sum_place(int filters, int s, int which, int f) {
    return std::size_t(2 * s + which) * std::size_t(filters) + std::size_t(f);
}

/// The mean and inverse deviation of a channel of z without its bias, from the mean and the squared distances to it of
/// `count` values; the running statistics follow.
inline void set_statistics(const ConvForward& pass, int f, double count, double average, double squares, float* mean,
                           float* deviation) {
    mean[f] = static_cast<float>(average);
    deviation[f] = static_cast<float>(1.0 / std::sqrt(squares / count + pass.epsilon));
    if (!pass.running_mean) return;
    const double keep = 1.0 - static_cast<double>(pass.momentum), m = pass.momentum;
    const double bias = pass.bias ? pass.bias[f] : 0.0f;
    pass.running_mean[f] = static_cast<float>(keep * pass.running_mean[f] + m * (average + bias));
    if (count > 1)  // one value has no variance
        pass.running_var[f] = static_cast<float>(keep * pass.running_var[f] + m * squares / (count - 1));
}

/// The statistics of every channel from each sample's mean and sum of squared distances to it (Chan, Golub and LeVeque,
/// "Updating formulae and a pairwise algorithm for computing sample variances", 1979).
inline void combine_statistics(const ConvPlan& plan, const ConvForward& pass, const float* sums, float* mean,
                               float* deviation) {
    const int filters = plan.conv().filters;
    const auto plane = static_cast<double>(plan.conv().out_plane());
    const BatchSums batch = of_whole_batch(pass.group, pass.n, filters, sums);
    for (int f = 0; f < filters; ++f) {
        double average = 0, squares = 0;
        const auto at = [&](int s, int which) { return batch.values[sum_place(filters, s, which, f)]; };
        for (int s = 0; s < batch.n; ++s) average += at(s, 0);
        average /= batch.n;
        for (int s = 0; s < batch.n; ++s) squares += at(s, 1) + plane * (at(s, 0) - average) * (at(s, 0) - average);
        set_statistics(pass, f, plane * batch.n, average, squares, mean, deviation);
    }
}

inline void direct_forward(ThreadPool& pool, const ConvPlan& plan, const ConvForward& pass) {
    const BlockGeometry& b = plan.block;
    const ConvGeometry& c = plan.conv();
    const WorkLayout at(plan, pass.n, false);
    float* work = aligned(pass.work);
    auto* affine = reinterpret_cast<Affine*>(work + at.channel);
    for (int f = 0; f < c.filters; ++f) affine[f] = {pass.bias ? -pass.bias[f] : 0.0f, 1.0f, 0.0f};
    if (!plan.keeps_z()) return convolve_and_finish(pool, plan, pass.n, pass.x, pass.weight, affine, pass.y, work, at);

    const SavedLayout kept(plan, pass.n);
    float *mean = pass.saved + kept.mean, *deviation = pass.saved + kept.deviation, *sums = work + at.sums;
    const auto z_plane = std::size_t(plan.z.out_plane());
    const int tiles = tiles_of(c.filters);
    const Cut cut(pool, pass.n, tiles);
    const auto finish = [&](int s, int f) {
        const std::size_t channel = std::size_t(s) * std::size_t(c.filters) + std::size_t(f);
        finish_rows(plan, pass.saved + kept.z + channel * z_plane, affine[f], b.y_h(), pass.y + channel * b.y_plane(),
                    b.pool() ? pass.saved + kept.pooled + channel * b.y_plane() : nullptr);
    };
    pack_all_weights(pool, plan, pass.weight, work + at.weights);
    pool.run(cut.tasks(), [&](int task) {
        float* packed = work + at.packed + std::size_t(task) * at.packed_stride;
        clear(packed, plan.packed_x());
        for (int s = cut.first_sample(task); s < cut.last_sample(task); ++s) {
            pack_sample(plan, pass.x + std::size_t(s) * c.in_size(), packed);
            for (int t = cut.first(task, tiles); t < cut.last(task, tiles); ++t) {
                const int count = std::min(tile, c.filters - t * tile);
                const std::size_t channel = std::size_t(s) * std::size_t(c.filters) + std::size_t(t * tile);
                float* z = pass.saved + kept.z + channel * z_plane;
                convolve(tile_of(plan, packed, work + at.weights, t, 0), plan.z, count, z, z_plane);
                for (int r = 0; r < count; ++r) {
                    if (!b.norm) {
                        finish(s, t * tile + r);
                        continue;
                    }
                    const float* plane = z + std::size_t(r) * z_plane;
                    const float average = plane_sum(plane, plan.z) / static_cast<float>(c.out_plane());
                    sums[sum_place(c.filters, s, 0, t * tile + r)] = average;
                    sums[sum_place(c.filters, s, 1, t * tile + r)] = plane_squares(plane, plan.z, average);
                }
            }
        }
    });
    if (!b.norm) {
        for (int f = 0; f < c.filters; ++f) {
            mean[f] = affine[f].mean;
            deviation[f] = 1.0f;
        }
        return;
    }
    combine_statistics(plan, pass, sums, mean, deviation);
    for (int f = 0; f < c.filters; ++f) affine[f] = {mean[f], pass.gamma[f] * deviation[f], pass.beta[f]};
    pool.run(cut.tasks(), [&](int task) {
        for (int s = cut.last_sample(task) - 1; s >= cut.first_sample(task); --s)
            for (int f = cut.last(task, c.filters) - 1; f >= cut.first(task, c.filters); --f) finish(s, f);
    });
}

/// What backward knows of a channel: how it was normalised and how dz follows.
struct Channel {
    Affine affine;
    AffineGradient to_z;
};

/// How every channel was normalised; dz = g until the sums over the batch are known.
inline void start_channels(const ConvPlan& plan, const ConvBackward& pass, const SavedLayout& kept, Channel* channels) {
    const bool norm = plan.block.norm;
    const float *mean = pass.saved + kept.mean, *deviation = pass.saved + kept.deviation;
    for (int f = 0; f < plan.conv().filters; ++f)
        channels[f] = {plan.keeps_z()
                           ? Affine{mean[f], norm ? pass.gamma[f] * deviation[f] : 1.0f, norm ? pass.beta[f] : 0.0f}
                           : Affine{0.0f, 1.0f, 0.0f},
                       {1.0f, 0.0f, 0.0f}};
}

/// A channel's sums of g and of g * (z - mean).
struct GradientSums {
    double g = 0, gz = 0;
};

/// dgamma, dbeta and dbias of a channel from the sums over this process's samples.
inline void set_own_gradients(const ConvPlan& plan, const ConvBackward& pass, const SavedLayout& kept, int f,
                              const GradientSums& own) {
    const bool norm = plan.block.norm;
    if (pass.dbias) pass.dbias[f] = norm ? 0.0f : static_cast<float>(own.g);
    if (norm && pass.dgamma) pass.dgamma[f] = static_cast<float>(own.gz * pass.saved[kept.deviation + std::size_t(f)]);
    if (norm && pass.dbeta) pass.dbeta[f] = static_cast<float>(own.g);
}

/// The formula of a channel's dz from the sums over the `count` values of the whole batch (Ioffe and Szegedy, 2015,
/// section 3, with the means taken out).
inline void set_dz(const ConvPlan& plan, const ConvBackward& pass, const SavedLayout& kept, int f,
                   const GradientSums& all, double count, Channel& channel) {
    if (!plan.block.norm) return;
    const double scale = channel.affine.scale, inverse = pass.saved[kept.deviation + std::size_t(f)];
    channel.to_z = {channel.affine.scale, static_cast<float>(-scale * inverse * inverse * all.gz / count),
                    static_cast<float>(-scale * all.g / count)};
}

/// Both of all channels, from every sample's sums.
inline void combine_gradients(const ConvPlan& plan, const ConvBackward& pass, const SavedLayout& kept,
                              const float* sums, Channel* channels) {
    const int filters = plan.conv().filters;
    const BatchSums batch = of_whole_batch(plan.block.norm ? pass.group : nullptr, pass.n, filters, sums);
    const double count = static_cast<double>(plan.conv().out_plane()) * batch.n;
    for (int f = 0; f < filters; ++f) {
        const auto add_up = [&](int first, int last) {
            GradientSums sum;
            for (int s = first; s < last; ++s) {
                sum.g += batch.values[sum_place(filters, s, 0, f)];
                sum.gz += batch.values[sum_place(filters, s, 1, f)];
            }
            return sum;
        };
        const GradientSums own = add_up(batch.before, batch.before + batch.own);
        set_own_gradients(plan, pass, kept, f, own);
        set_dz(plan, pass, kept, f, batch.own < batch.n ? add_up(0, batch.n) : own, count, channels[f]);
    }
}

inline void reduce_gradients(ThreadPool& pool, const ConvPlan& plan, const ConvBackward& pass, const SavedLayout& kept,
                             float* sums, Channel* channels) {
    const BlockGeometry& b = plan.block;
    const ConvGeometry& c = plan.conv();
    start_channels(plan, pass, kept, channels);
    if (!b.norm && !b.bias) return;
    const Cut cut(pool, pass.n, c.filters);
    pool.run(cut.tasks(), [&](int task) {
        for (int s = cut.first_sample(task); s < cut.last_sample(task); ++s)
            for (int f = cut.first(task, c.filters); f < cut.last(task, c.filters); ++f) {
                const std::size_t channel = std::size_t(s) * std::size_t(c.filters) + std::size_t(f);
                const float* dy = pass.dy + channel * b.y_plane();
                const float* z = b.pool()         ? pass.saved + kept.pooled + channel * b.y_plane()
                                 : plan.keeps_z() ? pass.saved + kept.z + channel * std::size_t(plan.z.out_plane())
                                                  : dy;
                const bool whole = b.pool() || plan.z.dense() || !plan.keeps_z();
                const int rows = whole ? 1 : b.y_h(), count = whole ? b.y_h() * b.y_w() : b.y_w();
                V sum_g{}, sum_gz{};
                for (int r = 0; r < rows; ++r)
                    gradient_sums(z + r * plan.z.out_row(), dy + r * count, channels[f].affine, b.relu, count, sum_g,
                                  sum_gz);
                sums[sum_place(c.filters, s, 0, f)] = sum(sum_g);
                sums[sum_place(c.filters, s, 1, f)] = sum(sum_gz);
            }
    });
    combine_gradients(plan, pass, kept, sums, channels);
}

/// dx of one sample from its packed dz.
inline void data_gradient(const ConvPlan& plan, const float* dz, const float* weights, float* band, float* dx) {
    const ConvGeometry& c = plan.conv();
    for (int t = 0; t < tiles_of(c.channels); ++t) {
        const int count = std::min(tile, c.channels - t * tile);
        const float* of_tile = weights + std::size_t(t) * std::size_t(tile * c.filters * c.taps());
        float* dx_tile = dx + std::size_t(t * tile) * c.in_plane();
        for (int phase = 0, begin = 0; phase < c.stride * c.stride; begin = plan.data_phase_ends[phase++]) {
            const int py = phase / c.stride, px = phase % c.stride;
            const Grid grid = plan.data_grid(py, px);
            if (grid.rows == 0 || grid.columns == 0) continue;
            const int u0 = plan.first(py), v0 = plan.first(px);
            const Convolution conv{dz + u0 * plan.row + v0,
                                   std::size_t(plan.dz_plane),
                                   c.filters,
                                   plan.data_phase_ends[phase] - begin,
                                   plan.data_offsets + begin,
                                   of_tile + std::size_t(begin) * std::size_t(tile * c.filters)};
            if (plan.direct_dx()) {
                convolve(conv, grid, count, dx_tile, c.in_plane());
                continue;
            }
            const auto plane = std::size_t(grid.out_plane());
            convolve(conv, grid, count, band, plane);
            for (int r = 0; r < count; ++r)
                for (int u = 0; u < grid.rows; ++u) {
                    const float* from = band + std::size_t(r) * plane + u * grid.out_row();
                    float* to = dx_tile + std::size_t(r) * c.in_plane() + (c.stride * (u0 + u) + py - c.pad) * c.width +
                                c.stride * v0 + px - c.pad;
                    if (c.stride == 1)
                        std::memcpy(to, from, sizeof(float) * std::size_t(grid.columns));
                    else
                        for (int v = 0; v < grid.columns; ++v) to[c.stride * v] = from[v];
                }
        }
    }
}

/// dw = the slices' parts, added in order.
inline void add_slices(ThreadPool& pool, const float* parts, std::size_t stride, int slices, std::size_t count,
                       float* dw) {
    const std::size_t chunk = 4096;
    pool.run(static_cast<int>((count + chunk - 1) / chunk), [&](int task) {
        const std::size_t begin = std::size_t(task) * chunk, end = std::min(count, begin + chunk);
        for (std::size_t i = begin; i < end; i += lanes) {
            V total = load(parts + i);
            for (int s = 1; s < slices; ++s) total += load(parts + std::size_t(s) * stride + i);
            store_part(dw + i, total, static_cast<int>(std::min(end - i, std::size_t(lanes))));
        }
    });
}

inline void direct_backward(ThreadPool& pool, const ConvPlan& plan, const ConvBackward& pass) {
    const BlockGeometry& b = plan.block;
    const ConvGeometry& c = plan.conv();
    const WorkLayout at(plan, pass.n, true);
    const SavedLayout kept(plan, pass.n);
    float* work = aligned(pass.work);
    Channel* channels = reinterpret_cast<Channel*>(work + at.channel);
    reduce_gradients(pool, plan, pass, kept, work + at.sums, channels);
    if (pass.dx) pack_all_data_weights(pool, plan, pass.weight, work + at.weights);

    const std::size_t x_size = round_up(plan.packed_x()), dz_size = round_up(plan.packed_dz());
    const int group = plan.group(), slices = std::min(pass.n, max_slices);
    pool.run(slices, [&](int slice) {
        float* x = work + at.packed + std::size_t(slice) * at.packed_stride;
        float* dz = x + std::size_t(group) * x_size;
        float* dw = work + at.partial + std::size_t(slice) * at.partial_stride;
        clear(x, at.packed_stride);
        clear(dw, at.partial_stride);
        const int last = (slice + 1) * pass.n / slices;
        for (int s0 = slice * pass.n / slices; s0 < last; s0 += group) {
            const int samples = std::min(group, last - s0);
            for (int i = 0; i < samples; ++i) {
                const auto s = std::size_t(s0 + i);
                float* dz_sample = dz + std::size_t(i) * dz_size;
                pack_sample(plan, pass.x + s * c.in_size(), x + std::size_t(i) * x_size);
                for (int f = 0; f < c.filters; ++f) {
                    const std::size_t channel = s * std::size_t(c.filters) + std::size_t(f);
                    const float* dy = pass.dy + channel * b.y_plane();
                    const float* z =
                        plan.keeps_z() ? pass.saved + kept.z + channel * std::size_t(plan.z.out_plane()) : nullptr;
                    dz_plane(plan, z, dy, channels[f].affine, channels[f].to_z,
                             dz_sample + plan.dz_origin() + std::size_t(f) * std::size_t(plan.dz_plane));
                }
                if (pass.dx)
                    data_gradient(plan, dz_sample, work + at.weights,
                                  work + at.band + std::size_t(slice) * at.band_stride, pass.dx + s * c.in_size());
            }
            add_weight_gradient(plan, x, x_size, dz, dz_size, samples, dw);
        }
    });
    add_slices(pool, work + at.partial, at.partial_stride, slices, c.weights(), pass.dweight);
}

}  // namespace tn::cpu::TN_ISA
