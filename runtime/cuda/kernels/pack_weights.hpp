// A convolution's weights in the order in which its product reads them, rounded: a step's share of a lane is one load
// without an index, straight into the registers of the tensor cores.
#pragma once

#include "runtime/cuda/kernels/rounding.hpp"

namespace tn::cuda {

/// Packed weights are fours of words, [tiles of 16 rows][patches of channels][taps][steps of 8 words][32]. On the
/// tensor cores four i of a step is what mma.sync wants of lane i; in fp32 it is half i / 16 of row i % 16.
template <Precision P> struct PackedFour {
    int row[4], word[4];  // within the tile and the step
    TN_DEVICE explicit PackedFour(int four) {
        TN_UNROLL
        for (int i = 0; i < 4; ++i) {
            row[i] = P == Precision::fp32 ? four % 16 : four / 4 + 8 * (i % 2);
            word[i] = P == Precision::fp32 ? four / 16 * 4 + i : four % 4 + 4 * (i / 2);
        }
    }
};

/// A thread for every four words.
template <ProductPlan Plan, Precision P> struct PackWeights {
    Span<const float> weight;
    Span<Words> packed;

    static constexpr int fours = Plan.packed_words() / 4;

    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        constexpr Correlation C = Plan.of;
        constexpr int steps_a_tap = Plan.patch.words / 8;
        const int i = global_number(t);
        if (i >= fours) return;
        const int step = i / warp % Plan.steps(), rows = i / warp / Plan.steps() * 16;
        const int tap = step / steps_a_tap % C.taps();
        const int first_word = step / steps_a_tap / C.taps() * Plan.patch.words + step % steps_a_tap * 8;
        const PackedFour<P> four(i % warp);
        Words words;
        TN_UNROLL
        for (int k = 0; k < 4; ++k)
            words.at[k] = word<P>([&](int value) {
                const int row = rows + four.row[k], channel = (first_word + four.word[k]) * values_per_word(P) + value;
                if (row >= C.rows || channel >= C.channels) return 0.0f;
                return C.transposed ? weight[(channel * C.rows + row) * C.taps() + C.taps() - 1 - tap]
                                    : weight[(row * C.channels + channel) * C.taps() + tap];
            });
        packed[i] = words;
    }
};

}  // namespace tn::cuda
