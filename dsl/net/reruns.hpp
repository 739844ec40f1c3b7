// Recomputation: which layers are run again in backward, just before their gradients, so that what they gave need not
// be kept (Chen and others, "Training deep nets with sublinear memory cost", 2016).
#pragma once

#include <algorithm>

#include "dsl/net/plan.hpp"
#include "dsl/net/trace.hpp"

namespace tn {

/// The segments of a list that are run again: neighbours with the same number over 0 are one segment, which backward
/// runs forward once more when it comes to its end. What a node with 0 gives is kept.
template <int Nodes> struct Segments {
    int of[Nodes > 0 ? Nodes : 1]{};
};

namespace detail {

/// Where values come from and where they go to; -1: the input, nobody. A fork's outputs are the value that it forks,
/// their `root`.
template <int Nodes, int Values> struct ValueUses {
    int root[Values]{}, producer[Values]{}, user[Values]{};
    int last_reader[Values]{};  ///< of a root: the last node that computes with it, or with a fork's output that it is

    constexpr explicit ValueUses(const Program<Nodes, Values>& p) {
        for (int v = 0; v < Values; ++v) root[v] = v, producer[v] = user[v] = last_reader[v] = -1;
        for (int i = 0; i < p.nodes; ++i) {
            const Node& node = p.node[i];
            for (int k = 0; k < node.input_count; ++k) {
                user[node.inputs[k]] = i;
                if (node.runs && !node.is_fork) last_reader[root[node.inputs[k]]] = i;
            }
            for (int k = 0; k < node.output_count; ++k) {
                producer[node.outputs[k]] = i;
                if (node.is_fork) root[node.outputs[k]] = root[node.inputs[0]];
            }
        }
        last_reader[root[p.output]] = p.nodes;
    }
};

/// Which values have gradients, and which nodes a backward pass.
template <int Nodes, int Values> struct BackwardNodes {
    bool needs_gradient[Values]{}, runs[Nodes > 0 ? Nodes : 1]{};

    constexpr BackwardNodes(const Program<Nodes, Values>& p, Purpose purpose) {
        if (purpose == Purpose::infer) return;
        needs_gradient[0] = purpose != Purpose::train;
        for (int i = 0; i < p.nodes; ++i) {
            bool needed = p.node[i].trained;
            for (int k = 0; k < p.node[i].input_count; ++k) needed = needed || needs_gradient[p.node[i].inputs[k]];
            runs[i] = needed && p.node[i].runs;
            for (int k = 0; k < p.node[i].output_count; ++k) needs_gradient[p.node[i].outputs[k]] = needed;
        }
    }
};

/// True where the backward pass of a node reads input k.
constexpr bool backward_reads_input(const Node& node, int k) { return k == 0 ? node.reads.x : node.reads.others; }

/// Of the nodes from `begin` to `end`, without it, those that must run again for what their backward passes read and
/// did not keep, and which of their outputs that brings back. Every node but a fork has one output.
template <int Size> struct Reruns {
    bool node[Size]{};
    bool output[Size]{};  ///< read again and not kept

    /// Node i is at i - first.
    template <int Nodes, int Values>
    constexpr void add(const Program<Nodes, Values>& p, const ValueUses<Nodes, Values>& uses,
                       const bool (&runs_backward)[Nodes > 0 ? Nodes : 1], int begin, int end, int first = 0) {
        const auto read = [&](int v) {
            const int value = uses.root[v], made = uses.producer[value];
            if (made >= begin && made < end && uses.last_reader[value] < end) output[made - first] = true;
        };
        for (int i = begin; i < end; ++i) {
            if (!runs_backward[i]) continue;
            for (int k = 0; k < p.node[i].input_count; ++k)
                if (backward_reads_input(p.node[i], k)) read(p.node[i].inputs[k]);
            if (p.node[i].reads.y && !p.node[i].is_fork) read(p.node[i].outputs[0]);
        }
        for (int i = end - 1; i >= begin; --i) {
            const Node& n = p.node[i];
            if (!n.runs || n.is_fork) continue;
            const bool again = (runs_backward[i] && n.saved > 0) || output[i - first];
            node[i - first] = again;
            for (int k = 0; again && k < n.input_count; ++k) read(n.inputs[k]);
        }
    }
};

}  // namespace detail
}  // namespace tn
