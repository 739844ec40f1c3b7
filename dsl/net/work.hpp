// How much there is to compute in a layer, known to the compiler: a device need not wake threads for little.
#pragma once

#include <algorithm>

#include "dsl/core/index.hpp"
#include "dsl/net/layer_table.hpp"
#include "dsl/net/trace.hpp"

namespace tn {

/// About how many values an entry of a list reads, multiplies and writes for one sample, or somewhat more: those that
/// come in and go out, and for every tensor of weights its size times the positions where it is used.
constexpr double work_of(const LayerRecord& record, const Node& node) {
    const double positions = static_cast<double>(std::max(node.in.plane(), node.out.plane()));
    double work = static_cast<double>(node.in.size()) + static_cast<double>(node.out.size());
    const Parameters all = record.parameters(node.in);
    for (int i = 0; i < all.count; ++i) {
        const Parameter& p = all.item[i];
        const bool dense = p.rank == 2 && p.extent[1] == static_cast<int>(node.in.size());
        work += static_cast<double>(p.size()) * (dense ? 1 : positions);
    }
    return work;
}

/// About how long an entry's forward pass of one sample takes, in products of two numbers: a value that is read or
/// written takes as long as some ten of them.
constexpr double forward_cost_of(const LayerRecord& record, const Node& node) {
    const double values = static_cast<double>(node.in.size()) + static_cast<double>(node.out.size());
    return work_of(record, node) + 9 * values;
}

/// About how long another part of a batch takes, in the same measure: the weights are read again forward and backward,
/// and their gradients are written, read and added to those of the parts before; of matrices half of it where the
/// kernel adds, while those of convolutions transform their weights for every part. Where a tensor does not stay in a
/// core's cache each of these takes some eight times as long (measured: ResNet-18 in 32 parts, the reference network in
/// 5 and 8).
constexpr double part_cost_of(const LayerRecord& record, const Node& node) {
    constexpr double in_cache = 60, beyond = 500, cached = 1 << 18;
    double cost = 0;
    const Parameters all = record.parameters(node.in);
    for (int i = 0; i < all.count; ++i) {
        const double size = all.item[i].frozen ? 0 : static_cast<double>(all.item[i].size());
        const bool adds = node.adds_gradients && all.item[i].rank == 2;
        cost += (adds ? 0.5 : 1) * size * (size > cached ? beyond : in_cache);
    }
    return cost;
}

}  // namespace tn
