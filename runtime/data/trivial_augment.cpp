#include "runtime/data/trivial_augment.hpp"

#include <array>

#include "dsl/core/index.hpp"

namespace tn {

void change_trivially(const TrivialChange& change, std::span<const std::uint8_t> in, PictureShape s,
                      std::span<std::uint8_t> out) {
    const auto place = [&](int channel, int row, int column) {
        return (Index{channel} * s.height + row) * s.width + column;
    };
    const auto at = [&](int channel, int row, int column) { return in[place(channel, row, column)]; };
    float mean = 0;
    if (change.kind == Trivial::contrast) {
        double sum = 0;
        for (int row = 0; row < s.height; ++row)
            for (int column = 0; column < s.width; ++column)
                sum += static_cast<double>(trivial_grey(at, s, row, column));
        mean = static_cast<float>(sum / (static_cast<double>(s.height) * s.width));
    }
    std::array<std::uint8_t, 256> table{};
    for (int channel = 0; channel < s.channels; ++channel) {
        if (change.takes_counts()) {
            std::array<std::int32_t, 256> counts{};
            for (int row = 0; row < s.height; ++row)
                for (int column = 0; column < s.width; ++column) ++counts[at(channel, row, column)];
            fill_table(change.kind, counts, table);
        }
        for (int row = 0; row < s.height; ++row)
            for (int column = 0; column < s.width; ++column)
                out[place(channel, row, column)] = trivial_byte(change, at, s, mean, table, channel, row, column);
    }
}

}  // namespace tn
