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
    bool adds_gradients = false;
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
                adds_gradients<Device, L>(),
                is_frozen<L>};
    else
        return {};
}

}  // namespace detail

/// The program with the room that each layer's pass needs on the device for the samples that it runs at a time.
/// `summed`: training takes a batch in parts, so that the gradients of all weights are added to those of the part
/// before, from a place of their own where the kernel does not add.
template <class Device, int Nodes, int Values, class... Ps>
constexpr Program<Nodes, Values> with_room_on(Program<Nodes, Values> program, List<Ps...>, bool summed = false) {
    constexpr detail::RoomRecord rooms[] = {detail::room_record<Device, typename Ps::type>()..., detail::RoomRecord{}};
    using Uses = SharedUses<List<Ps...>>;
    std::size_t first = 0;
    for (std::size_t at = 0; at != sizeof...(Ps); ++at) {
        Node& node = program.node[at];
        if (!rooms[at].runs) continue;
        node.saved = rooms[at].saved(node.in, node.part);
        node.work = node.channels_last.any() || node.kept > 0
                        ? rooms[at].channels_last_work(node.in, node.part, node.channels_last)
                        : rooms[at].work(node.in, node.part);
        node.backward_work = rooms[at].backward_work(node.in, node.part);
        node.saves_for_inference = rooms[at].saves_for_inference;
        node.adds_gradients = rooms[at].adds_gradients;
    }
    bool any = Uses::uses.any || summed;
    for (const detail::RoomRecord& room : rooms) any = any || room.frozen;
    for (std::size_t at = 0; any && at != sizeof...(Ps); ++at) {
        const LayerRecord& record = LayerTable<List<Ps...>>::records[at];
        Node& node = program.node[at];
        const Parameters all = node.runs ? record.parameters(node.in) : Parameters{};
        for (int i = 0; i < all.count; ++i)
            if (const std::size_t layer = first + all.item[i].member;
                (summed && !node.adds_gradients) || all.item[i].frozen || Uses::uses.last[layer] != layer)
                node.added_gradients += aligned(all.item[i].size());
        first += record.members;
    }
    return program;
}

namespace detail {
/// A constant that all schedules of a list share.
template <class LayerList, Shape Input, int Samples> inline constexpr auto traced = trace(LayerList{}, Input, Samples);
}  // namespace detail

/// What there is to plan: a flat list for batches of up to `Samples`, on the device, within a limit. Training takes a
/// batch in parts of at most `Part` samples, each of which goes forward and backward before the next one begins.
template <class LayerList, Shape Input, int Samples, Purpose For, class Device, class Limit = detail::NoLimit,
          int Part = Samples>
struct Unplanned {
    using layers = LayerList;
    static constexpr int samples = Samples, part = Part, parts = (Samples + Part - 1) / Part;
    template <int Other> using in_parts_of = Unplanned<LayerList, Input, Samples, For, Device, Limit, Other>;
    static constexpr Purpose purpose = For;
    using limit = Limit;
    static constexpr auto divided = in_parts(detail::traced<LayerList, Input, Samples>, LayerList{}, Part,
                                             For == Purpose::infer ? part_values<Device>() : 0);
    static constexpr auto laid_out = For == Purpose::infer ? with_layouts_on<Device>(divided, LayerList{}) : divided;
    static constexpr auto program = with_room_on<Device>(laid_out, LayerList{}, Part < Samples);
    /// Values that inference keeps of weights.
    static constexpr std::size_t kept = [] {
        std::size_t values = 0;
        for (int at = 0; at < program.nodes; ++at) values += program.node[at].kept;
        return values;
    }();
    using planned = detail::Planned<Unplanned>;
};

/// The same with its plan.
template <class Of> struct Schedule : Of {
    static constexpr auto plan = Of::planned::placed.plan();
    /// What lies where, and when.
    static constexpr auto buffers() { return Of::planned::placed.buffers(); }
};

}  // namespace tn
