// The arena of a network, decided by the compiler: its buffers, placed by how long each one lives.
#pragma once

#include <cstddef>

#include "dsl/net/buffer_use.hpp"
#include "dsl/net/lifetimes.hpp"
#include "dsl/net/placement.hpp"
#include "dsl/net/plan.hpp"

namespace tn {

namespace detail {

/// Places the buffers of a program, in parts.
template <int Nodes, int Values, bool Again> class Planner : public Lifetimes<Nodes, Values, Again> {
    using Base = Lifetimes<Nodes, Values, Again>;
    using Base::capacity, Base::p, Base::buffer_, Base::size_, Base::count_, Base::room_;

public:
    constexpr Planner(const Program<Nodes, Values>& program, int batch, Purpose purpose,
                      const Segments<Nodes>& segments)
        : Base(program, batch, purpose, segments), placement_(buffer_, count_, PlacementOrder::by_size, 0) {}

    /// This planner with nothing placed, and another order, or with what now ends highest placed earlier.
    constexpr Planner in_order(PlacementOrder order) const {
        Planner other = *this;
        other.placement_ = Placement<capacity>(buffer_, count_, order, this->most_in_use().step);
        return other;
    }
    constexpr Planner with_the_highest_earlier() const {
        Planner other = *this;
        other.placement_ = placement_.with_the_highest_earlier();
        return other;
    }

    /// The values needed for what is placed.
    constexpr std::size_t size() const { return placement_.total; }

    /// This planner with part `part` of `parts` of its buffers placed, and all before.
    constexpr Planner placed(int part, int parts) const {
        Planner more = *this;
        more.placement_.run(more.buffer_, count_ * part / parts);
        return more;
    }

    constexpr Plan<Nodes, Values> plan() const {
        Plan<Nodes, Values> plan;
        plan.size = size();
        const auto offset = [&](int b) { return b < 0 ? nowhere : buffer_[b].offset + room_; };
        for (int v = 0; v < Values; ++v) {
            plan.value[v] = offset(this->value_[v]);
            if (plan.value[v] != nowhere) plan.value[v] += p.joined[v].begin;
            plan.gradient[v] = offset(this->gradient_[v]);
            plan.again[v] = Again ? offset(this->again_[v]) : plan.value[v];
            plan.whole[v] = this->whole_[v];
        }
        for (int i = 0; i < p.nodes; ++i) {
            plan.saved[i] = offset(this->saved_[i]);
            plan.work_forward[i] = offset(this->work_forward_[i]);
            plan.work_backward[i] = offset(this->work_backward_[i]);
            plan.added_gradients[i] = offset(this->added_gradients_[i]);
            plan.runs_backward[i] = this->backward_.runs[i];
            plan.backward_step[i] = this->backward_step_[i];
            plan.again_from[i] = i + 1;
            plan.first_saved[i] = plan.saved[i];
            plan.spare_states[i] = nowhere;
            if constexpr (Again) {
                plan.runs_again[i] = this->reruns_.node[i];
                plan.again_from[i] = this->again_from_[i];
                plan.again_step[i] = this->again_step_[i];
                plan.first_saved[i] = offset(this->first_saved_[i]);
                plan.work_again[i] = offset(this->work_again_[i]);
                plan.spare_states[i] = offset(this->spare_states_[i]);
            }
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

    /// What each of buffers() is for: of several uses the first.
    constexpr auto uses() const {
        BufferUses<capacity> all;
        bool known[capacity]{};
        const auto put = [&](int b, BufferUse::Kind kind, int node) {
            if (b < 0 || known[b]) return;
            known[b] = true;
            all.use[b] = {kind, node};
        };
        for (int v = 0; v < p.values; ++v) {
            const int made = this->uses_.producer[this->uses_.root[v]];
            put(this->value_[v], BufferUse::value, made);
            if (Again) put(this->again_[v], BufferUse::value, made);
            put(this->gradient_[v], BufferUse::gradient, made);
        }
        for (int i = 0; i < p.nodes; ++i) {
            put(this->saved_[i], BufferUse::saved, i);
            if (Again) put(this->first_saved_[i], BufferUse::saved, i);
            put(this->added_gradients_[i], BufferUse::scratch, i);
            const auto scratch = [&](int b) {
                // What lives all the time serves all nodes.
                if (b >= 0) put(b, BufferUse::scratch, buffer_[b].first < buffer_[b].last ? -1 : i);
            };
            scratch(this->work_forward_[i]);
            scratch(this->work_backward_[i]);
            if (Again) scratch(this->work_again_[i]);
            if (Again) scratch(this->spare_states_[i]);
        }
        return all;
    }

private:
    Placement<capacity> placement_;
};

}  // namespace detail

/// A planner with all of its buffers, not placed.
template <bool Again = false, int Nodes, int Values>
constexpr auto make_planner(const Program<Nodes, Values>& program, int batch, Purpose purpose,
                            const Segments<Nodes>& segments = {}) {
    return detail::Planner<Nodes, Values, Again>(program, batch, purpose, segments);
}

}  // namespace tn
