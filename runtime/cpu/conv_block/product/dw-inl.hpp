// dw by the product method: vectors over columns, register tiles of filters x rows of the depth.
#if defined(TN_CPU_CONV_BLOCK_PRODUCT_DW_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_CONV_BLOCK_PRODUCT_DW_INL
#undef TN_CPU_CONV_BLOCK_PRODUCT_DW_INL
#else
#define TN_CPU_CONV_BLOCK_PRODUCT_DW_INL
#endif

#include <algorithm>

#include "dsl/core/index.hpp"
#include "runtime/core/isa_target.hpp"
#include "runtime/cpu/conv_block/direct/dw-inl.hpp"
#include "runtime/cpu/conv_block/product/columns-inl.hpp"
#include "runtime/cpu/conv_block/product/plan.hpp"
#include "runtime/cpu/simd/vector-inl.hpp"

namespace tn::cpu::TN_ISA {

/// dw [filters][dw_row] += the products of dz [filters][width], `dz_row` floats apart, and columns [depth][width], both
/// summed over `width` floats, whole vectors.
inline void add_column_products(const float* dz, Index dz_row, int filters, const float* columns, int depth, int width,
                                float* dw, Index dw_row) {
    for (int f0 = 0; f0 < filters; f0 += dw_filters) {
        // Beyond the last filter or row the last one is computed again and not used.
        const float* from_dz[dw_filters];
        for (int f = 0; f < dw_filters; ++f) from_dz[f] = dz + std::min(f0 + f, filters - 1) * dz_row;
        for (int k0 = 0; k0 < depth; k0 += dw_taps) {
            const float* from[dw_taps];
            for (int k = 0; k < dw_taps; ++k) from[k] = columns + Index{std::min(k0 + k, depth - 1)} * width;
            V acc[dw_filters][dw_taps];
            TN_UNROLL for (int f = 0; f < dw_filters; ++f) TN_UNROLL for (int k = 0; k < dw_taps; ++k) acc[f][k] = V{};
            add_products(from_dz, from, 1, width / lanes, 0, acc);
            float total[dw_taps][lanes];
            TN_UNROLL for (int k = 0; k < dw_taps; ++k) {
                V of_row[dw_filters];
                TN_UNROLL for (int f = 0; f < dw_filters; ++f) of_row[f] = acc[f][k];
                store(total[k], horizontal_sums(of_row));
            }
            const int last_f = std::min(dw_filters, filters - f0), last_k = std::min(dw_taps, depth - k0);
            for (int f = 0; f < last_f; ++f)
                for (int k = 0; k < last_k; ++k) dw[(f0 + f) * dw_row + k0 + k] += total[k][f];
        }
    }
}

/// The dz that dw is summed from: of sample s and filter f at dz + s sample_stride + f channel_stride.
struct GradientOfZ {
    const float* dz;
    Index channel_stride, sample_stride;
};

/// dw [filters][dw_row], of `depth` rows from `first_depth` on, += the sum over the groups first .. last - 1 of the
/// batch's columns. `room` has room for filters x dw_columns floats, `gathered` for dw_depth x dw_columns.
inline void add_dw_of_rows(const ColumnSource& source, const ColumnGroups& groups, Range own, const GradientOfZ& of_z,
                           int filters, int first_depth, int depth, float* gathered, float* room, float* dw,
                           Index dw_row) {
    for (int group = own.first; group < own.last; ++group) {
        const int begin = groups.begin(group), per_sample = groups.end(group) - begin;
        const int columns = groups.samples_of(group) * per_sample;
        const int width = round_up(columns, lanes), row = width + max_lanes;  // no multiple of a cache's way
        for (int f = 0; f < filters; ++f) {
            float* to = room + Index{f} * row;
            for (int i = 0; i < groups.samples_of(group); ++i)
                copy_apart(
                    of_z.dz + f * of_z.channel_stride + (groups.first_sample(group) + i) * of_z.sample_stride + begin,
                    1, per_sample, to + i * per_sample);
            for (int i = columns; i < width; ++i) to[i] = 0;
        }
        gather(source, groups, group, 0, columns, first_depth, depth, width, gathered);
        add_column_products(room, row, filters, gathered, depth, width, dw, dw_row);
    }
}

}  // namespace tn::cpu::TN_ISA
#endif
