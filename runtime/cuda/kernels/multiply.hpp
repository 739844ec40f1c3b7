// A matrix product whose matrices are computed where they are read: what a convolution, forward and backward, is.
#pragma once

#include "runtime/cuda/kernels/gather.hpp"
#include "runtime/cuda/kernels/tile.hpp"

namespace tn::cuda {

/// The tile of a b at (first_row, first_column), summed over the inner extent from `begin` to `end`. `m` gives the
/// matrices, 0 outside of them, as its way of gathering asks (runtime/cuda/kernels/gather.hpp).
template <Precision P, Tile T, class Thread, class M>
TN_DEVICE Accumulators<T> multiply(Thread& t, const M& m, int first_row, int first_column, int begin, int end) {
    constexpr std::size_t a_words = T.rows * Tile::pitch, b_words = T.columns * Tile::pitch;
    const auto a = t.template shared<std::uint32_t>(0, a_words);
    const auto b = t.template shared<std::uint32_t>(sizeof(std::uint32_t) * a_words, b_words);
    const typename GatherOf<P, T, M>::type gather(t.thread(), m, first_row, first_column, end);
    Accumulators<T> sum{};
    for (int k0 = begin; k0 < end; k0 += depth<P>) {
        gather(k0, a, b);
        t.barrier();
        accumulate<P>(t, sum, a, b);
        t.barrier();
    }
    return sum;
}

}  // namespace tn::cuda
