// From the outputs of a network's last layer to its predictions, in place.
#pragma once

#include "dsl/loss/loss.hpp"
#include "dsl/net/net.hpp"

namespace tn {

/// Makes probabilities, or whatever the loss of N predicts, of the outputs of n samples at y, of which `active` count.
template <class N, class Device, class T> void enqueue_predictions(Device& device, T* y, int n, int active) {
    using L = typename N::loss;
    constexpr int channels = N::output.channels, pixels = static_cast<int>(N::output.plane());
    if constexpr (Traits<L>::operation.kind == Operation::identity)
        return;  // they are the outputs
    else if constexpr (requires { L::predict_pixel(y, y, 1, 1, 1); })
        device.for_ranges(n * pixels, PredictPixels<L, T>{y, channels, active, pixels});
    else if constexpr (LossTraits<L>::by_pixels(N::output))  // value by value
        device.for_ranges(n * channels * pixels, PredictPart<L, T>{y, 1, 1});
    else
        device.for_ranges(n, PredictPart<L, T>{y, channels * pixels, active});
}

}  // namespace tn
