// What follows a convolution, in one pass each way: normalise, ReLU, max pooling.

namespace tn::cpu::TN_ISA {

/// (z - mean) * scale + shift of one channel.
struct Affine {
    float mean, scale, shift;
};

/// dz = at_g * g + at_z * (z - mean) + constant of one channel, with the gradient g of what follows the convolution.
struct AffineGradient {
    float at_g, at_z, constant;
};

TN_INLINE V apply(const Affine& a, V z) { return (z - all(a.mean)) * all(a.scale) + all(a.shift); }

/// The larger one, the first of equals, NaN before all: whether `next` takes the place of `best`.
TN_INLINE auto takes(V next, V best) { return (next > best) | (next != next); }

/// The largest of a window of four, the first of equals, NaN before all, and which it is.
TN_INLINE V window_maximum(const V (&z)[4], I& where) {
    const auto right = z[1] > z[0], right_below = z[3] > z[2];
    const V above = right ? z[1] : z[0], below = right_below ? z[3] : z[2];
    const auto lower = below > above;
    where = lower ? (right_below ? I{} + 3 : I{} + 2) : (right ? I{} + 1 : I{});
    const V best = lower ? below : above, of_all = (z[0] + z[1]) + (z[2] + z[3]);
    return of_all == of_all ? best : of_all;
}

/// The sum of z and of its squared distance to `mean` over rows x columns.
inline float plane_sum(const float* z, const Grid& grid) {
    V total{};
    const int rows = grid.dense() ? 1 : grid.rows, columns = grid.dense() ? grid.rows * grid.columns : grid.columns;
    for (int y = 0; y < rows; ++y, z += grid.row) {
        int i = 0;
        for (; i + lanes <= columns; i += lanes) total += load(z + i);
        if (i < columns) total += load_part(z + i, columns - i);
    }
    return sum(total);
}

inline float plane_squares(const float* z, const Grid& grid, float mean) {
    V total{};
    const int rows = grid.dense() ? 1 : grid.rows, columns = grid.dense() ? grid.rows * grid.columns : grid.columns;
    for (int y = 0; y < rows; ++y, z += grid.row) {
        int i = 0;
        for (; i + lanes <= columns; i += lanes) {
            const V d = load(z + i) - all(mean);
            total += d * d;
        }
        for (; i < columns; ++i) total[0] += (z[i] - mean) * (z[i] - mean);
    }
    return sum(total);
}

inline void activate_row(const float* z, const Affine& affine, bool with_relu, int count, float* y) {
    for (int i = 0; i < count; i += lanes) {
        V v = apply(affine, load(z + i));
        if (with_relu) v = relu(v);
        store_part(y + i, v, count - i);
    }
}

/// The row of 2 x 2 maxima of two rows; where `kept` is not null, also the z that each came from.
inline void pool_pairs(const float* z0, const float* z1, const Affine& affine, bool with_relu, int count, float* y,
                       float* kept) {
    for (int i = 0; i < count; i += lanes, z0 += 2 * lanes, z1 += 2 * lanes) {
        const V a = load(z0), b = load(z0 + lanes), c = load(z1), d = load(z1 + lanes);
        const V z[4] = {even(a, b), odd(a, b), even(c, d), odd(c, d)};
        V from = z[0], best = apply(affine, z[0]);
        TN_UNROLL for (int k = 1; k < 4; ++k) {
            const V next = apply(affine, z[k]);
            const auto take = takes(next, best);
            best = take ? next : best;
            from = take ? z[k] : from;
        }
        store_part(y + i, with_relu ? relu(best) : best, count - i);
        if (kept) store_part(kept + i, from, count - i);
    }
}

/// Where in a window the maximum is, as an offset in z.
inline int window_maximum(const float* z, int row, int window, const Affine& affine, float& best) {
    int where = 0;
    best = (z[0] - affine.mean) * affine.scale + affine.shift;
    for (int dy = 0; dy < window; ++dy)
        for (int dx = 0; dx < window; ++dx) {
            const float next = (z[dy * row + dx] - affine.mean) * affine.scale + affine.shift;
            if (next > best || next != next) {
                best = next;
                where = dy * row + dx;
            }
        }
    return where;
}

/// Rows of y [rows][y_w] of one channel from its z, which starts at the row that the first one needs.
inline void finish_rows(const ConvPlan& plan, const float* z, const Affine& affine, int rows, float* y, float* kept) {
    const BlockGeometry& b = plan.block;
    const int z_row = plan.z.out_row(), width = b.y_w();
    if (!b.pool()) {
        if (plan.z.dense())
            activate_row(z, affine, b.relu, rows * width, y);
        else
            for (int r = 0; r < rows; ++r) activate_row(z + r * z_row, affine, b.relu, width, y + r * width);
        return;
    }
    for (int r = 0; r < rows; ++r, z += b.pool_stride * z_row, y += width, kept += kept ? width : 0) {
        if (b.pool_window == 2 && b.pool_stride == 2) {
            pool_pairs(z, z + z_row, affine, b.relu, width, y, kept);
            continue;
        }
        for (int i = 0; i < width; ++i) {
            float best;
            const float* window = z + i * b.pool_stride;
            const int where = window_maximum(window, z_row, b.pool_window, affine, best);
            y[i] = b.relu && 0.0f > best ? 0.0f : best;
            if (kept) kept[i] = window[where];
        }
    }
}

/// Sums over `count` outputs that came from z: of g and of g * (z - mean), where g is dy behind ReLU.
inline void gradient_sums(const float* z, const float* dy, const Affine& affine, bool with_relu, int count, V& sum_g,
                          V& sum_gz) {
    for (int i = 0; i < count; i += lanes) {
        const V from = load_part(z + i, count - i);
        V g = load_part(dy + i, count - i);
        if (with_relu) g = apply(affine, from) <= V{} ? V{} : g;
        sum_g += g;
        // Where a part was loaded g is zero, and the mean finite.
        sum_gz += g * (from - all(affine.mean));
    }
}

TN_INLINE V gradient(const Affine& affine, const AffineGradient& to_z, V z, V g) {
    return g * all(to_z.at_g) + ((z - all(affine.mean)) * all(to_z.at_z) + all(to_z.constant));
}

/// dz of `count` places of a row that have the gradient dy, or none where dy is null.
inline void dz_row(const float* z, const float* dy, const Affine& affine, const AffineGradient& to_z, bool with_relu,
                   int count, float* dz) {
    for (int i = 0; i < count; i += lanes) {
        const V from = load_part(z + i, count - i);
        V g = dy ? load_part(dy + i, count - i) : V{};
        if (with_relu) g = apply(affine, from) <= V{} ? V{} : g;
        store_part(dz + i, gradient(affine, to_z, from, g), count - i);
    }
}

/// dz of two rows from the gradient of the row of their 2 x 2 maxima.
inline void dz_pairs(const float* z0, const float* z1, const float* dy, const Affine& affine,
                     const AffineGradient& to_z, bool with_relu, int count, float* dz0, float* dz1) {
    for (int i = 0; i < count; i += lanes, z0 += 2 * lanes, z1 += 2 * lanes, dz0 += 2 * lanes, dz1 += 2 * lanes) {
        const V a = load(z0), b = load(z0 + lanes), c = load(z1), d = load(z1 + lanes);
        const V z[4] = {even(a, b), odd(a, b), even(c, d), odd(c, d)};
        V best = apply(affine, z[0]);
        I where{};
        TN_UNROLL for (int k = 1; k < 4; ++k) {
            const V next = apply(affine, z[k]);
            const auto take = takes(next, best);
            best = take ? next : best;
            where = take ? I{} + k : where;
        }
        V g = load_part(dy + i, count - i);
        if (with_relu) g = best <= V{} ? V{} : g;
        V out[4];
        TN_UNROLL for (int k = 0; k < 4; ++k) out[k] = gradient(affine, to_z, z[k], where == k ? g : V{});
        const int left = 2 * (count - i);
        store_part(dz0, zip_low(out[0], out[1]), left);
        store_part(dz1, zip_low(out[2], out[3]), left);
        if (left > lanes) {
            store_part(dz0 + lanes, zip_high(out[0], out[1]), left - lanes);
            store_part(dz1 + lanes, zip_high(out[2], out[3]), left - lanes);
        }
    }
}

/// dz of one channel of one sample from z (if it was kept) and dy, written with the row stride plan.row; the margins
/// are left alone.
inline void dz_plane(const ConvPlan& plan, const float* z, const float* dy, const Affine& affine,
                     const AffineGradient& to_z, float* dz) {
    const BlockGeometry& b = plan.block;
    const int z_row = plan.z.out_row(), rows = plan.z.rows, columns = plan.z.columns, width = b.y_w();
    if (!plan.keeps_z()) {
        for (int r = 0; r < rows; ++r)
            std::memcpy(dz + r * plan.row, dy + r * columns, sizeof(float) * std::size_t(columns));
        return;
    }
    if (!b.pool()) {
        for (int r = 0; r < rows; ++r)
            dz_row(z + r * z_row, dy + r * width, affine, to_z, b.relu, columns, dz + r * plan.row);
        return;
    }
    if (b.pool_window == 2 && b.pool_stride == 2) {
        const int pairs = b.y_h();
        for (int r = 0; r < pairs; ++r) {
            const float* from = z + 2 * r * z_row;
            float* to = dz + 2 * r * plan.row;
            dz_pairs(from, from + z_row, dy + r * width, affine, to_z, b.relu, width, to, to + plan.row);
            if (columns % 2 != 0) {
                dz_row(from + columns - 1, nullptr, affine, to_z, false, 1, to + columns - 1);
                dz_row(from + z_row + columns - 1, nullptr, affine, to_z, false, 1, to + plan.row + columns - 1);
            }
        }
        if (rows % 2 != 0)
            dz_row(z + (rows - 1) * z_row, nullptr, affine, to_z, false, columns, dz + (rows - 1) * plan.row);
        return;
    }
    // Windows may overlap: gather g in dz, then turn it into dz.
    for (int r = 0; r < rows; ++r) std::memset(dz + r * plan.row, 0, sizeof(float) * std::size_t(columns));
    for (int r = 0; r < b.y_h(); ++r)
        for (int i = 0; i < width; ++i) {
            float best;
            const int where =
                window_maximum(z + r * b.pool_stride * z_row + i * b.pool_stride, z_row, b.pool_window, affine, best);
            if (!(b.relu && best <= 0.0f))
                dz[(r * b.pool_stride + where / z_row) * plan.row + i * b.pool_stride + where % z_row] +=
                    dy[r * width + i];
        }
    for (int r = 0; r < rows; ++r)
        dz_row(z + r * z_row, dz + r * plan.row, affine, to_z, false, columns, dz + r * plan.row);
}

}  // namespace tn::cpu::TN_ISA
