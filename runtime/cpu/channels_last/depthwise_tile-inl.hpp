// Neighbouring outputs of a depthwise convolution whose window is known: each input is loaded once for all of them.
#if defined(TN_CPU_CHANNELS_LAST_DEPTHWISE_TILE_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_CHANNELS_LAST_DEPTHWISE_TILE_INL
#undef TN_CPU_CHANNELS_LAST_DEPTHWISE_TILE_INL
#else
#define TN_CPU_CHANNELS_LAST_DEPTHWISE_TILE_INL
#endif

#include <utility>

#include "dsl/core/index.hpp"
#include "runtime/core/isa_target.hpp"
#include "runtime/cpu/channels_last/plan.hpp"
#include "runtime/cpu/simd/vector-inl.hpp"

namespace tn::cpu::TN_ISA {

/// How vectors of channels are loaded. No lambdas: g++ compiles these for no instruction set.
struct WholeVectors {
    TN_INLINE V operator()(const float* p) const { return load(p); }
};
struct PartOfVector {
    int count;
    TN_INLINE V operator()(const float* p) const { return load_partial(p, count); }
};

/// T neighbouring outputs of a K x K window that moves by S: their sums stay in registers, beside a row of taps.
template <int K, int S, int T> struct DepthwiseTile {
    static constexpr int columns = (T - 1) * S + K;
    V sum[T];

    TN_INLINE explicit DepthwiseTile(const float* shifts) {
        TN_UNROLL for (int t = 0; t < T; ++t) sum[t] = load(shifts);
    }

    /// A row of inputs, `step` floats apart, of which those from `first` to `last` - 1 are inside; of taps, tap_row
    /// apart.
    template <class Get>
    TN_INLINE void add_row(const float* x, Index step, int first, int last, const float* taps, Index tap_row, Get get) {
        V tap[K];
        TN_UNROLL for (int j = 0; j < K; ++j) tap[j] = load(taps + j * tap_row);
        if (first <= 0 && last >= columns)
            each_column<true>(x, step, first, last, tap, get, std::make_integer_sequence<int, columns>{});
        else
            each_column<false>(x, step, first, last, tap, get, std::make_integer_sequence<int, columns>{});
    }

private:
    template <bool Inside, class Get, int... Columns>
    TN_INLINE void each_column(const float* x, Index step, int first, int last, const V (&tap)[K], Get get,
                               std::integer_sequence<int, Columns...>) {
        (add_column<Inside, Columns>(x + Columns * step, first, last, tap, get), ...);
    }
    template <bool Inside, int Column, class Get>
    TN_INLINE void add_column(const float* x, int first, int last, const V (&tap)[K], Get get) {
        if (!Inside && (Column < first || Column >= last)) return;
        const V value = get(x);
        TN_UNROLL for (int t = 0; t < T; ++t) {
            const int j = Column - t * S;
            if (j >= 0 && j < K) sum[t] += value * tap[j];
        }
    }
};

}  // namespace tn::cpu::TN_ISA
#endif
