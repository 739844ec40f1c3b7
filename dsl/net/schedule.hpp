// What an executor follows: the list that runs on a device, with its shapes and where its buffers lie.
#pragma once

#include "dsl/core/kernel.hpp"
#include "dsl/net/batch_parts.hpp"
#include "dsl/net/layer_table.hpp"
#include "dsl/net/planned.hpp"
#include "dsl/net/shared_uses.hpp"
#include "dsl/net/trace.hpp"
#include "dsl/net/value_layouts.hpp"

namespace tn {

namespace detail {

/// How much room a layer needs on a device.
struct RoomRecord {
    bool runs = false;  // not whether `saved` is null: to g++ with sanitizers that is no constant
    std::size_t (*saved)(Shape in, int batch) = nullptr;
    std::size_t (*work)(Shape in, int batch) = nullptr;
    std::size_t (*backward_work)(Shape in, int batch) = nullptr;
    std::size_t (*channels_last_work)(Shape in, int batch, Sides sides) = nullptr;
    bool saves_for_inference = false;
    bool frozen = false;  ///< it, or a member
};
template <class Device, class L> constexpr RoomRecord room_record() {
    if constexpr (Layer<L>)
        return {true,
                &saved_values<Device, L>,
                &work_values<Device, L>,
                &backward_work_values<Device, L>,
                &channels_last_work_values<Device, L>,
                !has_kernel_of<Device, L> && Traits<L>::saves_for_inference,
                is_frozen<L>};
    else
        return {};
}

}  // namespace detail

/// The program with the room that each layer's pass needs on the device for the samples that it runs at a time.
template <class Device, int Nodes, int Values, class... Ps>
constexpr Program<Nodes, Values> with_room_on(Program<Nodes, Values> program, List<Ps...>) {
    constexpr detail::RoomRecord rooms[] = {detail::room_record<Device, typename Ps::type>()..., detail::RoomRecord{}};
    using Uses = SharedUses<List<Ps...>>;
    std::size_t first = 0;
    for (std::size_t at = 0; at != sizeof...(Ps); ++at) {
        Node& node = program.node[at];
        if (!rooms[at].runs) continue;
        node.saved = rooms[at].saved(node.in, node.part);
        node.work = node.channels_last.any() ? rooms[at].channels_last_work(node.in, node.part, node.channels_last)
                                             : rooms[at].work(node.in, node.part);
        node.backward_work = rooms[at].backward_work(node.in, node.part);
        node.saves_for_inference = rooms[at].saves_for_inference;
    }
    bool any = Uses::uses.any;
    for (const detail::RoomRecord& room : rooms) any = any || room.frozen;
    for (std::size_t at = 0; any && at != sizeof...(Ps); ++at) {
        const LayerRecord& record = LayerTable<List<Ps...>>::records[at];
        Node& node = program.node[at];
        const Parameters all = node.runs ? record.parameters(node.in) : Parameters{};
        for (int i = 0; i < all.count; ++i)
            if (const std::size_t layer = first + all.item[i].member;
                all.item[i].frozen || Uses::uses.last[layer] != layer)
                node.added_gradients += aligned(all.item[i].size());
        first += record.members;
    }
    return program;
}

/// Of a flat list, for batches of up to `Samples`, on the device, within a limit.
template <class LayerList, Shape Input, int Samples, Purpose For, class Device, class Limit = detail::NoLimit>
struct Schedule {
    using layers = LayerList;
    static constexpr int samples = Samples;
    static constexpr Purpose purpose = For;
    using limit = Limit;
    static constexpr auto divided = in_parts(trace(LayerList{}, Input, Samples), LayerList{}, Samples,
                                             For == Purpose::infer ? part_values<Device>() : 0);
    static constexpr auto laid_out = For == Purpose::infer ? with_layouts_on<Device>(divided, LayerList{}) : divided;
    static constexpr auto program = with_room_on<Device>(laid_out, LayerList{});
    /// Values that inference keeps of weights.
    static constexpr std::size_t kept = [] {
        std::size_t values = 0;
        for (int at = 0; at < program.nodes; ++at) values += program.node[at].kept;
        return values;
    }();
    using planned = detail::Planned<Schedule>;
    static constexpr auto plan = planned::placed.plan();
    /// What lies where, and when.
    static constexpr auto buffers() { return planned::placed.buffers(); }
};

}  // namespace tn
