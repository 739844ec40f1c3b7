// Which layers to compute again in backward so that a network trains in a given memory: the search for the least work.
//
// The list is cut into neighbours that are kept and segments that run again. For each cut the cheapest choices before
// it are known, by how much they keep (dynamic programming over a chain, as in Beaumont and others, "Optimal
// checkpointing for heterogeneous chains", 2019, with segments of one level). Of branches what is in use beside a
// segment counts as kept. What a choice really needs, the planner says.
#pragma once

#include <algorithm>
#include <cstddef>

#include "dsl/net/reruns.hpp"

namespace tn {

namespace detail {

/// A segment: the work of its second run; values that it keeps from forward to its backward passes, its own and those
/// that come into it; the most in use in its backward passes, with these.
struct SegmentNeeds {
    double work = 0;
    std::size_t kept = 0, most = 0;
    bool possible = false;
};

/// What the search knows of a program that trains.
template <int Nodes, int Values> struct SearchedProgram {
    static constexpr int nodes = Nodes > 0 ? Nodes : 1;
    /// A segment has at most so many nodes.
    static constexpr int longest = 24;

    const Program<Nodes, Values>& p;
    std::size_t samples;  // at a time
    ValueUses<Nodes, Values> uses;
    BackwardNodes<Nodes, Values> backward;
    double cost[nodes]{};                // of the forward pass
    bool read[Values]{};                 // by a backward pass; of roots
    std::size_t gradients[nodes + 1]{};  // in use in the node's backward pass
    std::size_t waiting[nodes + 1]{};    // gradients that are there before the backward pass of the node before

    constexpr SearchedProgram(const Program<Nodes, Values>& program, int part, Purpose purpose,
                              const double (&costs)[nodes])
        : p(program), samples(part), uses(program), backward(program, purpose) {
        for (int i = 0; i < p.nodes; ++i) {
            const Node& node = p.node[i];
            cost[i] = costs[i];
            for (int k = 0; backward.runs[i] && k < node.input_count; ++k)
                if (backward_reads_input(node, k)) read[uses.root[node.inputs[k]]] = true;
            for (int k = 0; backward.runs[i] && node.reads.y && k < node.output_count; ++k)
                read[uses.root[node.outputs[k]]] = true;
        }
        for (int v = 0; v < p.values; ++v) {
            if (!backward.needs_gradient[v]) continue;
            const int user = uses.user[v];
            const int last = user < 0 ? p.nodes - 1 : user - p.node[user].in_place;
            for (int i = std::max(uses.producer[v], 0); i <= last; ++i) gradients[i] += size(v);
            for (int i = uses.producer[v] + 1; i <= (user < 0 ? p.nodes : user); ++i) waiting[i] += size(v);
        }
    }

    constexpr std::size_t size(int v) const { return aligned(p.value[v].size() * samples); }
    constexpr bool computes(int i) const { return p.node[i].runs && !p.node[i].is_fork; }

    /// Node i by itself, kept.
    constexpr SegmentNeeds kept(int i) const {
        const Node& node = p.node[i];
        SegmentNeeds needs;
        needs.possible = true;
        if (!computes(i)) return needs;
        std::size_t out = 0;
        for (int k = 0; k < node.output_count; ++k)
            if (read[node.outputs[k]])
                needs.kept += size(node.outputs[k]);
            else
                out += size(node.outputs[k]);
        if (backward.runs[i]) needs.kept += aligned(node.saved);
        needs.most = needs.kept + std::max(out + aligned(node.work), backward.runs[i] ? in_backward(i) : 0);
        return needs;
    }

    /// The nodes from `begin` to `end`, without it, as a segment that runs again.
    constexpr SegmentNeeds again(int begin, int end) const {
        Reruns<longest> reruns;
        reruns.add(p, uses, backward.runs, begin, end, begin);
        SegmentNeeds needs;
        // Made anew: what backward passes read, and what only the second run does.
        std::size_t anew = 0, passing = 0, in_run = 0, most = 0;
        int counted[max_branches]{}, count = 0;  // what comes into the segment and is counted already
        for (int i = begin; i < end; ++i) {
            if (!computes(i)) continue;
            const Node& node = p.node[i];
            const bool runs_again = reruns.node[i - begin];
            if (runs_again) {
                if (node.rerun == Rerun::never) return {};
                needs.work += cost[i];
                anew += aligned(node.saved);
            }
            for (int k = 0; k < node.output_count; ++k) {
                const int v = node.outputs[k];
                if (uses.last_reader[v] >= end)
                    needs.kept += read[v] || runs_again ? size(v) : 0;
                else if (runs_again)
                    (read[v] ? anew : passing) += size(v);
            }
            if (runs_again) in_run = std::max(in_run, anew + passing + aligned(node.work));
            for (int k = 0; runs_again && k < node.input_count; ++k) {
                const int v = uses.root[node.inputs[k]];
                bool twice = false;
                for (int j = 0; j < k; ++j) twice = twice || uses.root[node.inputs[j]] == v;
                if (twice || read[v] || v == 0) continue;
                if (uses.producer[v] >= begin) {
                    if (uses.last_reader[v] == i) passing -= size(v);
                } else if (std::find(counted, counted + count, v) == counted + count) {
                    if (count < max_branches) counted[count++] = v;
                    needs.kept += size(v);
                }
            }
            if (backward.runs[i]) most = std::max(most, anew + in_backward(i));
        }
        needs.possible = needs.work > 0;
        needs.most = needs.kept + std::max(most, in_run + waiting[end]);
        return needs;
    }

private:
    constexpr std::size_t in_backward(int i) const {
        return gradients[i] + aligned(p.node[i].backward_work) + aligned(p.node[i].added_gradients);
    }
};

/// The cheapest ways to get to a cut by what is kept there: in the order of values, each with less work than the one
/// before.
struct CheapestWays {
    struct Way {
        std::size_t kept = 0;
        double work = 0;
        int from = -1, way = -1;  // the cut before, and which of its ways
        bool again = false;       // between them is a segment
    };
    static constexpr int capacity = 24;
    Way way[capacity + 1]{};
    int count = 0;

    constexpr void add(const Way& own) {
        int at = 0;
        while (at < count && way[at].kept <= own.kept) ++at;
        if (at > 0 && way[at - 1].work <= own.work) return;
        int behind = at;
        while (behind < count && way[behind].work >= own.work) ++behind;
        if (behind == at) {
            for (int i = count; i > at; --i) way[i] = way[i - 1];
            ++count;
        } else {
            for (int i = behind; i < count; ++i) way[i - behind + at + 1] = way[i];
            count -= behind - at - 1;
        }
        way[at] = own;
        if (count > capacity) leave_one_out();
    }

private:
    /// The one that saves least work beside the one before it, but not the first or the last.
    constexpr void leave_one_out() {
        int least = 1;
        for (int i = 2; i < count - 1; ++i)
            if (way[i - 1].work - way[i].work < way[least - 1].work - way[least].work) least = i;
        for (int i = least; i + 1 < count; ++i) way[i] = way[i + 1];
        --count;
    }
};

/// The needs of all segments that begin at `Count` nodes from `Begin` on: a constant of its own, which no budget
/// changes.
template <class Searched, int Begin, int Count> struct SegmentTable {
    static constexpr int longest = Searched::longest, begin = Begin, count = Count;
    SegmentNeeds kept[Count]{}, again[Count][longest]{};

    constexpr explicit SegmentTable(const Searched& of) {
        for (int i = 0; i < Count; ++i) {
            const int begin = Begin + i;
            kept[i] = of.kept(begin);
            if (!of.computes(begin)) continue;
            for (int end = begin + 1; end <= std::min(begin + longest, of.p.nodes); ++end)
                if (of.computes(end - 1)) again[i][end - begin - 1] = of.again(begin, end);
        }
    }
};

/// A part of the search, which goes on where the part before it ends: for `Count` cuts from `Begin` on the cheapest
/// ways to them within a budget, and for those behind them the ways from these and earlier ones.
template <int Begin, int Count, int Longest> struct CheapestCuts {
    CheapestWays cut[Count + Longest + 1]{};

    constexpr CheapestCuts() { cut[0].add({}); }

    template <int EarlierCount>
    constexpr explicit CheapestCuts(const CheapestCuts<Begin - EarlierCount, EarlierCount, Longest>& earlier) {
        for (int i = 0; i <= Longest; ++i) cut[i] = earlier.cut[EarlierCount + i];
    }

    /// With the segments of a table.
    template <class Table> constexpr void run(const Table& table, std::size_t budget) {
        for (int i = 0; i < Count; ++i) {
            extend(i, i + 1, table.kept[i], false, budget);
            for (int length = 1; length <= Longest; ++length)
                if (table.again[i][length - 1].possible)
                    extend(i, i + length, table.again[i][length - 1], true, budget);
        }
    }

private:
    constexpr void extend(int from, int to, const SegmentNeeds& needs, bool again, std::size_t budget) {
        for (int i = 0; i < cut[from].count; ++i) {
            const CheapestWays::Way& way = cut[from].way[i];
            if (way.kept + needs.most > budget) return;
            cut[to].add({way.kept + needs.kept, way.work + needs.work, Begin + from, i, again});
        }
    }
};

/// The segments of the way with the least work to the last cut, with `ways(cut)` for the ways to each.
template <int Nodes, class WaysTo> constexpr Segments<Nodes> cheapest_segments(int nodes, WaysTo ways) {
    Segments<Nodes> segments;
    int way = ways(nodes).count - 1;
    for (int at = nodes, number = nodes; at > 0;) {
        const CheapestWays::Way& own = ways(at).way[way];
        for (int i = own.from; own.again && i < at; ++i) segments.of[i] = number;
        number -= own.again;
        at = own.from;
        way = own.way;
    }
    return segments;
}

}  // namespace detail
}  // namespace tn
