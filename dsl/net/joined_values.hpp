// Concatenations without a copy: in inference a branch writes its values where the concatenation has them, if it can.
#pragma once

#include "dsl/core/kernel.hpp"
#include "dsl/net/reruns.hpp"
#include "dsl/net/trace.hpp"

namespace tn::detail {

/// Notes for the inputs of a concatenation, node `at`, which of them lie in its output: those that nobody else reads
/// and whose kernels can write so. Where channels lie side by side these are rows with others between, which a kernel
/// has to know of; where they lie plane by plane, of one sample, each branch's planes are together. `writes_rows_apart`
/// is asked for a node.
template <int Nodes, int Values, class F>
constexpr void join_in_place(Program<Nodes, Values>& p, const ValueUses<Nodes, Values>& uses, int at,
                             const F& writes_rows_apart) {
    const Node& join = p.node[at];
    const int y = join.outputs[0];
    const bool rows = join.channels_last == Sides{true, true};
    // Of what comes into the last layer features are made, by itself.
    if (uses.user[y] < 0 || !(rows || (join.part == 1 && !join.channels_last.any()))) return;
    int begin = 0;
    for (int k = 0; k < join.input_count; ++k) {
        const int x = join.inputs[k], made = uses.producer[x];
        const int own = begin;
        begin += rows ? p.value[x].channels : static_cast<int>(p.value[x].size());
        if (made < 0 || uses.root[x] != x || p.node[made].in_place) continue;
        if (rows && !(p.node[made].channels_last.y && writes_rows_apart(made))) continue;
        p.joined[x] = {y, own};
        if (rows) p.node[made].y_row = join.out.channels;
    }
}

}  // namespace tn::detail
