// Forward and inference of a stem block (stem_plan.hpp): one pass from x to y.

namespace tn::cpu::TN_ISA {

/// How the values of a filter that was multiplied by the sign of its gamma are normalised.
inline Affine signed_affine(const Affine& affine, float sign) {
    return {sign * affine.mean, std::abs(affine.scale), affine.shift};
}

/// y of a strip and, with `routes`, where its values come from.
template <bool Routes> struct StemFinisher {
    const StemPass& t;
    bool with_relu;
    const Affine* affine;
    float* y;
    unsigned char* routes;
    bool streams;

    StemFinisher(const StemPass& t, int n, bool with_relu, const Affine* affine, float* y, unsigned char* routes)
        : t(t),
          with_relu(with_relu),
          affine(affine),
          y(y),
          routes(routes),
          streams(t.y_w % lanes == 0 && worth_streaming(y, std::size_t(n) * t.plan.block.y_size())) {}

    TN_INLINE void take(const Strip& strip, int f, int row, int column, const V (&z)[4]) const {
        const std::size_t at = t.place(strip.sample, f, strip.row + row, column);
        const int left = t.y_w - column;
        I where;
        V value = apply(affine[f], window_maximum(z, where));
        if (with_relu) {
            if (Routes) where = value <= V{} ? I{} + route_closed : where;
            value = relu(value);
        }
        if (streams)
            stream(y + at, value);
        else
            store_part(y + at, value, left);
        if (!Routes) return;
        if (left >= lanes) return narrow(where, routes + at);
        unsigned char bytes[lanes];
        narrow(where, bytes);
        std::memcpy(routes + at, bytes, static_cast<std::size_t>(left));
    }
};

template <bool Routes>
inline void stem_finish(ThreadPool& pool, const StemPass& t, int n, const float* x,
                        const StemFinisher<Routes>& finisher) {
    // Few samples: their rows are shared out too.
    const int strips = t.strips(t.y_h), parts = std::clamp(max_slices / n, 1, strips), slices = std::min(n, max_slices);
    pool.run(slices * parts, [&](int task, int slot) {
        const int slice = task / parts, part = task % parts;
        float* scratch = t.scratch(slot);
        for (int s = slice * n / slices; s < (slice + 1) * n / slices; ++s)
            for (int i = part * strips / parts; i < (part + 1) * strips / parts; ++i) {
                const int row = i * t.strip_rows;
                const Strip strip{s, row, std::min(t.strip_rows, t.y_h - row)};
                each_window(t, strip, t.y_w, x, scratch,
                            [&](int f, int r, int column, const V(&z)[4])
                                TN_INLINE_LAMBDA { finisher.take(strip, f, r, column, z); });
            }
        finish_streams();
    });
}

inline void stem_infer(ThreadPool& pool, const ConvPlan& conv_plan, const ConvInfer& pass) {
    const StemPass t(conv_plan, false, pass.work);
    const float* gamma = conv_plan.block.norm ? pass.gamma : nullptr;
    auto* affine = reinterpret_cast<Affine*>(t.work + t.at.channels);
    for (int f = 0; f < t.conv().filters; ++f)
        affine[f] = signed_affine(running_affine(conv_plan, pass, f), gamma_sign(gamma, f));
    window_weights(t, pass.weight, gamma);
    stem_finish(pool, t, pass.n, pass.x, StemFinisher<false>(t, pass.n, conv_plan.block.relu, affine, pass.y, nullptr));
}

/// Covariances of the values of a patch, from their moments over `count` places.
struct PatchCovariance {
    const StemPlan& plan;
    const double* moments;
    double count;

    double mean(int d) const { return moments[d] / count; }
    double operator()(int d, int e) const {
        return moments[plan.product_place(std::min(d, e), std::max(d, e))] / count - mean(d) * mean(e);
    }
    /// Of value d with a filter's z.
    double with_z(const float* weight, int d) const {
        double total = 0;
        for (int e = 0; e < plan.depth(); ++e) total += double{weight[e]} * (*this)(d, e);
        return total;
    }
    double z_mean(const float* weight) const {
        double total = 0;
        for (int d = 0; d < plan.depth(); ++d) total += double{weight[d]} * mean(d);
        return total;
    }
};

/// The moments of the patches of all samples of the batch, a slice's after the other's, in the first slice's place.
inline double* patch_moments(ThreadPool& pool, const StemPass& t, int n, const float* x, tn::ProcessGroup* group) {
    auto* moments = reinterpret_cast<double*>(t.work + t.at.moments);
    const int count = t.plan.moments(), slices = std::min(n, max_slices);
    pool.run(slices, [&](int slice, int slot) {
        double* of_slice = moments + slice * count;
        std::fill_n(of_slice, count, 0.0);
        PatchMoments sums(t, reinterpret_cast<double*>(t.scratch(slot) + t.at.rows), of_slice);
        for (int s = slice * n / slices; s < (slice + 1) * n / slices; ++s)
            sums.add(x + std::size_t(s) * t.conv().in_size());
    });
    for (int slice = 1; slice < slices; ++slice)
        for (int i = 0; i < count; ++i) moments[i] += moments[slice * count + i];
    sum_over(group, {moments, static_cast<std::size_t>(count)});
    return moments;
}

inline void stem_forward(ThreadPool& pool, const ConvPlan& conv_plan, const ConvForward& pass) {
    const StemPass t(conv_plan, false, pass.work);
    const SavedLayout kept(conv_plan, pass.n);
    const bool norm = conv_plan.block.norm;
    const int filters = t.conv().filters, depth = t.plan.depth();
    const float* gamma = norm ? pass.gamma : nullptr;
    float *mean = pass.saved + kept.mean, *deviation = pass.saved + kept.deviation;
    if (norm) {
        const double* moments = patch_moments(pool, t, pass.n, pass.x, pass.group);
        std::memcpy(pass.saved + kept.moments, moments, sizeof(double) * std::size_t(t.plan.moments()));
        const PatchCovariance covariance{t.plan, moments,
                                         static_cast<double>(t.conv().out_plane()) * whole_batch(pass.group, pass.n)};
        for (int f = 0; f < filters; ++f) {
            const float* weight = pass.weight + f * depth;
            double variance = 0;
            for (int d = 0; d < depth; ++d) variance += double{weight[d]} * covariance.with_z(weight, d);
            if (variance < 0) variance = 0;
            set_statistics(pass, f, covariance.count, covariance.z_mean(weight), variance * covariance.count, mean,
                           deviation);
        }
    } else {
        for (int f = 0; f < filters; ++f) mean[f] = pass.bias ? -pass.bias[f] : 0.0f;
        std::fill_n(deviation, filters, 1.0f);
    }
    auto* affine = reinterpret_cast<Affine*>(t.work + t.at.channels);
    for (int f = 0; f < filters; ++f)
        affine[f] = signed_affine({mean[f], norm ? gamma[f] * deviation[f] : 1.0f, norm ? pass.beta[f] : 0.0f},
                                  gamma_sign(gamma, f));
    window_weights(t, pass.weight, gamma);
    auto* routes = reinterpret_cast<unsigned char*>(pass.saved + kept.routes);
    stem_finish(pool, t, pass.n, pass.x, StemFinisher<true>(t, pass.n, conv_plan.block.relu, affine, pass.y, routes));
}

}  // namespace tn::cpu::TN_ISA
