// How the fused Conv + BN + ReLU + Pool block is laid out in memory on CUDA: constant expressions of its geometry.
#pragma once

#include <algorithm>
#include <cstddef>

#include "dsl/core/conv_geometry.hpp"
#include "dsl/core/index.hpp"
#include "runtime/cuda/patch_plan.hpp"
#include "runtime/cuda/precision.hpp"
#include "runtime/cuda/tile.hpp"

namespace tn::cuda {

/// The values of z that become one of y: side x side, and a step from one window to the next.
constexpr int window_side(const BlockGeometry& g) { return g.pool() ? g.pool_window : 1; }
constexpr int window_step(const BlockGeometry& g) { return g.pool() ? g.pool_stride : 1; }

/// Where things lie in `saved`, in values of float. z is the convolution's output, and backward its gradient, in
/// bfloat16 where that is what products read; of every pooling window, `argmax` keeps which of its values it took.
struct BlockSaved {
    std::size_t mean, inv_std, z, argmax, values;

    static constexpr bool keeps_z(const BlockGeometry& g) { return !g.z_is_y(); }

    static constexpr std::size_t z_bytes(Precision p) { return p == Precision::bf16 ? 2 : 4; }

    constexpr BlockSaved(const BlockGeometry& g, int n, Precision p) : mean(0), inv_std(0), z(0), argmax(0), values(0) {
        if (!keeps_z(g)) return;
        const Index filters = g.conv.filters, samples = n;
        inv_std = filters;
        z = 2 * filters;
        argmax = z + (samples * g.conv.out_size() * z_bytes(p) + 3) / 4;
        values = argmax + (g.pool() ? (samples * g.y_size() + 3) / 4 : 0);
    }
};

/// How the work is cut into blocks that each leave a partial sum, and where these lie in `work`.
struct BlockWork {
    /// 8 blocks of 128 threads for each of an H100's 132 multiprocessors, or nearly.
    static constexpr int most_blocks = 1056, most_parts = 1024, most_tiles = 1024;
    static constexpr int most_sums = 64;
    int statistics, parts, sums;  ///< partial statistics of z, of the weights' gradient, and of the normalisation's
    std::size_t part_values;      ///< of a part of the weights' gradient
    std::size_t values;
    /// Where packed weights lie: forward behind the statistics, backward behind the parts of the weights' gradient.
    std::size_t forward_weights, backward_weights;

    /// What the processes of a group add up for each channel: two doubles.
    static constexpr std::size_t shared(std::size_t channels) { return 2 * channels * sizeof(double) / sizeof(float); }

    constexpr BlockWork(const BlockGeometry& g, int n, Precision p)
        : statistics(0), parts(0), sums(0), part_values(0), values(0), forward_weights(0), backward_weights(0) {
        const ConvGeometry& c = g.conv;
        const ProductPlan plan = ProductPlan::forward(g, p);
        const Index pixels = n * c.out_plane();
        const int tiles = plan.by_patches() ? plan.field.tiles(n)
                                            : static_cast<int>((pixels + plan.tile.columns - 1) / plan.tile.columns);
        statistics = std::min(tiles, most_blocks);
        const GradientPlan gradient(c, p);
        if (gradient.by_patches()) {
            parts = gradient.parts(n);
            part_values = Index{gradient.tiles()} * gradient.tile_values();
        } else {
            // Enough blocks to fill a GPU, and for each enough pixels to be worth its partial sum.
            const int rows = plan.row_tiles();
            const int width = Tile::of(c.filters, c.channels * c.taps()).columns;
            const int columns = (c.channels * c.taps() + width - 1) / width;
            parts = static_cast<int>(
                std::clamp<Index>(pixels / 256, 1, std::clamp(most_tiles / (rows * columns), 1, most_parts)));
            part_values = c.weights();
        }
        const Index outputs = n * g.y_plane();
        sums = static_cast<int>(std::clamp<Index>(outputs / 2048, 1, most_sums));
        const Index filters = c.filters;
        const std::size_t of_z = g.norm ? 2 * filters * statistics + shared(filters) : 0;
        const std::size_t of_weights = part_values * parts;
        const std::size_t of_sums = 2 * filters * (sums + 1) + shared(filters);
        const auto fours = [](std::size_t count) { return (count + 3) / 4 * 4; };
        forward_weights = fours(of_z);
        backward_weights = fours(of_weights);
        values = std::max({forward_weights + plan.packed_words(), ProductPlan::evaluation(g, p).packed_words(), of_sums,
                           backward_weights + ProductPlan::backward(g, p).packed_words()});
    }
};

}  // namespace tn::cuda
