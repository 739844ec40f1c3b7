// Winograd's F(4 x 4, 3 x 3) where channels lie side by side: vectors of channels are transformed, and for each of the
// 36 frequencies tiles are the rows of a product (runtime/cpu/conv_block/winograd/transforms-inl.hpp has the
// mathematics).
#if defined(TN_CPU_CHANNELS_LAST_WINOGRAD_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_CHANNELS_LAST_WINOGRAD_INL
#undef TN_CPU_CHANNELS_LAST_WINOGRAD_INL
#else
#define TN_CPU_CHANNELS_LAST_WINOGRAD_INL
#endif

#include <algorithm>

#include "dsl/core/index.hpp"
#include "runtime/core/isa_target.hpp"
#include "runtime/core/thread_pool.hpp"
#include "runtime/cpu/channels_last/layout-inl.hpp"
#include "runtime/cpu/channels_last/passes.hpp"
#include "runtime/cpu/channels_last/plan.hpp"
#include "runtime/cpu/channels_last/product-inl.hpp"
#include "runtime/cpu/channels_last/weights-inl.hpp"
#include "runtime/cpu/conv_block/winograd/transforms-inl.hpp"
#include "runtime/cpu/simd/separable-inl.hpp"
#include "runtime/cpu/simd/vector-inl.hpp"

namespace tn::cpu::TN_ISA {

/// The weights: [panels][frequencies][channels][vectors of the panel], shifts [filters].
inline void keep_frequencies(ThreadPool& pool, const BlockGeometry& block, const ConvInfer& pass, float* kept) {
    const ConvGeometry& c = block.conv;
    const ChannelsLastKept at(c, ChannelsLastMethod::winograd);
    const Panels panels(c.filters);
    pool.run(panels.vectors, [&](int vector) {
        int panel = 0;
        while (panels.first_vector(panel + 1) <= vector) ++panel;
        const int first = vector * lanes, count = std::min(lanes, c.filters - first);
        const Index row = Index{panels.vectors_of(panel)} * lanes;
        const V scale = scales_of(block, pass, first, count, kept + at.shifts + first);
        float* to = kept + at.weights + Index{panels.first_vector(panel)} * lanes * frequencies * c.channels +
                    (vector - panels.first_vector(panel)) * lanes;
        for (int channel = 0; channel < c.channels; ++channel, to += row) {
            float kernel[9 * lanes];
            for (int t = 0; t < 9; ++t) {
                V v{};
                for (int f = 0; f < count; ++f) v[f] = pass.weight[(Index{first + f} * c.channels + channel) * 9 + t];
                store(kernel + t * lanes, v * scale);
            }
            weight_tile(kernel, to, c.channels * row);
        }
    });
}

/// What every group of tiles reads.
struct ChannelsLastWinograd : ChannelsLastTensors {
    // From tile to tile, and from frequency to frequency.
    Index inputs_row, inputs_stride, products_stride;

    ChannelsLastWinograd(const ChannelsLastTensors& tensors, const WinogradTiles& tiles)
        : ChannelsLastTensors(tensors),
          inputs_row(tensors.plan.inputs_row()),
          inputs_stride(tiles.inputs_stride),
          products_stride(tiles.products_stride) {}

    /// Where a tile lies: of which sample, and its first output.
    struct Place {
        Index sample;
        int row, column;
    };
    Place place(Index tile) const {
        const int columns = plan.tile_columns();
        const Index in_sample = tile % (Index{plan.tile_rows()} * columns);
        return {tile / (Index{plan.tile_rows()} * columns), static_cast<int>(in_sample / columns) * tile_side,
                static_cast<int>(in_sample % columns) * tile_side};
    }

    /// The inputs of a tile's products, of all channels.
    void transform_tile(const Place& at, float* to) const {
        const ConvGeometry& c = plan.conv();
        const int top = at.row - c.pad, left = at.column - c.pad;
        const bool inside =
            top >= 0 && left >= 0 && top + frequency_side <= c.height && left + frequency_side <= c.width;
        const float* sample = x + at.sample * c.in_size();
        const float* origin = sample + (Index{top} * c.width + left) * c.channels;
        const auto axis = [](const V(&in)[6], V(&out)[6]) TN_INLINE_LAMBDA { input_axis(in, out); };
        for (int channel = 0; channel < c.channels; channel += lanes) {
            const int count = c.channels - channel;
            const auto put = [&](int r, int k, V v)
                                 TN_INLINE_LAMBDA { store(to + (6 * r + k) * inputs_stride + channel, v); };
            if (inside && count >= lanes)
                both_axes<6, 6>(
                    axis,
                    [&](int r, int k)
                        TN_INLINE_LAMBDA { return load(origin + (Index{r} * c.width + k) * c.channels + channel); },
                    put);
            else
                both_axes<6, 6>(
                    axis,
                    [&](int r, int k) TN_INLINE_LAMBDA {
                        const bool there = top + r >= 0 && top + r < c.height && left + k >= 0 && left + k < c.width;
                        return there ? load_partial(origin + (Index{r} * c.width + k) * c.channels + channel, count)
                                     : V{};
                    },
                    put);
        }
    }

    /// y of a tile, of a vector of filters from `filter` on.
    void finish_tile(const Place& at, const float* products, int filter) const {
        const ConvGeometry& c = plan.conv();
        V z[tile_size];
        output_tile(products, products_stride, z);
        const V shift = load(shifts + filter);
        const int rows = std::min(tile_side, c.out_h() - at.row), columns = std::min(tile_side, c.out_w() - at.column);
        const int count = c.filters - filter;
        for (int r = 0; r < rows; ++r)
            for (int k = 0; k < columns; ++k) {
                const Index to = ((at.sample * c.out_h() + at.row + r) * c.out_w() + at.column + k) * y_row + filter;
                const V value = z[4 * r + k] + shift;
                store_partial(y + to, added ? finish(value, load_partial(added + to, count)) : finish(value), count);
            }
    }

    /// The tiles first .. last - 1.
    void run(Index first, Index last, float* inputs, float* products) const {
        const int tiles = static_cast<int>(last - first), channels = plan.conv().channels;
        for (int t = 0; t < tiles; ++t) transform_tile(place(first + t), inputs + t * inputs_row);
        constexpr float nothing[tile_vectors * lanes]{};
        const RowFinish none{Rectifier({plan.conv(), false, false, false}), false};
        for (int panel = 0; panel < panels.count; ++panel) {
            const int vectors = panels.vectors_of(panel), filter = panels.first_vector(panel) * lanes;
            const Index width = Index{vectors} * lanes;
            const auto go = [&]<int C>() TN_INLINE_LAMBDA {
                for (int f = 0; f < frequencies; ++f)
                    multiply_panel_rows<C>(tiles, ProductRows<Neighbours>{inputs + f * inputs_stride, inputs_row, {}},
                                           channels, weights + (Index{filter} * frequencies + f * width) * channels,
                                           nothing, C * lanes, none, nullptr, products + f * products_stride, width);
            };
            with_vectors(vectors, go);
            for (int t = 0; t < tiles; ++t)
                for (int v = 0; v < vectors; ++v)
                    finish_tile(place(first + t), products + t * width + v * lanes, filter + v * lanes);
        }
    }
};

inline void channels_last_winograd(ThreadPool& pool, const ChannelsLastPlan& plan, const ChannelsLastPass& pass,
                                   const AddedBranch& branch) {
    const ChannelsLastWork at(plan, pass.n);
    float* work = aligned(pass.work);
    const OtherLayouts other(pool, plan, pass, work, at);
    const Index all = plan.tiles(pass.n);
    const int together = plan.tiles_together(pass.n, pool.threads());
    const WinogradTiles scratch(plan, together);
    const ChannelsLastWinograd tiles({plan, pass, branch, other}, scratch);
    const int groups = static_cast<int>((all + together - 1) / together), tasks = std::min(groups, max_slices);
    pool.run(tasks, [&](int task) {
        float* inputs = work + at.rows + task * scratch.floats;
        const Range own = part_of(groups, tasks, task);
        for (int group = own.first; group < own.last; ++group)
            tiles.run(Index{group} * together, std::min(all, Index{group + 1} * together), inputs,
                      inputs + frequencies * scratch.inputs_stride);
    });
    other.finish(pool, plan, pass);
}

}  // namespace tn::cpu::TN_ISA
#endif
