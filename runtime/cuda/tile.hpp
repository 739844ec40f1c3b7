// The tile that a block of threads makes of a matrix product.
#pragma once

namespace tn::cuda {

inline constexpr int tile_threads = 128;

/// Rows of the result (filters, or channels of the input), columns (pixels of the whole batch), and 32-bit words of the
/// inner extent a step.
struct Tile {
    int rows, columns;
    static constexpr int words = 16, pitch = 20;  // 4 words of margin keep the lanes of a warp on different banks

    /// As few rows as the result has, so that few filters leave no thread without work.
    static constexpr Tile of(int rows) {
        return rows <= 16 ? Tile{16, 128} : rows <= 32 ? Tile{32, 128} : Tile{64, 64};
    }
    /// The same of a result that may have few columns, too.
    static constexpr Tile of(int rows, int columns) { return {of(rows).rows, columns <= 32 ? 32 : of(rows).columns}; }

    /// How the 4 warps of a block share it: side by side, or 2 x 2 where that makes their parts square.
    constexpr int warps_down() const { return rows == 64 && columns == 64 ? 2 : 1; }
    constexpr int warps_across() const { return 4 / warps_down(); }
};

}  // namespace tn::cuda
