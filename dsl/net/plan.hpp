// Where every buffer of a network lies in the arena, as the executor reads it.
#pragma once

#include <cstddef>
#include <limits>

namespace tn {

inline constexpr std::size_t nowhere = std::numeric_limits<std::size_t>::max();

/// What a plan is for. `input_gradient`: the gradient of the network's input is computed too. `watched`: the same with
/// free room around every buffer, so that a test sees what is written outside.
enum class Purpose { infer, train, input_gradient, watched };

/// Offsets, in values from the start of the planned region, of everything a program needs besides its parameters;
/// `nowhere` where there is nothing.
template <int Nodes, int Values> struct Plan {
    static constexpr int nodes = Nodes > 0 ? Nodes : 1;
    std::size_t value[Values]{}, gradient[Values]{};
    std::size_t saved[nodes]{}, work_forward[nodes]{}, work_backward[nodes]{}, added_gradients[nodes]{};
    std::size_t size = 0;
    bool runs_backward[nodes]{};
    bool whole[Values]{};  ///< the value has room for the whole batch, and not for a part alone
    int backward_step[nodes]{};

    /// Where nodes run again: which do, the first of the segment that runs before the backward pass of this node
    /// (the one behind it where none does), and where what differs from the first run lies: what values are in the
    /// second run and in backward, what the first run saves, scratch, and states that nobody reads.
    bool runs_again[nodes]{};
    int again_from[nodes]{}, again_step[nodes]{};
    std::size_t again[Values]{}, first_saved[nodes]{}, work_again[nodes]{}, spare_states[nodes]{};
};

}  // namespace tn
