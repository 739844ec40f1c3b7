// The moments of an image's 3 x 3 patches: the sums over all patches of each value and of the products of two.
//
// The product of two values depends, away from the borders, on the distance between them alone, so there are 13 sums of
// an image with itself instead of 45. The last rows and columns, which some values of a patch do not reach, are
// summed separately. Products of floats are exact in double, so a mean that is large beside sigma does no harm.
#if defined(TN_CPU_CONV_BLOCK_STEM_PATCH_MOMENTS_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_CONV_BLOCK_STEM_PATCH_MOMENTS_INL
#undef TN_CPU_CONV_BLOCK_STEM_PATCH_MOMENTS_INL
#else
#define TN_CPU_CONV_BLOCK_STEM_PATCH_MOMENTS_INL
#endif

#include <algorithm>

#include "dsl/core/index.hpp"
#include "runtime/core/isa_target.hpp"
#include "runtime/cpu/conv_block/stem/layout.hpp"
#include "runtime/cpu/conv_block/stem/plan.hpp"
#include "runtime/cpu/simd/double_vector-inl.hpp"

namespace tn::cpu::TN_ISA {

/// Adds the moments of images to `moments` (StemPlan::moments).
class PatchMoments {
public:
    /// `rows` has room for three rows of doubles per channel, with margins.
    PatchMoments(const StemPlan& plan, double* rows, double* moments)
        : plan_(plan), row_(StemWork::row_doubles(plan)), rows_(rows), moments_(moments) {
        const ConvGeometry& c = plan_.conv();
        first_ = std::clamp(2 - c.pad, 0, c.width);
        last_ = std::max(first_, std::min(c.width, c.width + c.pad - 2));
        edges_ = 0;
        for (int x = 0; x < c.width; ++x)
            if (x < first_ || x >= last_) edge_[edges_++] = x;
        std::fill_n(rows_, 3 * Index{c.channels} * row_, 0.0);  // the margins stay so
    }

    void add(const float* x) {
        const ConvGeometry& c = plan_.conv();
        for (int y = 0; y < 2; ++y) read_row(x, y);
        start();
        for (int y = 0, reached = reach(0, c.out_h()); y < c.height; ++y) {
            const int now = reach(y, c.out_h());
            if (now != reached) {
                finish(reached);
                start();
                reached = now;
            }
            read_row(x, y + 2);
            add_row(y);
            if (y + 1 == c.height) finish(reached);
        }
    }

private:
    /// Which of the three rows or columns of patches reach row or column `i` of the image: a bit for each. There are
    /// `places` patches along the axis.
    int reach(int i, int places) const {
        int bits = 0;
        for (int k = 0; k < 3; ++k) {
            const int place = i - k + plan_.conv().pad;
            if (place >= 0 && place < places) bits |= 1 << k;
        }
        return bits;
    }

    static constexpr int shifts = 5, pairs = stem_channels * stem_channels * 3 * shifts;
    static int pair(int a, int b, int dy) { return ((a * stem_channels + b) * 3 + dy) * shifts; }

    /// The columns from first_ on begin with a cache line.
    double* row(int channel, int y) const { return rows_ + (channel * 3 + y % 3) * row_ + (max_lanes - first_); }

    void read_row(const float* x, int y) {
        const ConvGeometry& c = plan_.conv();
        for (int channel = 0; channel < c.channels; ++channel) {
            double* to = row(channel, y);
            if (y >= c.height) {
                std::fill_n(to, c.width, 0.0);
                continue;
            }
            const float* from = x + channel * c.in_plane() + y * c.width;
            for (int i = 0; i < c.width; ++i) to[i] = static_cast<double>(from[i]);
        }
    }

    void start() {
        std::fill_n(&inner_[0], pairs, D{});
        std::fill_n(&inner_sum_[0], stem_channels, D{});
        std::fill_n(&at_edge_[0][0], 4 * pairs, 0.0);
        std::fill_n(&edge_sum_[0][0], 4 * stem_channels, 0.0);
    }

    /// Adds the sums over the inner columns of a[x] * b[x + shift] to sum[shift + 2], shift -2 .. 2.
    void correlate(const double* a, const double* b, D* sum) const {
        D total[shifts];
        TN_UNROLL for (int k = 0; k < shifts; ++k) total[k] = sum[k];
        D before = load(b + first_ - double_lanes), here = load(b + first_);
        int x = first_;
        const auto add = [&](D from) TN_INLINE_LAMBDA {
            const D next = load(b + x + double_lanes);
            total[0] += from * shifted<double_lanes - 2>(before, here);
            total[1] += from * shifted<double_lanes - 1>(before, here);
            total[2] += from * here;
            total[3] += from * shifted<1>(here, next);
            total[4] += from * shifted<2>(here, next);
            before = here;
            here = next;
        };
        for (; x + double_lanes <= last_; x += double_lanes) add(load(a + x));
        if (x < last_) add(first_lanes(load(a + x), last_ - x));
        TN_UNROLL for (int k = 0; k < shifts; ++k) sum[k] = total[k];
    }

    void add_row(int y) {
        const int channels = plan_.conv().channels;
        for (int a = 0; a < channels; ++a) {
            const double* from = row(a, y);
            int x = first_;
            for (; x + double_lanes <= last_; x += double_lanes) inner_sum_[a] += load(from + x);
            for (; x < last_; ++x) inner_sum_[a][0] += from[x];
            for (int e = 0; e < edges_; ++e) edge_sum_[e][a] += from[edge_[e]];
            for (int dy = 0; dy < 3; ++dy)
                for (int b = dy == 0 ? a : 0; b < channels; ++b) {
                    const double* to = row(b, y + dy);
                    correlate(from, to, inner_ + pair(a, b, dy));
                    for (int e = 0; e < edges_; ++e)
                        for (int k = 0; k < shifts; ++k)
                            at_edge_[e][pair(a, b, dy) + k] += from[edge_[e]] * to[edge_[e] + k - 2];
                }
        }
    }

    /// Adds the sums since start() to the moments of the values that reach those rows.
    void finish(int reached) {
        const int channels = plan_.conv().channels;
        int reached_edge[4]{};
        for (int e = 0; e < edges_; ++e) reached_edge[e] = reach(edge_[e], plan_.conv().out_w());
        const auto each_tap = [&](const auto& f) {
            for (int ky = 0; ky < 3; ++ky)
                for (int kx = 0; kx < 3 && (reached >> ky & 1); ++kx) f(ky, kx);
        };
        const auto at_edges = [&](int kx, const auto& of_edge) {
            double total = 0;
            for (int e = 0; e < edges_; ++e)
                if (reached_edge[e] >> kx & 1) total += of_edge(e);
            return total;
        };
        for (int a = 0; a < channels; ++a) {
            const double inner = lane_sum(inner_sum_[a]);
            each_tap([&](int ky, int kx) {
                moments_[a * kernel_taps + 3 * ky + kx] += inner + at_edges(kx, [&](int e) { return edge_sum_[e][a]; });
            });
            for (int dy = 0; dy < 3; ++dy)
                for (int b = dy == 0 ? a : 0; b < channels; ++b)
                    for (int k = dy == 0 && a == b ? 2 : 0; k < shifts; ++k) {
                        const double both = lane_sum(inner_[pair(a, b, dy) + k]);
                        each_tap([&](int ky, int kx) {
                            const int other = kx + k - 2;
                            if (ky + dy > 2 || other < 0 || other > 2) return;
                            const int d = a * kernel_taps + 3 * ky + kx, e = b * kernel_taps + 3 * (ky + dy) + other;
                            moments_[plan_.product_at(std::min(d, e), std::max(d, e))] +=
                                both + at_edges(kx, [&](int i) { return at_edge_[i][pair(a, b, dy) + k]; });
                        });
                    }
        }
    }

    const StemPlan& plan_;
    Index row_;
    double *rows_, *moments_;
    int first_, last_;  // the inner columns: all values of a patch reach them
    int edge_[4], edges_;
    D inner_[pairs], inner_sum_[stem_channels];
    double at_edge_[4][pairs], edge_sum_[4][stem_channels];
};

}  // namespace tn::cpu::TN_ISA
#endif
