// What an executor follows: the list that runs on a device, with its shapes and where its buffers lie.
#pragma once

#include "dsl/core/kernel.hpp"
#include "dsl/net/fuse.hpp"
#include "dsl/net/plan.hpp"
#include "dsl/net/shared_uses.hpp"
#include "dsl/net/trace.hpp"

namespace tn {

/// Whether neighbours are fused into one kernel or every layer runs by itself (slower; what tests compare with).
enum class Fusion { on, off };

/// The traced program with the room that each layer's pass needs on the device for `batch` samples.
template <class Device, int Nodes, int Values, class... Ps>
constexpr Program<Nodes, Values> with_room_on(Program<Nodes, Values> program, List<Ps...>, int batch) {
    std::size_t next = 0;
    const auto give_room = [&]<class L>(Type<L>) {
        Node& node = program.node[next++];
        if constexpr (Layer<L>) {
            node.saved = saved_values<Device, L>(node.in, batch);
            node.saves_for_inference = !has_kernel_of<Device, L> && Traits<L>::saves_for_inference;
            node.work = work_values<Device, L>(node.in, batch);
        }
    };
    InOrder{(give_room(Type<typename Ps::type>{}), 0)...};
    using Uses = SharedUses<List<Ps...>>;
    if constexpr (Uses::uses.any) {
        std::size_t entry = 0, first = 0;
        const auto give_gradients = [&]<class P>(Type<P>) {
            Node& node = program.node[entry++];
            if constexpr (Layer<typename P::type>) {
                const Parameters all = Traits<typename P::type>::parameters(node.in);
                for (int i = 0; i < all.count; ++i)
                    if (const std::size_t layer = first + all.item[i].member; Uses::uses.last[layer] != layer)
                        node.added_gradients += aligned(all.item[i].size());
            }
            first += P::members;
        };
        InOrder{(give_gradients(Type<Ps>{}), 0)...};
    }
    return program;
}

/// Of a flat list, for batches of up to `Samples`, on the device.
template <class LayerList, Shape Input, int Samples, Purpose For, class Device> struct Schedule {
    using layers = LayerList;
    static constexpr auto program = with_room_on<Device>(trace(LayerList{}, Input, Samples), LayerList{}, Samples);
    static constexpr auto plan = make_plan(program, Samples, For);
};

}  // namespace tn
