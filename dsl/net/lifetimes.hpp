// How long every buffer of a network lives: from the step that writes it to the last that reads it.
#pragma once

#include <algorithm>
#include <cstddef>

#include "dsl/net/placement.hpp"
#include "dsl/net/plan.hpp"
#include "dsl/net/reruns.hpp"
#include "dsl/net/trace.hpp"

namespace tn::detail {

/// The buffers of a program with the steps in which each is in use. Steps 0 .. nodes-1 are the forward passes, step
/// nodes is the loss, and behind it come the backward passes, from the last node's on. `Again`: some nodes run again,
/// those of the segments, before the backward passes of theirs.
template <int Nodes, int Values, bool Again> class Lifetimes {
public:
    constexpr Lifetimes(const Program<Nodes, Values>& program, int batch, Purpose purpose,
                        const Segments<Nodes>& segments)
        : p(program),
          uses_(program),
          backward_(program, purpose),
          batch_(batch),
          part_(purpose != Purpose::infer && program.nodes > 0 ? program.node[0].part : batch),
          training_(purpose != Purpose::infer),
          room_(purpose == Purpose::watched ? alignment : 0) {
        for (int i = 0; Again && i < p.nodes; ++i) segment_[i] = segments.of[i];
        std::fill_n(value_, Values, -1);
        std::fill_n(gradient_, Values, -1);
        for (int* of_nodes : {saved_, work_forward_, work_backward_, added_gradients_})
            std::fill_n(of_nodes, nodes, -1);
        std::fill_n(again_, again_values, -1);
        for (int* of_nodes : {first_saved_, work_again_, spare_states_}) std::fill_n(of_nodes, again_nodes, -1);
        find_parts();
        find_steps();
        place_values();
        if (Again) place_values_again();
        if (training_) place_gradients();
        place_saved_and_work();
    }

    /// The most values that are in use at one time, and in which step: no placement needs fewer.
    struct InUse {
        std::size_t values = 0;
        int step = 0;
    };
    constexpr InUse most_in_use() const {
        std::size_t more[3 * nodes + 4]{}, less[3 * nodes + 4]{};
        for (int b = 0; b < count_; ++b) {
            more[buffer_[b].first] += buffer_[b].size;
            less[std::min(buffer_[b].last, steps_ + 1) + 1] += buffer_[b].size;
        }
        std::size_t now = 0;
        InUse most;
        for (int step = 0; step <= steps_ + 1; ++step) {
            now = now + more[step] - less[step];
            if (now > most.values) most = {now, step};
        }
        return most;
    }

    /// The node that computes in a step; the last one where the loss does.
    constexpr int node_of(int step) const {
        if (step < p.nodes) return step;
        for (int i = 0; i < p.nodes; ++i)
            if (backward_step_[i] == step || (runs_again(i) && again_step_[i] == step)) return i;
        return p.nodes - 1;
    }

protected:
    constexpr int forward_step(int node) const { return node; }
    constexpr int loss_step() const { return p.nodes; }
    constexpr int backward_step(int node) const { return backward_step_[node]; }
    constexpr int again_step(int node) const { return again_step_[node]; }
    constexpr bool runs_again(int node) const { return Again && reruns_.node[node]; }

    static constexpr int nodes = Nodes > 0 ? Nodes : 1;
    const Program<Nodes, Values>& p;
    ValueUses<Nodes, Values> uses_;
    BackwardNodes<Nodes, Values> backward_;
    std::size_t batch_, part_;  // part_: samples between a forward pass and its backward pass
    bool training_;
    std::size_t room_;
    int steps_ = 0;
    // Which buffer each is; -1: none.
    int value_[Values]{}, gradient_[Values]{};
    int saved_[nodes]{}, work_forward_[nodes]{}, work_backward_[nodes]{}, added_gradients_[nodes]{};
    bool shared_[Values]{}, whole_[Values]{};
    int first_of_run_[nodes]{}, last_of_run_[nodes]{}, backward_step_[nodes]{};
    // Of the second run; of hardly any size where there is none.
    static constexpr int again_values = Again ? Values : 1, again_nodes = Again ? nodes : 1;
    Reruns<again_nodes> reruns_;
    int again_[again_values]{}, segment_[again_nodes]{}, end_of_segment_[again_nodes]{};
    int again_step_[again_nodes]{}, again_from_[again_nodes]{};
    int first_saved_[again_nodes]{}, work_again_[again_nodes]{}, spare_states_[again_nodes]{};
    static constexpr int capacity = Again ? 3 * Values + 7 * nodes : 2 * Values + 4 * nodes;
    Buffer buffer_[capacity]{};
    std::size_t size_[capacity]{};
    int count_ = 0;

private:
    constexpr int add(std::size_t size, int first, int last) {
        size_[count_] = size;
        buffer_[count_] = {size ? aligned(size) + 2 * room_ : 0, 0, first, last};
        return count_++;
    }
    constexpr void lives_until(int b, int step) { buffer_[b].last = std::max(buffer_[b].last, step); }

    /// Nodes that run on as many samples at a time are run one after another for each part of the batch: what they hand
    /// to nodes that run on another number has room for the whole batch. So has the network's input and output, and
    /// what comes into its last layer, for those who ask for features.
    constexpr void find_parts() {
        int last = -1;
        for (int i = 0; i < p.nodes; ++i) {
            first_of_run_[i] = i > 0 && p.node[i].part == p.node[i - 1].part ? first_of_run_[i - 1] : i;
            if (p.node[i].runs && !p.node[i].is_fork) last = i;
        }
        for (int i = p.nodes - 1; i >= 0; --i)
            last_of_run_[i] = i + 1 < p.nodes && p.node[i].part == p.node[i + 1].part ? last_of_run_[i + 1] : i;
        whole_[0] = whole_[root(p.output)] = true;
        if (last >= 0) whole_[root(p.node[last].inputs[0])] = true;
        for (int v = 0; v < p.values; ++v) {
            const int made = uses_.producer[root(v)];
            if (uses_.user[v] >= 0 && (made < 0 || first_of_run_[made] != first_of_run_[uses_.user[v]]))
                whole_[root(v)] = true;
        }
        // A joined value is whole where the other is, and where one that is joined is.
        for (int v = 0; v < p.values; ++v)
            if (const int into = p.joined[v].into; into >= 0) whole_[into] = whole_[into] || whole_[v];
        for (int v = 0; v < p.values; ++v)
            if (const int into = p.joined[v].into; into >= 0) whole_[v] = whole_[into];
        for (int v = 0; v < Values; ++v) whole_[v] = whole_[root(v)];
    }
    constexpr int root(int v) const { return uses_.root[v]; }

    /// When everything runs: a segment that runs again does so before the first of its backward passes.
    constexpr void find_steps() {
        int next = loss_step() + 1;
        for (int i = p.nodes - 1; i >= 0; --i) {
            if (Again) again_from_[i] = i + 1;
            const int own = Again ? segment_[i] : 0;
            if (own > 0 && (i + 1 == p.nodes || segment_[i + 1] != own)) {
                int& begin = again_from_[i] = i;
                while (begin > 0 && segment_[begin - 1] == own) --begin;
                reruns_.add(p, uses_, backward_.runs, begin, i + 1);
                for (int j = begin; j <= i; ++j) {
                    again_step_[j] = next++;
                    end_of_segment_[j] = i + 1;
                }
            }
            backward_step_[i] = next++;
        }
        steps_ = next - 1;
    }

    /// True of a value that only its own segment reads: the second run makes it anew, where it is needed.
    constexpr bool is_made_anew(int v) const {
        const int made = uses_.producer[root(v)];
        return Again && made >= 0 && end_of_segment_[made] > uses_.last_reader[root(v)];
    }

    /// When node i begins and ends to use a value: for what has room for the whole batch, all of a run that is repeated
    /// for every part.
    constexpr bool is_repeated(int v, int i) const {
        return whole_[v] && p.node[first_of_run_[i]].close < static_cast<int>(batch_);
    }
    constexpr int first_use(int v, int i) const { return forward_step(is_repeated(v, i) ? first_of_run_[i] : i); }
    constexpr int last_use(int v, int i) const { return forward_step(is_repeated(v, i) ? last_of_run_[i] : i); }

    /// True when node i may write its output over its input: nobody reads the input later.
    constexpr bool may_overwrite(int i) const {
        const int x = p.node[i].inputs[0];
        if (!p.node[i].in_place || x == 0 || shared_[x] || whole_[x] != whole_[p.node[i].outputs[0]]) return false;
        return !training_ || is_made_anew(x) || (!runs_again(i) && !backward_reads(i, x));
    }
    constexpr bool backward_reads(int i, int x) const {
        return (backward_.runs[i] && p.node[i].reads.x) ||
               (backward_.runs[uses_.producer[x]] && p.node[uses_.producer[x]].reads.y);
    }
    /// True of a kept value whose place has the next one, after the first run.
    constexpr bool is_overwritten(int y) const {
        return uses_.user[y] >= 0 && p.node[uses_.user[y]].inputs[0] == y && p.node[uses_.user[y]].runs &&
               may_overwrite(uses_.user[y]);
    }
    /// Whether node i may write over its input in the second run.
    constexpr bool may_overwrite_again(int i) const {
        const int x = p.node[i].inputs[0];
        return p.node[i].in_place && !shared_[x] && is_made_anew(x) && again_[x] >= 0 && !backward_reads(i, x);
    }

    /// Values of output y of a node.
    constexpr std::size_t room_of(int y, const Node& node) const {
        return p.value[y].size() * (whole_[y] ? batch_ : node.part);
    }

    constexpr void place_values() {
        value_[0] = add(p.value[0].size() * batch_, 0, training_ ? steps_ : 0);
        for (int i = 0; i < p.nodes; ++i) {
            const Node& node = p.node[i];
            if (!node.runs) continue;
            for (int k = 0; k < node.input_count; ++k) {
                const int x = node.inputs[k];
                lives_until(value_[x], last_use(x, i));
                if (is_made_anew(x)) continue;
                if (runs_again(i)) lives_until(value_[x], again_step(i));
                if (backward_.runs[i] && backward_reads_input(node, k)) lives_until(value_[x], backward_step(i));
            }
            for (int k = 0; k < node.output_count; ++k) {
                const int y = node.outputs[k];
                if (node.is_fork) {
                    value_[y] = value_[node.inputs[0]];
                    shared_[y] = true;
                } else if (may_overwrite(i)) {
                    value_[y] = value_[node.inputs[0]];
                } else if (const int into = p.joined[y].into; into >= 0) {
                    if (value_[into] < 0) value_[into] = add(room_of(into, node), first_use(y, i), last_use(y, i));
                    value_[y] = value_[into];
                } else if (value_[y] < 0) {
                    value_[y] = add(room_of(y, node), first_use(y, i), last_use(y, i));
                }
                lives_until(value_[y], last_use(y, i));
                if (is_made_anew(y)) continue;
                if (runs_again(i) && is_overwritten(y)) continue;
                if (Again) again_[y] = value_[y];
                if (runs_again(i)) lives_until(value_[y], again_step(i));
                if (backward_.runs[i] && node.reads.y) lives_until(value_[y], backward_step(i));
            }
        }
        if (Again) again_[0] = value_[0];
        lives_until(value_[p.output], steps_ + 1);
    }

    /// What the second run of a segment makes anew lives from there to the last backward pass that reads it.
    constexpr void place_values_again() {
        for (int i = 0; i < p.nodes; ++i) {
            const Node& node = p.node[i];
            for (int k = 0; node.is_fork && k < node.output_count; ++k)
                if (is_made_anew(node.outputs[k])) again_[node.outputs[k]] = again_[node.inputs[0]];
            if (node.is_fork || !node.runs) continue;
            for (int k = 0; k < node.input_count; ++k) {
                if (!is_made_anew(node.inputs[k]) || again_[node.inputs[k]] < 0) continue;
                if (runs_again(i)) lives_until(again_[node.inputs[k]], again_step(i));
                if (backward_.runs[i] && backward_reads_input(node, k))
                    lives_until(again_[node.inputs[k]], backward_step(i));
            }
            for (int k = 0; runs_again(i) && k < node.output_count; ++k) {
                const int y = node.outputs[k];
                if (!is_made_anew(y) && !is_overwritten(y)) continue;
                again_[y] = may_overwrite_again(i) ? again_[node.inputs[0]]
                                                   : add(room_of(y, node), again_step(i), again_step(i));
                lives_until(again_[y], again_step(i));
                if (backward_.runs[i] && node.reads.y) lives_until(again_[y], backward_step(i));
            }
        }
    }

    constexpr void place_gradients() {
        for (int i = p.nodes - 1; i >= -1; --i) {
            const int outputs = i < 0 ? 1 : p.node[i].output_count;
            for (int k = 0; k < outputs; ++k) {
                const int v = i < 0 ? 0 : p.node[i].outputs[k];
                if (!backward_.needs_gradient[v]) continue;
                const int end = i < 0 ? steps_ + 1 : backward_step(i);
                const int user = uses_.user[v];
                if (user >= 0 && p.node[user].in_place) {
                    gradient_[v] = gradient_[p.node[user].outputs[0]];
                    lives_until(gradient_[v], end);
                } else {
                    gradient_[v] = add(p.value[v].size() * part_, user < 0 ? loss_step() : backward_step(user), end);
                }
            }
        }
    }

    /// Small scratch is one buffer for all passes: two for each of hundreds of layers would be most of what the
    /// compiler has to place.
    constexpr void place_saved_and_work() {
        std::size_t largest = 0, small = 0;
        for (int v = 0; v < p.values; ++v) largest = std::max<std::size_t>(largest, p.value[v].size() * part_);
        const auto look = [&](std::size_t work) {
            if (work <= largest / 64) small = std::max(small, work);
        };
        for (int i = 0; i < p.nodes; ++i) {
            look(p.node[i].work);
            if (Again) look(p.node[i].state_values);
            if (training_) look(p.node[i].backward_work);
        }
        const int shared = small ? add(small, 0, steps_ + 1) : -1;
        for (int i = 0; i < p.nodes; ++i) {
            if (p.node[i].saved && ((training_ && !p.node[i].at_inference) || p.node[i].saves_for_inference)) {
                const int end = backward_.runs[i] ? backward_step(i) : forward_step(i);
                if (runs_again(i)) {
                    first_saved_[i] = add(p.node[i].saved, forward_step(i), forward_step(i));
                    saved_[i] = add(p.node[i].saved, again_step(i), std::max(end, again_step(i)));
                } else {
                    saved_[i] = add(p.node[i].saved, forward_step(i), end);
                    if (Again) first_saved_[i] = saved_[i];
                }
            }
            if (backward_.runs[i] && p.node[i].added_gradients)
                added_gradients_[i] = add(p.node[i].added_gradients, backward_step(i), backward_step(i));
            const auto place_work = [&](std::size_t work, int step) {
                return work == 0 ? -1 : work <= small ? shared : add(work, step, step);
            };
            work_forward_[i] = place_work(p.node[i].work, forward_step(i));
            if (backward_.runs[i]) work_backward_[i] = place_work(p.node[i].backward_work, backward_step(i));
            if (!runs_again(i)) continue;
            work_again_[i] = place_work(p.node[i].work, again_step(i));
            spare_states_[i] = place_work(p.node[i].state_values, again_step(i));
        }
    }
};

}  // namespace tn::detail
