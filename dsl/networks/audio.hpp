// A network for sound.
#pragma once

#include "dsl/layers/activations.hpp"
#include "dsl/layers/batch_norm.hpp"
#include "dsl/layers/dense.hpp"
#include "dsl/layers/global_avg_pool.hpp"
#include "dsl/layers/signals.hpp"
#include "dsl/net/seq.hpp"

namespace tn::networks {

/// M5 of Dai and others, "Very deep convolutional neural networks for raw waveforms", 2017: from the samples
/// themselves, Signal<1, 8000> for a second at 8 kHz.
template <int Classes = 35, int Width = 128>
using AudioM5 = Seq<Conv1D<Width, 80, Stride<4>, Pad<0>>, BN, Relu, Pool1D<4>, Conv1D<Width, 3>, BN, Relu, Pool1D<4>,
                    Conv1D<2 * Width, 3>, BN, Relu, Pool1D<4>, Conv1D<4 * Width, 3>, BN, Relu, Pool1D<4>, GlobalAvgPool,
                    Dense<Classes>>;

}  // namespace tn::networks
