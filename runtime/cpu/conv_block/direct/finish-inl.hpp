// From z to y: the statistics of z, and in one pass over it normalisation, ReLU and max pooling.
#if defined(TN_CPU_CONV_BLOCK_DIRECT_FINISH_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_CONV_BLOCK_DIRECT_FINISH_INL
#undef TN_CPU_CONV_BLOCK_DIRECT_FINISH_INL
#else
#define TN_CPU_CONV_BLOCK_DIRECT_FINISH_INL
#endif

#include <cstddef>

#include "runtime/core/isa_target.hpp"
#include "runtime/cpu/conv_block/affine-inl.hpp"
#include "runtime/cpu/conv_block/argmax-inl.hpp"
#include "runtime/cpu/conv_block/direct/plan.hpp"
#include "runtime/cpu/simd/vector-inl.hpp"

namespace tn::cpu::TN_ISA {

/// The sum of a plane of z.
inline float plane_sum(const float* z, const Grid& grid) {
    V total{};
    const int rows = grid.dense() ? 1 : grid.rows, columns = grid.dense() ? grid.rows * grid.columns : grid.columns;
    for (int y = 0; y < rows; ++y, z += grid.row) {
        int i = 0;
        for (; i + lanes <= columns; i += lanes) total += load(z + i);
        if (i < columns) total += load_partial(z + i, columns - i);
    }
    return horizontal_sum(total);
}

/// The sum of its squared distances to `mean`.
inline float plane_squares(const float* z, const Grid& grid, float mean) {
    V total{};
    const int rows = grid.dense() ? 1 : grid.rows, columns = grid.dense() ? grid.rows * grid.columns : grid.columns;
    for (int y = 0; y < rows; ++y, z += grid.row) {
        int i = 0;
        for (; i + lanes <= columns; i += lanes) {
            const V d = load(z + i) - broadcast(mean);
            total += d * d;
        }
        for (; i < columns; ++i) total[0] += (z[i] - mean) * (z[i] - mean);
    }
    return horizontal_sum(total);
}

/// The mean of `count` values, and the sum of their squared distances to it.
struct MeanAndSquares {
    float mean, squares;
};
inline MeanAndSquares statistics_of(const float* z, int count) {
    V total{};
    for (int i = 0; i < count; i += lanes) total += load_partial(z + i, count - i);
    const float mean = horizontal_sum(total) / static_cast<float>(count);
    V squares{};
    int i = 0;
    for (; i + lanes <= count; i += lanes) {
        const V d = load(z + i) - broadcast(mean);
        squares += d * d;
    }
    float rest = 0;
    for (; i < count; ++i) rest += (z[i] - mean) * (z[i] - mean);
    return {mean, horizontal_sum(squares) + rest};
}

inline void finish_row(const float* z, const Affine& affine, const Rectifier& rectify, int count, float* y) {
    for (int i = 0; i < count; i += lanes) {
        store_partial(y + i, rectify(normalise(affine, load(z + i))), count - i);
    }
}

/// A row of y from two rows of z that are pooled 2 x 2; argmax_z, if not null, becomes the z at each argmax.
inline void finish_2x2(const float* z0, const float* z1, const Affine& affine, const Rectifier& rectify, int count,
                       float* y, float* argmax_z) {
    for (int i = 0; i < count; i += lanes, z0 += 2 * lanes, z1 += 2 * lanes) {
        const V a = load(z0), b = load(z0 + lanes), c = load(z1), d = load(z1 + lanes);
        const V z[4] = {even(a, b), odd(a, b), even(c, d), odd(c, d)};
        V from = z[0], maximum = normalise(affine, z[0]);
        TN_UNROLL for (int k = 1; k < 4; ++k) {
            const V next = normalise(affine, z[k]);
            const auto replace = replaces(next, maximum);
            maximum = replace ? next : maximum;
            from = replace ? z[k] : from;
        }
        store_partial(y + i, rectify(maximum), count - i);
        if (argmax_z) store_partial(argmax_z + i, from, count - i);
    }
}

/// The argmax of a window of any size, as an offset in z, whose rows are `row` floats apart.
inline int window_argmax(const float* z, int row, int window, const Affine& affine, float& maximum) {
    int argmax = 0;
    maximum = normalise(affine, z[0]);
    for (int dy = 0; dy < window; ++dy)
        for (int dx = 0; dx < window; ++dx) {
            const float next = normalise(affine, z[dy * row + dx]);
            if (next > maximum || next != next) {
                maximum = next;
                argmax = dy * row + dx;
            }
        }
    return argmax;
}

/// `rows` rows of y [rows][y_w] of one channel from its z, whose rows are `z_row` floats apart and which begins with
/// the row that the first one needs. argmax_z as in finish_2x2().
inline void finish_rows(const BlockGeometry& b, const float* z, int z_row, const Affine& affine, int rows, float* y,
                        float* argmax_z) {
    const Rectifier rectify(b);
    const int width = b.y_w();
    if (!b.pool()) {
        if (z_row == width)
            finish_row(z, affine, rectify, rows * width, y);
        else
            for (int r = 0; r < rows; ++r) finish_row(z + r * z_row, affine, rectify, width, y + r * width);
        return;
    }
    for (int r = 0; r < rows; ++r, z += b.pool_stride * z_row, y += width, argmax_z += argmax_z ? width : 0) {
        if (b.pool_window == 2 && b.pool_stride == 2) {
            finish_2x2(z, z + z_row, affine, rectify, width, y, argmax_z);
            continue;
        }
        for (int i = 0; i < width; ++i) {
            float maximum;
            const float* window = z + i * b.pool_stride;
            const int argmax = window_argmax(window, z_row, b.pool_window, affine, maximum);
            y[i] = rectify(maximum);
            if (argmax_z) argmax_z[i] = window[argmax];
        }
    }
}

}  // namespace tn::cpu::TN_ISA
#endif
