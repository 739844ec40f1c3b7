// Backward of a stem block (stem_plan.hpp): one pass over dy for the gradients of the weights.
//
// Let g be dy where a value of z was let through, else zero, and p the patch behind a place. z = w . p, so with the
// sums over all places of g and of g p, sum g z = w . sum g p; and dz = a g + b (z - mean) + c gives dw = a sum g p + b
// sum (z - mean) p + c sum p, where sum (z - mean) p = count * Cov(p) w is known from the moments.

namespace tn::cpu::TN_ISA {

/// Where g of a vector of windows goes: its values, and which column and row of the window.
struct Routed {
    V g;
    I right, below;

    Routed(const float* dy, const unsigned char* routes, int left) {
        I where;
        if (left >= lanes) {
            where = widen(routes);
        } else {
            unsigned char bytes[lanes]{};
            std::memcpy(bytes, routes, static_cast<std::size_t>(left));
            where = widen(bytes);
        }
        const V from = load_part(dy, left);
        g = where == route_closed ? V{} : from;
        right = where & 1;
        below = where & 2;
    }
};

/// Adds the sums of a strip to `sums` [filters][channels * 9 + 1]: of g times each value of the patch, and of g.
inline void add_routed_sums(const StemPass& t, const Strip& strip, const float* dy, const unsigned char* routes,
                            const float* planes, double* sums) {
    const int width = t.y_w, line = t.line, channels = t.conv().channels;
    for (int f = 0; f < t.filters; ++f, sums += StemWork::sums_of_filter(t.plan)) {
        const std::size_t at = t.place(strip.sample, f, strip.row, 0);
        for (int channel = 0; channel < channels; ++channel) {
            V tap[kernel_taps], total{};
            TN_UNROLL for (int k = 0; k < kernel_taps; ++k) tap[k] = V{};
            for (int row = 0; row < strip.rows; ++row)
                for (int j = 0; j < width; j += lanes) {
                    const std::size_t place = at + std::size_t(row * width + j);
                    const Routed r(dy + place, routes + place, width - j);
                    const float* x = planes + t.plane(channel, 2 * row, 0) + j;
                    V before[3];
                    total += r.g;
                    TN_UNROLL for (int y = 0; y < patch_side; ++y, x += patch_side * line) {
                        V at_column[3];
                        TN_UNROLL for (int k = 0; k < 3; ++k) {
                            at_column[k] = r.right != 0 ? load(x + (k + 1) * line) : load(x + k * line);
                            if (y > 0) tap[3 * y - 3 + k] += r.g * (r.below != 0 ? at_column[k] : before[k]);
                            before[k] = at_column[k];
                        }
                    }
                }
            const V four[3][4] = {{tap[0], tap[1], tap[2], tap[3]}, {tap[4], tap[5], tap[6], tap[7]}, {tap[8], total}};
            TN_UNROLL for (int i = 0; i < 3; ++i) {
                const V of_four = cpu::TN_ISA::sums(four[i]);
                for (int k = 0; k < 4 && 4 * i + k < kernel_taps + (channel + 1 == channels ? 1 : 0); ++k)
                    sums[channel * kernel_taps + 4 * i + k] += double{of_four[k]};
            }
        }
    }
}

/// dz of a strip of one sample in the packed planes that the direct input gradient reads.
inline void stem_dz(const StemPass& t, const ConvPlan& plan, const Strip& strip, const ConvBackward& pass,
                    const unsigned char* routes, const Channel* channels, float* scratch) {
    const ConvGeometry& c = plan.conv();
    each_window(t, strip, t.plan.windows_w(), pass.x, scratch, [&](int f, int r, int j, const V(&z)[4]) {
        const int y = strip.row + r;
        const std::size_t place = t.place(strip.sample, f, y, j);
        const int pooled = y < t.y_h ? std::max(0, t.y_w - j) : 0;
        const Routed routed(pass.dy + (pooled ? place : 0), routes + (pooled ? place : 0), pooled);
        V dz[4];
        TN_UNROLL for (int k = 0; k < 4; ++k) {
            const auto here = ((routed.right != 0) == (k % 2 != 0 ? I{} - 1 : I{})) &
                              ((routed.below != 0) == (k / 2 != 0 ? I{} - 1 : I{}));
            dz[k] = gradient(channels[f].affine, channels[f].to_z, z[k], here ? routed.g : V{});
        }
        float* to = scratch + t.at.dz + plan.dz_origin() + std::size_t(f) * std::size_t(plan.dz_plane) +
                    2 * y * plan.row + 2 * j;
        const int left = c.out_w() - 2 * j;
        for (int row = 0; row < std::min(2, c.out_h() - 2 * y); ++row, to += plan.row) {
            store_part(to, zip_low(dz[2 * row], dz[2 * row + 1]), left);
            if (left > lanes) store_part(to + lanes, zip_high(dz[2 * row], dz[2 * row + 1]), left - lanes);
        }
    });
}

/// dx of all samples.
inline void stem_data_gradient(ThreadPool& pool, const StemPass& t, const ConvPlan& plan, const ConvBackward& pass,
                               const unsigned char* routes, Channel* channels) {
    const ConvGeometry& c = plan.conv();
    const float* gamma = plan.block.norm ? pass.gamma : nullptr;
    window_weights(t, pass.weight, gamma);
    for (int f = 0; f < c.filters; ++f) {  // for values of z with the sign of gamma
        channels[f].affine.mean *= gamma_sign(gamma, f);
        channels[f].to_z.at_z *= gamma_sign(gamma, f);
    }
    pack_all_data_weights(pool, plan, pass.weight, t.work + t.at.data_weights);
    const int slices = std::min(pass.n, max_slices);
    pool.run(slices, [&](int slice, int slot) {
        float* scratch = t.scratch(slot);
        clear(scratch + t.at.dz, plan.packed_dz());
        for (int s = slice * pass.n / slices; s < (slice + 1) * pass.n / slices; ++s) {
            each_strip(t, t.plan.windows_h(), s, s + 1,
                       [&](const Strip& strip) { stem_dz(t, plan, strip, pass, routes, channels, scratch); });
            data_gradient(plan, scratch + t.at.dz, t.work + t.at.data_weights, scratch + t.at.band,
                          pass.dx + std::size_t(s) * c.in_size());
        }
    });
}

inline void stem_backward(ThreadPool& pool, const ConvPlan& plan, const ConvBackward& pass) {
    const StemPass t(plan, true, pass.work);
    const SavedLayout kept(plan, pass.n);
    const BlockGeometry& b = plan.block;
    const int filters = t.filters, depth = t.plan.depth(), sums_of_filter = StemWork::sums_of_filter(t.plan);
    const auto* routes = reinterpret_cast<const unsigned char*>(pass.saved + kept.routes);
    auto* channels = reinterpret_cast<Channel*>(t.work + t.at.channels);
    start_channels(plan, pass, kept, channels);

    auto* gradients = reinterpret_cast<double*>(t.work + t.at.gradients);
    const std::size_t size = std::size_t(filters) * std::size_t(sums_of_filter);
    const int slices = std::min(pass.n, max_slices);
    pool.run(slices, [&](int slice, int slot) {
        float* scratch = t.scratch(slot);
        double* sums = gradients + std::size_t(slice) * size;
        std::fill_n(sums, size, 0.0);
        each_strip(t, t.y_h, slice * pass.n / slices, (slice + 1) * pass.n / slices, [&](const Strip& strip) {
            part_rows(t, strip, pass.x + std::size_t(strip.sample) * t.conv().in_size(), scratch);
            add_routed_sums(t, strip, pass.dy, routes, scratch + t.at.planes, sums);
        });
    });
    for (int slice = 1; slice < slices; ++slice)
        for (std::size_t i = 0; i < size; ++i) gradients[i] += gradients[std::size_t(slice) * size + i];

    double moments[max_moments]{};
    if (b.norm) std::memcpy(moments, pass.saved + kept.moments, sizeof(double) * std::size_t(t.plan.moments()));
    const PatchCovariance covariance{t.plan, moments,
                                     static_cast<double>(t.conv().out_plane()) * whole_batch(pass.group, pass.n)};
    // dw is linear in the sums of g and of g p: where several processes share the batch, each has its own part.
    auto* own = reinterpret_cast<GradientSums*>(t.work + t.at.channel_sums);
    for (int f = 0; f < filters; ++f) {
        const double *sum_gp = gradients + f * sums_of_filter, sum_g = sum_gp[depth];
        const float* weight = pass.weight + f * depth;
        double sum_gz = 0;
        if (b.norm) {
            for (int d = 0; d < depth; ++d) sum_gz += double{weight[d]} * sum_gp[d];
            sum_gz -= covariance.z_mean(weight) * sum_g;
        }
        own[f] = {sum_g, sum_gz};
        set_own_gradients(plan, pass, kept, f, own[f]);
        const double at_g = channels[f].affine.scale, inverse = pass.saved[kept.deviation + std::size_t(f)];
        for (int d = 0; d < depth; ++d) {
            double dw = sum_gp[d];
            if (b.norm)
                dw = at_g *
                     (dw - sum_g * covariance.mean(d) - inverse * inverse * sum_gz * covariance.with_z(weight, d));
            pass.dweight[f * depth + d] = static_cast<float>(dw);
        }
    }
    if (!pass.dx) return;
    if (b.norm) sum_over(pass.group, {&own[0].g, 2 * static_cast<std::size_t>(filters)});
    for (int f = 0; f < filters; ++f) set_dz(plan, pass, kept, f, own[f], covariance.count, channels[f]);
    stem_data_gradient(pool, t, plan, pass, routes, channels);
}

}  // namespace tn::cpu::TN_ISA
