#include "examples/photos/networks/model.hpp"

namespace photos {

TrainedModel open_model(const std::string& path, Networks& networks) {
    const KnownNetwork& network = network_of(checkpoint_info(Safetensors(path), path).description, path);
    TrainedModel opened{network, networks.network(network), nullptr, {}};
    opened.model = opened.models->inference_model();
    opened.info = load_checkpoint(path, *opened.model);
    opened.model->active_outputs(static_cast<int>(opened.info.classes.size()));
    return opened;
}

Pictures set_of(const Picture& picture, const KnownNetwork& network) {
    Pictures one;
    one.shape = network.shape;
    one.pixels = resize(picture, network.shape, network.fit).pixels;
    one.labels = {0};
    return one;
}

}  // namespace photos
