// What the stem passes share: their sizes, and strips of x with its columns divided (plan.hpp).
#if defined(TN_CPU_CONV_BLOCK_STEM_WORKSPACE_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_CONV_BLOCK_STEM_WORKSPACE_INL
#undef TN_CPU_CONV_BLOCK_STEM_WORKSPACE_INL
#else
#define TN_CPU_CONV_BLOCK_STEM_WORKSPACE_INL
#endif

#include <algorithm>
#include <cstring>

#include "dsl/core/index.hpp"
#include "runtime/core/isa_target.hpp"
#include "runtime/cpu/conv_block/layout.hpp"
#include "runtime/cpu/conv_block/plan.hpp"
#include "runtime/cpu/conv_block/split.hpp"
#include "runtime/cpu/conv_block/stem/layout.hpp"
#include "runtime/cpu/conv_block/stem/plan.hpp"
#include "runtime/cpu/simd/vector-inl.hpp"

namespace tn::cpu::TN_ISA {

/// The sizes of one pass, those that inner loops read worked out in advance, and where it keeps what it computes.
struct StemWorkspace {
    StemPlan plan;
    StemWork at;
    float* work;
    int filters, strip_rows, x_rows, line, y_h, y_w;
    Index y_plane;

    StemWorkspace(const ConvPlan& conv_plan, int n, bool backward, float* unaligned)
        : plan(conv_plan.block()),
          at(plan, conv_plan.direct, n, backward),
          work(aligned(unaligned)),
          filters(plan.conv().filters),
          strip_rows(plan.strip_rows(backward)),
          x_rows(plan.x_rows(backward)),
          line(plan.line()),
          y_h(plan.block.y_h()),
          y_w(plan.block.y_w()),
          y_plane(plan.block.y_plane()) {}

    const ConvGeometry& conv() const { return plan.conv(); }
    float* scratch(int thread) const { return work + at.scratch + thread * at.scratch_stride; }
    float* weights() const { return work + at.weights; }
    int strips(int rows) const { return (rows + strip_rows - 1) / strip_rows; }
    /// Plane `q` of row `row` of a strip's rows of x.
    Index plane(int channel, int row, int q) const { return ((channel * x_rows + row) * patch_side + q) * line; }
    /// A value of y.
    Index y_at(int sample, int f, int row, int column) const {
        return (Index{sample} * filters + f) * y_plane + row * y_w + column;
    }
};

/// Rows of windows of one sample that are computed together.
struct Strip {
    int sample, row, rows;
};

/// Calls f(strip) for the strips `which` of the first `rows` rows of windows of a sample.
template <class F> void each_strip(const StemWorkspace& ws, int rows, int sample, Range which, const F& f) {
    for (int i = which.first; i < which.last; ++i) {
        const int row = i * ws.strip_rows;
        f(Strip{sample, row, std::min(ws.strip_rows, rows - row)});
    }
}

/// Calls f(strip) for the first `rows` rows of windows of the samples.
template <class F> void each_strip(const StemWorkspace& ws, int rows, Range samples, const F& f) {
    for (int s = samples.first; s < samples.last; ++s) each_strip(ws, rows, s, Range{0, ws.strips(rows)}, f);
}

/// What a strip's windows read of its sample of x, with zeros around the image, divided into the planes of each row.
inline void divide_columns(const StemWorkspace& ws, const Strip& strip, const float* x, float* scratch) {
    const ConvGeometry& c = ws.conv();
    float *column = scratch + ws.at.column, *planes = scratch + ws.at.planes;
    const int line = ws.line, room = 2 * line + 4 * lanes;
    x += strip.sample * c.in_size();
    clear(column, room);
    for (int channel = 0; channel < c.channels; ++channel)
        for (int row = 0; row < 2 * strip.rows + 2; ++row) {
            float* to = planes + ws.plane(channel, row, 0);
            const int y = 2 * strip.row + row - c.pad;
            if (y < 0 || y >= c.height) {
                clear(to, patch_side * line);
                continue;
            }
            std::memcpy(column + c.pad, x + channel * c.in_plane() + y * c.width,
                        sizeof(float) * std::min(c.width, room - c.pad));
            for (int j = 0; j < line; j += lanes)
                for (int q = 0; q < patch_side; q += 2) {
                    const V a = load(column + 2 * j + q), b = load(column + 2 * j + q + lanes);
                    store(to + q * line + j, even(a, b));
                    store(to + (q + 1) * line + j, odd(a, b));
                }
        }
}

}  // namespace tn::cpu::TN_ISA
#endif
