#include "examples/photos/networks/known_network.hpp"

#include <algorithm>

#include "runtime/core/error.hpp"
#include "runtime/model/checkpoint.hpp"

namespace photos {

namespace {

std::vector<KnownNetwork>& all() {
    static std::vector<KnownNetwork> networks;
    return networks;
}

}  // namespace

const std::vector<KnownNetwork>& known_networks() { return all(); }

const KnownNetwork& known_network(const std::string& name) {
    std::string names;
    for (const KnownNetwork& n : all()) {
        if (n.name == name) return n;
        names += (names.empty() ? "" : ", ") + n.name;
    }
    throw Error("there is no network '" + name + "': there are " + names);
}

const KnownNetwork& network_of(const std::string& description, const std::string& path) {
    for (const KnownNetwork& n : all())
        if (n.description == description) return n;
    throw Error(path +
                ": is of another network: " + first_difference(description, known_network("grey-128").description));
}

void register_network(KnownNetwork network) {
    const auto place =
        std::ranges::find_if(all(), [&](const KnownNetwork& other) { return other.parameters > network.parameters; });
    all().insert(place, std::move(network));
}

}  // namespace photos
