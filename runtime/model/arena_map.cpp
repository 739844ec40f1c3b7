#include "runtime/model/arena_map.hpp"

#include <algorithm>

namespace tn::detail {

namespace {

/// What a buffer is, and in short.
ArenaPart described(const BufferUse& use, std::span<const std::string> layers) {
    ArenaPart part;
    part.kind = use.kind;
    const bool of_layer = use.node >= 0;
    const std::string layer = of_layer ? layers[use.node] : "";
    switch (use.kind) {
        case BufferUse::persistent: break;
        case BufferUse::value:
            part.label = of_layer ? layer : "input";
            part.name = of_layer ? "output of " + layer : "the network's input";
            break;
        case BufferUse::gradient:
            part.label = of_layer ? layer : "input";
            part.name = "gradient of " + (of_layer ? "the output of " + layer : "the network's input");
            break;
        case BufferUse::saved:
            part.label = layer;
            part.name = "what " + layer + " keeps for backward";
            break;
        case BufferUse::scratch:
            part.label = of_layer ? layer : "scratch";
            part.name = of_layer ? "scratch of " + layer : "scratch of all layers";
            break;
    }
    return part;
}

}  // namespace

ArenaMap map_of(std::size_t values, std::size_t planned, std::span<const PersistentSpan> persistent,
                std::span<const Buffer> buffers, std::span<const BufferUse> use, std::span<const std::string> layers) {
    ArenaMap map;
    map.bytes = values * sizeof(float);
    map.loss = static_cast<int>(layers.size());
    for (const Buffer& b : buffers) map.steps = std::max(map.steps, b.first + 1);
    for (const PersistentSpan& p : persistent)
        if (p.end > p.begin)
            map.parts.push_back({BufferUse::persistent, p.name, p.name, p.begin * sizeof(float),
                                 (p.end - p.begin) * sizeof(float), 0, map.steps - 1});
    for (std::size_t i = 0; i < buffers.size(); ++i) {
        if (buffers[i].size == 0) continue;
        ArenaPart part = described(use[i], layers);
        part.offset = (planned + buffers[i].offset) * sizeof(float);
        part.bytes = buffers[i].size * sizeof(float);
        part.first = buffers[i].first;
        part.last = std::min(buffers[i].last, map.steps - 1);
        map.parts.push_back(part);
    }
    return map;
}

}  // namespace tn::detail
