#include "examples/photos/networks/model.hpp"

#include "examples/photos/networks/int8_model.hpp"
#include "runtime/data/fit_names.hpp"
#include "runtime/int8/int8_file.hpp"

namespace photos {

namespace {

void open_int8(TrainedModel& opened, const std::string& path, int classes, Networks& networks) {
    const auto products = networks.byte_products();
    if (!products) throw Error(path + ": is in int8, which runs on the CPU: use --device cpu");
    opened.model->active_outputs(classes);
    Int8File file = load_int8(path, opened.models->graph(*opened.model));
    opened.info = std::move(file.info);
    opened.model = int8_model(std::move(file.quantised), *products, opened.model->batch(), networks.threads());
    opened.int8 = true;
}

}  // namespace

TrainedModel open_model(const std::string& path, Networks& networks) {
    const Safetensors file(path);
    const CheckpointInfo info = checkpoint_info(file, path);
    const KnownNetwork& network = network_of(info.description, path);
    TrainedModel opened{network, fit_of(info, network), networks.network(network), nullptr, {}};
    opened.model = opened.models->inference_model();
    if (is_int8(file)) {
        open_int8(opened, path, static_cast<int>(info.classes.size()), networks);
        return opened;
    }
    opened.info = load_checkpoint(path, *opened.model);
    opened.model->active_outputs(static_cast<int>(opened.info.classes.size()));
    return opened;
}

std::string describe(const TrainedModel& trained, const Networks& networks) {
    return trained.int8 ? trained.model->describe() : networks.describe();
}

Fit fit_of(const CheckpointInfo& info, const KnownNetwork& network) {
    const auto found = info.more.find(fit_key);
    return found == info.more.end() ? network.fit : parse_fit(found->second);
}

Pictures set_of(const Picture& picture, const TrainedModel& trained) {
    Pictures one;
    one.shape = trained.network.shape;
    one.pixels = resize(picture, one.shape, trained.fit).pixels;
    one.labels = {0};
    return one;
}

}  // namespace photos
