// Between planes, one a channel, and blocks, where the `lanes` channels of a pixel lie side by side.

namespace tn::cpu::TN_ISA {

/// Rows and columns of a lanes x lanes matrix change places.
TN_INLINE void transpose(V (&v)[lanes]) {
    TN_UNROLL for (int stage = 1; stage < lanes; stage *= 2) {
        V w[lanes];
        TN_UNROLL for (int i = 0; i < lanes / 2; ++i) {
            w[2 * i] = zip_low(v[i], v[i + lanes / 2]);
            w[2 * i + 1] = zip_high(v[i], v[i + lanes / 2]);
        }
        TN_UNROLL for (int i = 0; i < lanes; ++i) v[i] = w[i];
    }
}

/// blocked [count][lanes] from `lanes` rows of `count` values, `stride` floats apart.
inline void to_blocked(const float* rows, std::size_t stride, int count, float* blocked) {
    for (int i = 0; i < count; i += lanes, blocked += lanes * lanes) {
        V v[lanes];
        const int left = std::min(lanes, count - i);
        TN_UNROLL for (int r = 0; r < lanes; ++r) v[r] = load_part(rows + std::size_t(r) * stride + i, left);
        transpose(v);
        if (left == lanes) {
            TN_UNROLL for (int k = 0; k < lanes; ++k) store(blocked + k * lanes, v[k]);
        } else {
            V all_pixels[lanes];
            TN_UNROLL for (int k = 0; k < lanes; ++k) all_pixels[k] = v[k];
            std::memcpy(blocked, all_pixels, sizeof(V) * std::size_t(left));
        }
    }
}

/// blocked [9][lanes] from `lanes` kernels of 9 values, one behind the other; as many as `lanes` floats behind them are
/// read and not used.
inline void kernels_to_blocked(const float* kernels, float* blocked) {
    for (int i = 0; i < 9; i += lanes) {
        V v[lanes];
        TN_UNROLL for (int r = 0; r < lanes; ++r) v[r] = load(kernels + r * 9 + i);
        transpose(v);
        TN_UNROLL for (int k = 0; k < lanes; ++k) if (i + k < 9) store(blocked + (i + k) * lanes, v[k]);
    }
}

/// `lanes` rows of `count` values, `stride` floats apart: what `of` makes of blocked [count][lanes].
template <class Of>
inline void from_blocked(const float* blocked, int count, float* rows, std::size_t stride, const Of& of) {
    for (int i = 0; i < count; i += lanes, blocked += lanes * lanes) {
        V v[lanes];
        const int left = std::min(lanes, count - i);
        if (left == lanes) {
            TN_UNROLL for (int k = 0; k < lanes; ++k) v[k] = of(load(blocked + k * lanes));
        } else {
            V some_pixels[lanes]{};
            std::memcpy(some_pixels, blocked, sizeof(V) * std::size_t(left));
            TN_UNROLL for (int k = 0; k < lanes; ++k) v[k] = of(some_pixels[k]);
        }
        transpose(v);
        TN_UNROLL for (int r = 0; r < lanes; ++r) store_part(rows + std::size_t(r) * stride + i, v[r], left);
    }
}

struct Unchanged {
    TN_INLINE V operator()(V v) const { return v; }
};

inline void from_blocked(const float* blocked, int count, float* rows, std::size_t stride) {
    from_blocked(blocked, count, rows, stride, Unchanged{});
}

/// The input rows that the tile rows from `first` on read, with zeros around the image, for blocks of channels:
/// packed [channels / lanes][packed_rows][packed_columns][lanes].
inline void pack_blocked(const WinogradPlan& plan, const float* x, int first, int tile_rows, float* packed) {
    const ConvGeometry& c = plan.conv();
    const int width = plan.packed_columns, rows = plan.packed_rows(tile_rows), y0 = first * tile_side - c.pad;
    const int inside = std::min(c.width, width - c.pad);
    for (int block = 0; block < c.channels / lanes; ++block, x += lanes * c.in_plane())
        for (int r = 0; r < rows; ++r, packed += width * lanes) {
            const int y = y0 + r;
            if (y < 0 || y >= c.height) {
                std::memset(packed, 0, sizeof(float) * std::size_t(width * lanes));
                continue;
            }
            std::memset(packed, 0, sizeof(float) * std::size_t(c.pad * lanes));
            to_blocked(x + y * c.width, c.in_plane(), inside, packed + c.pad * lanes);
            const int behind = c.pad + inside;
            std::memset(packed + behind * lanes, 0, sizeof(float) * std::size_t((width - behind) * lanes));
        }
}

}  // namespace tn::cpu::TN_ISA
