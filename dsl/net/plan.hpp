// The arena: where every buffer of a network lies, decided by the compiler from how long each one lives.
#pragma once

#include <algorithm>
#include <limits>

#include "dsl/net/trace.hpp"

namespace tn {

/// Buffers begin at multiples of this many values: 64 bytes of floats, a cache line and the widest vector.
inline constexpr std::size_t alignment = 16;
constexpr std::size_t aligned(std::size_t values) { return (values + alignment - 1) / alignment * alignment; }

inline constexpr std::size_t nowhere = std::numeric_limits<std::size_t>::max();

/// What a plan is for. `input_gradient`: the gradient of the network's input is computed too. `watched`: the same with
/// free room around every buffer, so that a test sees what is written outside.
enum class Purpose { infer, train, input_gradient, watched };

/// A buffer that is in use from step `first` to step `last`, both included.
struct Buffer {
    std::size_t size = 0, offset = 0;
    int first = 0, last = 0;
};

/// Gives each buffer a place such that two that live at the same time do not overlap: the largest first, each at the
/// lowest place that is free for its whole life. In several parts, each a constant of its own, where a network is so
/// large that compilers would not evaluate it at once.
template <std::size_t N> struct Placement {
    int by_size[N]{}, next[N]{};  // next: the placed one behind this one, by offset
    int count = 0, done = 0, lowest = -1;
    std::size_t total = 0;  ///< the values needed for those that are placed

    constexpr Placement() = default;
    constexpr Placement(const Buffer (&buffer)[N], int all) : count(all) {
        for (int i = 0; i < count; ++i) by_size[i] = i;
        std::sort(by_size, by_size + count, [&](int a, int b) {
            return buffer[a].size != buffer[b].size ? buffer[a].size > buffer[b].size : a < b;
        });
    }

    /// Places what comes before `end`, by size.
    constexpr void run(Buffer (&buffer)[N], int end) {
        for (; done < end; ++done) {
            const int own = by_size[done];
            Buffer& b = buffer[own];
            if (b.size == 0) continue;
            std::size_t at = 0;
            int before = -1;
            // Few statements: a compiler counts how many it evaluates, and large networks have many pairs of buffers.
            for (int j = lowest; j >= 0 && buffer[j].offset < at + b.size; j = next[j])
                if (const Buffer& other = buffer[j];
                    other.last >= b.first && other.first <= b.last && other.offset + other.size > at)
                    at = other.offset + other.size, before = j;
                else if (other.offset <= at)
                    before = j;
            b.offset = at;
            total = std::max(total, at + b.size);
            int& link = before < 0 ? lowest : next[before];
            next[own] = link;
            link = own;
        }
    }
};

/// All at once. Returns the values needed.
template <std::size_t N> constexpr std::size_t place(Buffer (&buffer)[N], int count) {
    Placement<N> placement(buffer, count);
    placement.run(buffer, count);
    return placement.total;
}

/// The buffers of a plan as they were asked for: offset and size without the room around them. The network's input is
/// the first.
template <int Capacity> struct Buffers {
    Buffer buffer[Capacity]{};
    int count = 0;
};

/// Offsets, in values from the start of the planned region, of everything a program needs besides its parameters;
/// `nowhere` where there is nothing.
template <int Nodes, int Values> struct Plan {
    std::size_t value[Values]{}, gradient[Values]{};
    std::size_t saved[Nodes > 0 ? Nodes : 1]{}, work_forward[Nodes > 0 ? Nodes : 1]{},
        work_backward[Nodes > 0 ? Nodes : 1]{}, added_gradients[Nodes > 0 ? Nodes : 1]{};
    std::size_t size = 0;
    bool runs_backward[Nodes > 0 ? Nodes : 1]{};
    bool whole[Values]{};  ///< the value has room for the whole batch, and not for a part alone
};

namespace detail {

template <int Nodes, int Values> class Planner {
public:
    constexpr Planner(const Program<Nodes, Values>& program, int batch, Purpose purpose)
        : p(program),
          batch_(batch),
          training_(purpose != Purpose::infer),
          input_gradient_(purpose == Purpose::input_gradient || purpose == Purpose::watched),
          room_(purpose == Purpose::watched ? alignment : 0),
          steps_(2 * program.nodes) {}

    /// Decides how long every buffer lives. Then they are to be placed.
    constexpr void prepare() {
        find_users();
        find_parts();
        place_values();
        if (training_) place_gradients();
        place_saved_and_work();
        placement_ = Placement<capacity>(buffer_, count_);
    }

    /// This planner with part `part` of `parts` of its buffers placed, and all before.
    constexpr Planner placed(int part, int parts) const {
        Planner more = *this;
        more.placement_.run(more.buffer_, count_ * part / parts);
        return more;
    }

    constexpr Plan<Nodes, Values> plan() const {
        Plan<Nodes, Values> plan;
        plan.size = placement_.total;
        const auto offset = [&](int b) { return b < 0 ? nowhere : buffer_[b].offset + room_; };
        for (int v = 0; v < Values; ++v) {
            plan.value[v] = offset(value_[v]);
            plan.gradient[v] = offset(gradient_[v]);
            plan.whole[v] = whole_[v];
        }
        for (int i = 0; i < p.nodes; ++i) {
            plan.saved[i] = offset(saved_[i]);
            plan.work_forward[i] = offset(work_forward_[i]);
            plan.work_backward[i] = offset(work_backward_[i]);
            plan.added_gradients[i] = offset(added_gradients_[i]);
            plan.runs_backward[i] = runs_backward_[i];
        }
        return plan;
    }

    /// What lies where, and when.
    constexpr auto buffers() const {
        Buffers<capacity> all;
        for (; all.count < count_; ++all.count) {
            const Buffer& b = buffer_[all.count];
            all.buffer[all.count] = {size_[all.count], b.offset + room_, b.first, b.last};
        }
        return all;
    }

private:
    constexpr int forward_step(int node) const { return node; }
    constexpr int loss_step() const { return p.nodes; }
    constexpr int backward_step(int node) const { return steps_ - node; }

    constexpr int add(std::size_t size, int first, int last) {
        size_[count_] = size;
        buffer_[count_] = {size ? aligned(size) + 2 * room_ : 0, 0, first, last};
        return count_++;
    }
    constexpr void lives_until(int b, int step) { buffer_[b].last = std::max(buffer_[b].last, step); }

    constexpr void find_users() {
        for (int v = 0; v < Values; ++v) producer_[v] = user_[v] = value_[v] = gradient_[v] = -1;
        for (int i = 0; i < p.nodes; ++i) {
            saved_[i] = work_forward_[i] = work_backward_[i] = added_gradients_[i] = -1;
            for (int k = 0; k < p.node[i].input_count; ++k) user_[p.node[i].inputs[k]] = i;
            for (int k = 0; k < p.node[i].output_count; ++k) producer_[p.node[i].outputs[k]] = i;
        }
        needs_gradient_[0] = input_gradient_;
        for (int i = 0; i < p.nodes; ++i) {
            bool needed = p.node[i].trained;
            for (int k = 0; k < p.node[i].input_count; ++k) needed = needed || needs_gradient_[p.node[i].inputs[k]];
            runs_backward_[i] = training_ && needed && p.node[i].runs;
            for (int k = 0; k < p.node[i].output_count; ++k) needs_gradient_[p.node[i].outputs[k]] = needed;
        }
    }

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
        for (int v = 0; v < Values; ++v) root_[v] = v;
        for (int i = 0; i < p.nodes; ++i)
            for (int k = 0; p.node[i].is_fork && k < p.node[i].output_count; ++k)
                root_[p.node[i].outputs[k]] = root_[p.node[i].inputs[0]];
        whole_[0] = whole_[root_[p.output]] = true;
        if (last >= 0) whole_[root_[p.node[last].inputs[0]]] = true;
        for (int v = 0; v < p.values; ++v) {
            const int made = producer_[root_[v]];
            if (user_[v] >= 0 && (made < 0 || first_of_run_[made] != first_of_run_[user_[v]])) whole_[root_[v]] = true;
        }
        for (int v = 0; v < Values; ++v) whole_[v] = whole_[root_[v]];
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
        if (!training_) return true;
        return !(runs_backward_[i] && p.node[i].reads.x) &&
               !(runs_backward_[producer_[x]] && p.node[producer_[x]].reads.y);
    }

    constexpr void place_values() {
        value_[0] = add(p.value[0].size() * batch_, 0, training_ ? steps_ : 0);
        for (int i = 0; i < p.nodes; ++i) {
            const Node& node = p.node[i];
            if (!node.runs) continue;
            for (int k = 0; k < node.input_count; ++k) {
                lives_until(value_[node.inputs[k]], last_use(node.inputs[k], i));
                if (runs_backward_[i] && (k == 0 ? node.reads.x : node.reads.others))
                    lives_until(value_[node.inputs[k]], backward_step(i));
            }
            for (int k = 0; k < node.output_count; ++k) {
                const int y = node.outputs[k];
                if (node.is_fork) {
                    value_[y] = value_[node.inputs[0]];
                    shared_[y] = true;
                } else if (may_overwrite(i)) {
                    value_[y] = value_[node.inputs[0]];
                } else {
                    value_[y] =
                        add(node.out.size() * (whole_[y] ? batch_ : node.part), first_use(y, i), last_use(y, i));
                }
                lives_until(value_[y], last_use(y, i));
                if (runs_backward_[i] && node.reads.y) lives_until(value_[y], backward_step(i));
            }
        }
        lives_until(value_[p.output], steps_ + 1);
    }

    constexpr void place_gradients() {
        for (int i = p.nodes - 1; i >= -1; --i) {
            const int outputs = i < 0 ? 1 : p.node[i].output_count;
            for (int k = 0; k < outputs; ++k) {
                const int v = i < 0 ? 0 : p.node[i].outputs[k];
                if (!needs_gradient_[v]) continue;
                const int end = i < 0 ? steps_ + 1 : backward_step(i);
                const int user = user_[v];
                if (user >= 0 && p.node[user].in_place) {
                    gradient_[v] = gradient_[p.node[user].outputs[0]];
                    lives_until(gradient_[v], end);
                } else {
                    gradient_[v] = add(p.value[v].size() * batch_, user < 0 ? loss_step() : backward_step(user), end);
                }
            }
        }
    }

    /// Small scratch is one buffer for all passes: two for each of hundreds of layers would be most of what the
    /// compiler has to place.
    constexpr void place_saved_and_work() {
        std::size_t largest = 0, small = 0;
        for (int v = 0; v < p.values; ++v) largest = std::max<std::size_t>(largest, p.value[v].size() * batch_);
        const auto look = [&](std::size_t work) {
            if (work <= largest / 64) small = std::max(small, work);
        };
        for (int i = 0; i < p.nodes; ++i) {
            look(p.node[i].work);
            if (training_) look(p.node[i].backward_work);
        }
        const int shared = small ? add(small, 0, steps_ + 1) : -1;
        for (int i = 0; i < p.nodes; ++i) {
            if (p.node[i].saved && ((training_ && !p.node[i].at_inference) || p.node[i].saves_for_inference))
                saved_[i] =
                    add(p.node[i].saved, forward_step(i), runs_backward_[i] ? backward_step(i) : forward_step(i));
            if (runs_backward_[i] && p.node[i].added_gradients)
                added_gradients_[i] = add(p.node[i].added_gradients, backward_step(i), backward_step(i));
            const auto place_work = [&](std::size_t work, int step) {
                return work == 0 ? -1 : work <= small ? shared : add(work, step, step);
            };
            work_forward_[i] = place_work(p.node[i].work, forward_step(i));
            if (runs_backward_[i]) work_backward_[i] = place_work(p.node[i].backward_work, backward_step(i));
        }
    }

    static constexpr int nodes = Nodes > 0 ? Nodes : 1;
    const Program<Nodes, Values>& p;
    std::size_t batch_;
    bool training_, input_gradient_;
    std::size_t room_;
    int steps_;
    int producer_[Values]{}, user_[Values]{}, value_[Values]{}, gradient_[Values]{};
    int root_[Values]{}, first_of_run_[nodes]{}, last_of_run_[nodes]{};  // root: of values in one place the first
    bool needs_gradient_[Values]{}, shared_[Values]{}, whole_[Values]{}, runs_backward_[nodes]{};
    int saved_[nodes]{}, work_forward_[nodes]{}, work_backward_[nodes]{}, added_gradients_[nodes]{};
    static constexpr int capacity = 2 * Values + 4 * nodes;
    Buffer buffer_[capacity]{};
    std::size_t size_[capacity]{};
    Placement<capacity> placement_;
    int count_ = 0;
};

}  // namespace detail

/// A planner with all of its buffers, not placed. Steps 0 .. nodes-1 are the forward passes, step nodes is the loss,
/// and node i's backward pass is step 2 nodes - i.
template <int Nodes, int Values>
constexpr auto make_planner(const Program<Nodes, Values>& program, int batch, Purpose purpose) {
    detail::Planner<Nodes, Values> planner(program, batch, purpose);
    planner.prepare();
    return planner;
}

/// The plan at once.
template <int Nodes, int Values>
constexpr Plan<Nodes, Values> make_plan(const Program<Nodes, Values>& program, int batch, Purpose purpose) {
    return make_planner(program, batch, purpose).placed(1, 1).plan();
}

/// The buffers that make_plan places, with the steps in which each is in use.
template <int Nodes, int Values>
constexpr auto plan_buffers(const Program<Nodes, Values>& program, int batch, Purpose purpose) {
    return make_planner(program, batch, purpose).placed(1, 1).buffers();
}

}  // namespace tn
