// TrivialAugment's changes of values, of the picked pictures of a batch, before they are read at other places.
#pragma once

#include "dsl/core/shape.hpp"
#include "runtime/train/graph/batch.hpp"

namespace tn::cuda {

/// The bytes of those pictures that such a change was drawn for, a block each: it depends on all of a picture.
template <Shape In> struct ChangeTrivially {
    static constexpr int threads = 256;  // one for each value of a byte
    static constexpr std::size_t counts_at = threads / warp * sizeof(float);
    static constexpr std::size_t table_at = counts_at + 256 * sizeof(std::int32_t);
    static constexpr std::size_t shared_bytes = table_at + 256;
    DataSet data;
    Span<const int> picked;
    Span<const AugmentDraw> drawn;
    Span<std::uint8_t> out;  ///< [batch][input]

    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        const TrivialChange change = drawn[t.block()].trivial;
        if (!change.changes_values()) return;
        const Index from = picked[t.block()] * In.size(), to = t.block() * In.size();
        const auto place = [](int c, int row, int column) { return (Index{c} * In.height + row) * In.width + column; };
        const auto at = [&](int c, int row, int column) { return data.pixels[from + place(c, row, column)]; };
        float mean = 0;
        if (change.kind == Trivial::contrast) {
            for (int i = t.thread(); i < static_cast<int>(In.plane()); i += threads)
                mean += trivial_grey(at, data.shape, i / In.width, i % In.width);
            mean = block_sum(t, mean, t.template shared<float>(0, threads / warp)) / static_cast<float>(In.plane());
        }
        const auto counts = t.template shared<std::int32_t>(counts_at, 256);
        const auto table = t.template shared<std::uint8_t>(table_at, 256);
        for (int channel = 0; channel < In.channels; ++channel) {
            if (change.takes_counts()) {
                // All threads read the same byte, and each counts its own value: in any order the same.
                std::int32_t count = 0;
                for (Index i = 0; i < In.plane(); ++i)
                    count += data.pixels[from + channel * In.plane() + i] == t.thread();
                counts[t.thread()] = count;
                t.barrier();
                if (t.thread() == 0) fill_table(change.kind, counts, table);
                t.barrier();
            }
            for (int i = t.thread(); i < static_cast<int>(In.plane()); i += threads) {
                const int row = i / In.width, column = i % In.width;
                out[to + place(channel, row, column)] =
                    trivial_byte(change, at, data.shape, mean, table, channel, row, column);
            }
            t.barrier();  // the next channel has another table
        }
    }
};

}  // namespace tn::cuda
