// Where in a photograph the network saw what it answers, as a picture.
#pragma once

#include "examples/photos/networks/known_network.hpp"
#include "runtime/report/prediction_grid.hpp"

namespace photos {

/// The photograph, of the proportions in which the network sees it but of any size, below the heat map (Grad-CAM) of a
/// class. `seen` is the same as the network takes it.
tn::Picture heat_picture(HeatMaps& maps, const tn::Picture& photograph, const tn::Picture& seen,
                         const tn::Normalise& normalise, int answer);

/// That of a prediction for a picture of the set, which must outlive it, by a network with these weights. Empty where
/// the device has no heat maps.
tn::Explain explain_by_heat(NetworkModels& network, std::span<const tn::Tensor<float>> weights, const tn::Pictures& set,
                            const tn::Normalise& normalise);

}  // namespace photos
