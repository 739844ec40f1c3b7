// Puts a known network among those that the program has.
#pragma once

#include "examples/photos/networks/network_on.hpp"
#include "runtime/cpu/device.hpp"

namespace photos {

/// An object of this type, with the life of the program, registers the network `Known` (network_types.hpp).
template <class Known> struct RegisterNetwork {
    RegisterNetwork() {
        using Infers = typename Known::template Of<Known::infer_batch>;
        KnownNetwork n;
        n.name = Known::name;
        n.purpose = Known::purpose;
        n.description = Infers::description();
        n.shape = {Infers::input.channels, Infers::input.height, Infers::input.width};
        if constexpr (requires { Known::fit; }) n.fit = Known::fit;
        if constexpr (requires { Known::normalise; }) n.normalise = Known::normalise;
        if constexpr (requires { Known::tensor_names(); }) n.tensor_names = Known::tensor_names();
        n.parameters = Infers::parameters;
        n.infer_batch = Known::infer_batch;
        n.infer_bytes = Infers::infer_bytes;
        set_training(n, typename Known::TrainBatches{});
        n.on_cpu = [](cpu::Device& device) -> std::unique_ptr<NetworkModels> {
            return std::make_unique<NetworkOn<Known, cpu::Device>>(device);
        };
        register_network(std::move(n));
    }

private:
    template <int First, int... Others>
    static void set_training(KnownNetwork& n, std::integer_sequence<int, First, Others...>) {
        n.train_batch = First;
        n.train_bytes = Known::template Of<First>::template train_bytes<Adam>;
        // Of large networks the search alone takes twice as long to compile as all the rest.
        if constexpr (Known::template Of<First>::program.nodes <= 100) {
            constexpr auto& curve = Known::template Of<First>::template memory_curve<Adam>;
            n.memory_curve.assign(curve.begin(), curve.end());
            constexpr auto& parts = Known::template Of<First>::template parts_curve<Adam>;
            n.memory_curve.insert(n.memory_curve.end(), parts.begin(), parts.end());
        }
    }
};

}  // namespace photos
