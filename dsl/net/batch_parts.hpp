// Inference by parts of a batch: the first layers of a network run on a few samples at a time, so that what goes
// between them stays in the caches and needs room for these alone; the layers behind them, of smaller values and more
// weights, run on more, and the last on the whole batch.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>

#include "dsl/net/layer_table.hpp"
#include "dsl/net/trace.hpp"

namespace tn {

namespace detail {

/// The fewest samples for which there is room: several threads share them.
inline constexpr int least_part = 4;

/// How many samples a node runs at a time by itself: as many as keep its values within `close`, but no fewer than make
/// half as many values as it has weights, which every part reads again.
constexpr int part_of_node(const Node& node, std::size_t weights, std::size_t close, int batch) {
    std::size_t values = node.out.size();
    for (int k = 0; k < node.input_count; ++k) values += node.in.size();
    const std::size_t fit = std::bit_floor(std::max<std::size_t>(close / values, 1));
    const std::size_t pay = std::bit_ceil(weights / values / 2 + 1);
    return static_cast<int>(std::min<std::size_t>(std::max(fit, pay), batch));
}

}  // namespace detail

/// Sets how many samples each node runs at a time: at most `batch`, and never more than a node behind it, so that a
/// network is a few runs of nodes with the same number.
template <int Nodes, int Values, class... Ps>
constexpr Program<Nodes, Values> in_parts(Program<Nodes, Values> program, List<Ps...>, int batch, std::size_t close) {
    int most = batch;
    for (int at = program.nodes - 1; at >= 0; --at) {
        Node& node = program.node[at];
        if (close > 0 && node.runs) {
            std::size_t weights = 0;
            const Parameters all = LayerTable<List<Ps...>>::records[at].parameters(node.in);
            for (int i = 0; i < all.count; ++i) weights += all.item[i].size();
            most = std::min(most, detail::part_of_node(node, weights, close, batch));
        }
        node.close = most;
        node.part = std::min(std::max(most, detail::least_part), batch);
    }
    return program;
}

}  // namespace tn
