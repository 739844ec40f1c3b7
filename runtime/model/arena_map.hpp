// What lies where in the arena of a model that trains, and when: for people.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "dsl/net/buffer_use.hpp"
#include "dsl/net/placement.hpp"
#include "runtime/model/arena_layout.hpp"

namespace tn {

/// A part of an arena that is in use from step `first` to step `last`, both included.
struct ArenaPart {
    BufferUse::Kind kind = BufferUse::persistent;
    std::string label;                  ///< a layer, "Adam's state": short
    std::string name;                   ///< "output of 0 Conv<16, 3>"
    std::size_t offset = 0, bytes = 0;  ///< from the arena's begin
    int first = 0, last = 0;
};

/// Steps are counted as the plan counts them: the forward passes of the layers, the loss, and backward passes, between
/// which layers may run forward again.
struct ArenaMap {
    std::size_t bytes = 0;
    int loss = 0, steps = 0;  ///< the step of the loss, and how many there are
    int in_parts = 1;         ///< how often they are taken for a batch: once for each part of it
    std::vector<ArenaPart> parts;
};

namespace detail {

/// A part that is there all the time, in values.
struct PersistentSpan {
    const char* name;
    std::size_t begin, end;
};

/// `buffers` lie from value `planned` of an arena of `values` on; `use` says what each is for and names one of
/// `layers`.
ArenaMap map_of(std::size_t values, std::size_t planned, std::span<const PersistentSpan> persistent,
                std::span<const Buffer> buffers, std::span<const BufferUse> use, std::span<const std::string> layers);

}  // namespace detail

/// Of Model<N, Optimizer, Device>.
template <class N, class Optimizer, class Device = cpu::Device> ArenaMap arena_map() {
    using Layout = ArenaLayout<N, Fusion::on, Purpose::train, Optimizer::states, Device>;
    using Table = LayerTable<typename Layout::layers>;
    static constexpr auto buffers = Layout::schedule::buffers();
    static constexpr auto use = Layout::schedule::planned::placed.uses();
    const std::array<detail::PersistentSpan, 6> persistent{
        {{"weights", 0, Layout::parameter_span},
         {"gradients of the weights", Layout::gradients, Layout::gradients + Layout::parameter_span},
         {"what the optimizer keeps", Layout::optimizer_state(0), Layout::states},
         {"running statistics", Layout::states, Layout::frozen},
         {"frozen weights", Layout::frozen, Layout::planned},
         {"targets and losses", Layout::step_number, Layout::size}}};
    std::vector<std::string> layers;
    for (const LayerRecord& record : Table::records)
        layers.push_back(record.members ? record.path[0].text().string() + " " + record.name().string() : "");
    const auto count = static_cast<std::size_t>(buffers.count);
    ArenaMap map =
        detail::map_of(Layout::size, Layout::planned, persistent, std::span<const Buffer>(buffers.buffer, count),
                       std::span<const BufferUse>(use.use, count), layers);
    map.in_parts = Layout::schedule::parts;
    return map;
}

}  // namespace tn
