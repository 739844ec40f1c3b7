#include "examples/photos/run/heat_maps.hpp"

#include <memory>
#include <vector>

#include "runtime/report/heat_overlay.hpp"

namespace photos {

using namespace tn;

Picture heat_picture(HeatMaps& maps, const Picture& photograph, const Picture& seen, const Normalise& normal,
                     int answer) {
    const Shape map = maps.map();
    normalise(seen.pixels, seen.shape, normal, maps.input().first(seen.shape.size()));
    std::vector<float> heat(Index{map.height} * map.width);
    maps.compute({&answer, 1}, heat);
    return overlay_heat(photograph, heat, map.height, map.width);
}

Explain explain_by_heat(NetworkModels& network, std::span<const Tensor<float>> weights, const Pictures& set,
                        const Normalise& normal) {
    const std::shared_ptr<HeatMaps> maps = network.heat_maps(weights);
    if (!maps) return {};
    return [maps, &set, normal](const Prediction& p) {
        const auto bytes = set.picture(p.picture);
        const Picture picture{set.shape, {bytes.begin(), bytes.end()}};
        return heat_picture(*maps, picture, picture, normal, p.predicted);
    };
}

}  // namespace photos
