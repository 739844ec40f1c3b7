// What is done with one tile, 4 x 4 values of z of a block of channels, while it is in registers.

namespace tn::cpu::TN_ISA {

/// (z - mean) * scale + shift and, in backward, dz = at_g * g + at_z * (z - mean) + constant of a block of channels.
struct BlockAffine {
    V mean, scale, shift, sign, at_g, at_z, constant;

    /// From the rows of WinogradWork::affine_rows, `filters` floats each; forward has no use for the last three.
    BlockAffine(const float* table, int filters, int block, bool backward)
        : mean(row(table, filters, block, 0)),
          scale(row(table, filters, block, 1)),
          shift(row(table, filters, block, 2)),
          sign(row(table, filters, block, 3)),
          at_g(backward ? row(table, filters, block, 4) : V{}),
          at_z(backward ? row(table, filters, block, 5) : V{}),
          constant(backward ? row(table, filters, block, 6) : V{}) {}

private:
    static V row(const float* table, int filters, int block, int i) {
        return load(table + i * filters + block * lanes);
    }
};

TN_INLINE V apply(const BlockAffine& a, V z) { return (z - a.mean) * a.scale + a.shift; }

TN_INLINE V gradient(const BlockAffine& a, V z, V g) { return g * a.at_g + ((z - a.mean) * a.at_z + a.constant); }

/// Tiles of one block of channels: rows [row, row + rows) of tiles of the samples [sample, sample + samples).
struct TileGroup {
    int sample, samples, row, rows;
};

/// How much of the tile in the given row and column of tiles is inside the image.
struct Inside {
    int rows, columns;

    Inside(const WinogradPlan& plan, int row, int column)
        : rows(std::min(tile_side, plan.conv().out_h() - row * tile_side)),
          columns(std::min(tile_side, plan.conv().out_w() - column * tile_side)) {}
    bool whole() const { return rows == tile_side && columns == tile_side; }
};

/// The tile at `z`, a place in a blocked image that is out_w wide; zeros outside.
TN_INLINE void load_tile(const float* z, std::size_t row, const Inside& in, V (&tile)[tile_size]) {
    if (in.whole()) {
        TN_UNROLL for (int i = 0; i < tile_size; ++i) tile[i] = load(z + std::size_t(i / 4) * row + i % 4 * lanes);
        return;
    }
    for (int i = 0; i < tile_size; ++i)
        tile[i] = i / 4 < in.rows && i % 4 < in.columns ? load(z + std::size_t(i / 4) * row + i % 4 * lanes) : V{};
}

TN_INLINE void store_tile(float* z, std::size_t row, const Inside& in, const V (&tile)[tile_size]) {
    if (in.whole()) {
        TN_UNROLL for (int i = 0; i < tile_size; ++i) store(z + std::size_t(i / 4) * row + i % 4 * lanes, tile[i]);
        return;
    }
    for (int r = 0; r < in.rows; ++r)
        for (int c = 0; c < in.columns; ++c) store(z + std::size_t(r) * row + c * lanes, tile[4 * r + c]);
}

/// Adds a tile to the mean and the squared distances to it of the `before` values that came before it (Chan, Golub and
/// LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances", 1979).
TN_INLINE void add_statistics(const V (&z)[tile_size], const Inside& in, int before, V& mean, V& squares) {
    V sum{}, distance{};
    const int count = in.rows * in.columns;
    const float share = 1.0f / static_cast<float>(count);
    V own;
    if (in.whole()) {
        TN_UNROLL for (int i = 0; i < tile_size; ++i) sum += z[i];
        own = sum * share;
        TN_UNROLL for (int i = 0; i < tile_size; ++i) distance += (z[i] - own) * (z[i] - own);
    } else {
        for (int r = 0; r < in.rows; ++r)
            for (int c = 0; c < in.columns; ++c) sum += z[4 * r + c];
        own = sum * share;
        for (int r = 0; r < in.rows; ++r)
            for (int c = 0; c < in.columns; ++c) distance += (z[4 * r + c] - own) * (z[4 * r + c] - own);
    }
    const float part = static_cast<float>(count) / static_cast<float>(before + count);
    const V step = own - mean;
    mean += step * part;
    squares += distance + step * step * (part * static_cast<float>(before));
}

/// The z of the window `w` (0 .. 3) of a tile that is the largest behind the normalisation, and its place: the largest
/// z where gamma is positive, the smallest where it is negative, the first where it is zero.
TN_INLINE V window_largest(const V (&z)[tile_size], int w, V sign, I& where) {
    const int corner = w / 2 * 8 + w % 2 * 2;
    const I flip = reinterpret_cast<I>(sign) & std::numeric_limits<int>::min();
    V key[4];
    TN_UNROLL for (int k = 0; k < 4; ++k) key[k] =
        reinterpret_cast<V>(reinterpret_cast<I>(z[corner + k / 2 * 4 + k % 2]) ^ flip);
    const V best = reinterpret_cast<V>(reinterpret_cast<I>(window_maximum(key, where)) ^ flip);
    where = sign == V{} ? I{} : where;
    return sign == V{} ? z[corner] : best;
}

/// The z that the pooled values of a tile come from, written to a blocked image y_w wide of which `rows` x `columns`
/// are inside.
TN_INLINE void store_maxima(const V (&z)[tile_size], V sign, int rows, int columns, std::size_t row, float* pooled) {
    TN_UNROLL for (int i = 0; i < 4; ++i) {
        if (i / 2 >= rows || i % 2 >= columns) continue;
        I where;
        store(pooled + std::size_t(i / 2) * row + std::size_t(i % 2) * lanes, window_largest(z, i, sign, where));
    }
}

/// y of one tile, a place in a blocked image y_w wide of which `rows` x `columns` are inside.
template <bool Pool>
TN_INLINE void finish_tile(const V (&z)[tile_size], const BlockAffine& affine, bool with_relu, int rows, int columns,
                           std::size_t row, float* y) {
    constexpr int side = Pool ? 2 : 4;
    TN_UNROLL for (int i = 0; i < side * side; ++i) {
        if (i / side >= rows || i % side >= columns) continue;
        I where;
        V value = apply(affine, Pool ? window_largest(z, i, affine.sign, where) : z[i]);
        if (with_relu) value = relu(value);
        store(y + std::size_t(i / side) * row + std::size_t(i % side) * lanes, value);
    }
}

/// dz of one tile from dy, its place in a blocked image y_w wide of which `rows` x `columns` are inside; zero outside
/// the image.
template <bool Pool>
TN_INLINE void gradient_tile(const V (&z)[tile_size], const BlockAffine& affine, bool with_relu, const Inside& in,
                             int rows, int columns, std::size_t row, const float* dy, V (&dz)[tile_size]) {
    constexpr int side = Pool ? 2 : 4;
    TN_UNROLL for (int i = 0; i < side * side; ++i) {
        V g = i / side < rows && i % side < columns
                  ? load(dy + std::size_t(i / side) * row + std::size_t(i % side) * lanes)
                  : V{};
        if (Pool) {
            I where;
            const V from = window_largest(z, i, affine.sign, where);
            if (with_relu) g = apply(affine, from) <= V{} ? V{} : g;
            const int corner = i / 2 * 8 + i % 2 * 2;
            TN_UNROLL for (int k = 0; k < 4; ++k) {
                const int at = corner + k / 2 * 4 + k % 2;
                dz[at] = gradient(affine, z[at], where == k ? g : V{});
            }
        } else {
            if (with_relu) g = apply(affine, z[i]) <= V{} ? V{} : g;
            dz[i] = gradient(affine, z[i], g);
        }
    }
    if (in.whole()) return;
    for (int i = 0; i < tile_size; ++i)
        if (i / 4 >= in.rows || i % 4 >= in.columns) dz[i] = V{};
}

}  // namespace tn::cpu::TN_ISA
