// Attention: Vaswani and others, "Attention is all you need", 2017.
#pragma once

#include "dsl/core/elementary.hpp"
#include "dsl/core/index.hpp"
#include "dsl/core/layer.hpp"
#include "dsl/core/operation.hpp"
#include "dsl/core/options.hpp"
#include "dsl/core/products.hpp"
#include "dsl/init/initialisers.hpp"

namespace tn {

/// Attention<Heads>, with NoBias, Init<...>: every position of an Image<D, H, W>, or of a Signal<D, N>, looks at all
/// positions of the same sample. With q, k and v = in_proj_weight x + in_proj_bias, each of them cut into Heads parts
/// of d = D / Heads channels: y = out_proj.weight softmax(q' k / sqrt(d)) v + out_proj.bias. The shape stays. PyTorch's
/// MultiheadAttention(D, Heads) with query = key = value, and its parameters: in_proj_weight [3 D][D], in_proj_bias
/// [3 D], out_proj.weight [D][D], out_proj.bias [D]. Training keeps Heads N N probabilities a sample.
template <int Heads, class... Options> struct Attention {
    static constexpr bool has_bias =
        std::is_void_v<typename options::find<options::is_no_bias, void, Options...>::type>;
    static constexpr Axis axis = Axis::samples;
    static constexpr Operation operation{.kind = Operation::attention, .bias = has_bias, .heads = Heads};

    static constexpr Text name() {
        Text t;
        t << "Attention<" << Heads;
        if (!has_bias) t << ", NoBias";
        return t << ">";
    }
    static constexpr ShapeResult output(Shape in) {
        if (const auto known = options::known<options::is_no_bias, options::is_init>::template check<Options...>();
            !known.ok())
            return known;
        if (Heads < 1) return layer_must(Must::have_at_least_1_head, Heads);
        if (in.is_vector) return input_must(Must::be_an_image);
        if (!in.divides_into(Heads)) return input_must(Must::have_channels_that_can_be_divided_by, Heads);
        return in;
    }
    static constexpr Parameters parameters(Shape in) {
        const int d = in.channels;
        InitRule init{InitRule::xavier, 0};
        using Named = typename options::find<options::is_init, void, Options...>::type;
        if constexpr (!std::is_void_v<Named>) init = init_rule<Named>();
        Parameters p;
        p.add({"in_proj_weight", {3 * d, d}, 2, init, true, d, 3 * d});
        if (has_bias) p.add({"in_proj_bias", {3 * d}, 1, {InitRule::constant, 0}});
        p.add({"out_proj.weight", {d, d}, 2, init, true, d, d});
        if (has_bias) p.add({"out_proj.bias", {d}, 1, {InitRule::constant, 0}});
        return p;
    }

    /// Of each sample: q, k and v [3 D][N], the probabilities [Heads][N][N] and what the heads give [D][N].
    static constexpr std::size_t saved(Shape in, int batch) {
        const Index n = in.plane();
        return batch * (4 * in.size() + Heads * n * n);
    }
    /// Backward, of each sample: the gradients of q, k and v, of what the heads give, and of a row of probabilities.
    static constexpr std::size_t work(Shape in, int batch) { return batch * (4 * in.size() + in.plane()); }

    template <class T> static constexpr void forward(const Pass<T>& p) {
        for (int sample = p.begin; sample < p.end; ++sample) {
            const Sample<T> s(p, sample);
            s.in_projection().forward(p.x + s.first, s.qkv);
            for (int head = 0; head < Heads; ++head)
                for (Index i = 0; i < s.n; ++i) attend(s, head, i);
            s.out_projection().forward(s.context, p.y + s.first);
        }
    }

    template <class T> static constexpr void backward(const Pass<T>& p) {
        for (int sample = p.begin; sample < p.end; ++sample) {
            const Sample<T> s(p, sample);
            s.out_projection().backward(p.dy + s.first, s.dcontext);
            detail::fill(s.dqkv, T(0), 3 * s.size);
            for (int head = 0; head < Heads; ++head)
                for (Index i = 0; i < s.n; ++i) attend_backward(s, head, i);
            if (p.dx) s.in_projection().backward(s.dqkv, p.dx + s.first);
        }
    }

    static constexpr int gradient_parts(Shape in) { return 4 * in.channels; }

    /// Rows of in_proj, then of out_proj.
    template <class T> static constexpr void gradients(const Pass<T>& p) {
        const Sample<T> s(p, 0);
        for (int part = p.begin; part < p.end; ++part) {
            const int d = p.in.channels, row = part % (3 * d);
            const bool first = part < 3 * d;
            const T* dy = first ? s.dqkv + row * s.n : p.dy + row * s.n;
            const Index next_dy = first ? s.next_work : s.size, next_x = first ? s.size : s.next_saved;
            const detail::ProjectionRow<T> r{dy, first ? p.x : s.context, next_dy, next_x, s.n};
            T* weight = first ? p.gradient[0] : p.gradient[out_weight];
            T* bias = first ? p.gradient[1] : p.gradient[out_weight + 1];
            r.gradients(p.n, d, weight + Index{row} * d, has_bias ? bias + row : nullptr);
        }
    }

private:
    static constexpr std::size_t out_weight = has_bias ? 2 : 1;

    /// Where the numbers of one sample lie.
    template <class T> struct Sample {
        Index d, n, size, first, next_saved, next_work;
        const T *in_weight, *in_bias, *out_weight_, *out_bias;
        T *qkv, *probability, *context, *dqkv, *dcontext, *drow, scale;

        constexpr Sample(const Pass<T>& p, int sample)
            : d(p.in.channels),
              n(p.in.plane()),
              size(d * n),
              first(sample * size),
              next_saved(4 * size + Heads * n * n),
              next_work(4 * size + n),
              in_weight(p.parameter[0]),
              in_bias(has_bias ? p.parameter[1] : nullptr),
              out_weight_(p.parameter[out_weight]),
              out_bias(has_bias ? p.parameter[out_weight + 1] : nullptr),
              qkv(p.saved + sample * next_saved),
              probability(qkv + 3 * size),
              context(probability + Heads * n * n),
              dqkv(p.work + sample * next_work),
              dcontext(dqkv + 3 * size),
              drow(dcontext + size),
              scale(1 / elementary::sqrt(static_cast<T>(d / Heads))) {}

        constexpr detail::Projection<T> in_projection() const { return {in_weight, in_bias, 3 * d, d, n}; }
        constexpr detail::Projection<T> out_projection() const { return {out_weight_, out_bias, d, d, n}; }
        /// The first channel of a head.
        constexpr Index at(int head) const { return head * (d / Heads) * n; }
        constexpr T* row(int head, Index i) const { return probability + (head * n + i) * n; }
    };

    /// The probabilities with which position i looks at the others, and what it sees.
    template <class T> static constexpr void attend(const Sample<T>& s, int head, Index i) {
        const T *q = s.qkv + s.at(head), *k = q + s.size, *v = k + s.size;
        T *row = s.row(head, i), *context = s.context + s.at(head), most = 0, sum = 0;
        detail::fill(row, T(0), s.n);
        for (Index c = 0; c < s.d / Heads; ++c) detail::add_scaled(row, q[c * s.n + i] * s.scale, k + c * s.n, s.n);
        most = row[0];
        for (Index j = 1; j < s.n; ++j) most = elementary::select(row[j] > most, row[j], most);
        for (Index j = 0; j < s.n; ++j) row[j] = elementary::exp(row[j] - most);
        sum = detail::total(row, s.n);
        for (Index j = 0; j < s.n; ++j) row[j] /= sum;
        for (Index c = 0; c < s.d / Heads; ++c) context[c * s.n + i] = detail::dot<T>(row, v + c * s.n, s.n);
    }

    /// With g the gradient of what position i sees and a its probabilities: dv += g a, da = g v,
    /// ds = a (da - sum a da) / sqrt(d), dq = ds k, dk += ds q.
    template <class T> static constexpr void attend_backward(const Sample<T>& s, int head, Index i) {
        const T *q = s.qkv + s.at(head), *k = q + s.size, *v = k + s.size, *g = s.dcontext + s.at(head);
        const T* a = s.row(head, i);
        T *dq = s.dqkv + s.at(head), *dk = dq + s.size, *dv = dk + s.size;
        detail::fill(s.drow, T(0), s.n);
        for (Index c = 0; c < s.d / Heads; ++c) {
            detail::add_scaled(dv + c * s.n, g[c * s.n + i], a, s.n);
            detail::add_scaled(s.drow, g[c * s.n + i], v + c * s.n, s.n);
        }
        const T sum = detail::dot<T>(a, s.drow, s.n);
        for (Index j = 0; j < s.n; ++j) s.drow[j] = a[j] * (s.drow[j] - sum) * s.scale;
        for (Index c = 0; c < s.d / Heads; ++c) {
            dq[c * s.n + i] = detail::dot<T>(s.drow, k + c * s.n, s.n);
            detail::add_scaled<T>(dk + c * s.n, q[c * s.n + i], s.drow, s.n);
        }
    }
};

}  // namespace tn
