// Training within a limit: what is computed again in backward, in how many parts a batch is taken, or both.
#pragma once

#include <type_traits>

#include "dsl/net/planned.hpp"
#include "dsl/net/within.hpp"

namespace tn::detail {

/// Samples of a part where a batch of `samples` is taken in so many.
constexpr int part_of(int samples, int parts) { return (samples + parts - 1) / parts; }

/// The next smaller parts, of as few as there can be; 0 behind those of one sample.
constexpr int smaller_part(int samples, int part) {
    if (part == 1) return 0;
    int parts = part_of(samples, part) + 1;
    while (part_of(samples, parts) >= part) ++parts;
    return part_of(samples, parts);
}
constexpr int half_of_part(int part) { return part == 1 ? 0 : (part + 1) / 2; }

/// Whether a layer of the program takes statistics of the batch, which are others where it is taken in parts: one with
/// states that training moves.
template <class P> constexpr bool takes_statistics(const P& program) {
    for (int i = 0; i < program.nodes; ++i)
        if (program.node[i].runs && !program.node[i].at_inference && program.node[i].has_states) return true;
    return false;
}

/// Whether a schedule fits with nothing computed again. What is in use is asked for first, since to place it takes the
/// compiler longer.
template <class S> constexpr bool keeps_all() {
    if constexpr (PlainPlanner<S>::planner.most_in_use().values > S::limit::values)
        return false;
    else
        return Packed<PlainPlanner<S>>::planner.size() <= S::limit::values;
}

/// Of two schedules the one with less work, the first where it is the same; void is none.
template <class A, class B> constexpr auto with_less_work() {
    if constexpr (std::is_void_v<A>)
        return Type<B>{};
    else if constexpr (std::is_void_v<B>)
        return Type<A>{};
    else
        return Type<std::conditional_t<(B::planned::planner::extra_work < A::planned::planner::extra_work), B, A>>{};
}

/// Of parts of `Part` samples or fewer the largest with which a schedule keeps everything; there are such.
template <class S, int Part> constexpr int largest_kept() {
    if constexpr (keeps_all<typename S::template in_parts_of<Part>>())
        return Part;
    else
        return largest_kept<S, smaller_part(S::samples, Part)>();
}

/// The schedule with the largest parts below `Above` that keeps everything, or void: by halves, and then between the
/// last two.
template <class S, int Above> constexpr auto kept_in_parts() {
    constexpr int half = half_of_part(Above);
    if constexpr (half == 0)
        return Type<void>{};
    else if constexpr (keeps_all<typename S::template in_parts_of<half>>())
        return Type<typename S::template in_parts_of<largest_kept<S, smaller_part(S::samples, Above)>()>>{};
    else
        return kept_in_parts<S, half>();
}

/// The schedule with the least work of `Best`, which may be void, and those that compute something again with parts of
/// `Part` samples, of half as many and so on, but of more than `Least`.
template <class S, int Part, int Least, class Best> constexpr auto again_in_parts() {
    if constexpr (Part <= Least) {
        return Type<Best>{};
    } else {
        using Own = typename S::template in_parts_of<Part>;
        using Fitting = std::conditional_t<Own::planned::fits, Own, void>;
        using Better = typename decltype(with_less_work<Best, Fitting>())::type;
        return again_in_parts<S, half_of_part(Part), Least, Better>();
    }
}

/// What parts may cost for nothing cheaper to be looked for, beside a step: each search takes the compiler about as
/// long as the network without one.
inline constexpr double cheap_parts = 0.05;

/// The schedule within its limit that takes least work in parts of `Part` samples or fewer; void where none is.
template <class S, int Part> constexpr auto best_in_parts() {
    using Kept = typename decltype(kept_in_parts<S, S::samples>())::type;
    if constexpr (std::is_void_v<Kept>)
        return again_in_parts<S, Part, 0, Kept>();
    else if constexpr (Kept::planned::planner::extra_work <= cheap_parts)
        return Type<Kept>{};
    else
        return again_in_parts<S, Part, Kept::part, Kept>();
}

/// The best in parts of `Part` samples or fewer, or the schedule itself, which is not within its limit, where there is
/// none.
template <class S, int Part> constexpr auto best_or_itself() {
    using Best = typename decltype(best_in_parts<S, Part>())::type;
    return Type<std::conditional_t<std::is_void_v<Best>, S, Best>>{};
}

/// The schedule itself, or one in parts that is within its limit where that takes less work. Where layers take
/// statistics of the batch there are parts only where no way to compute again is enough: what is computed again is the
/// same bits.
template <class S> constexpr auto within_limit() {
    if constexpr (S::purpose != Purpose::train || S::limit::values == NoLimit::values || S::samples == 1) {
        return Type<S>{};
    } else if constexpr (keeps_all<S>()) {
        return Type<S>{};
    } else if constexpr (takes_statistics(S::program)) {
        if constexpr (S::planned::fits)
            return Type<S>{};
        else
            return best_or_itself<S, half_of_part(S::samples)>();
    } else {
        return best_or_itself<S, S::samples>();
    }
}
template <class S> using WithinLimit = typename decltype(within_limit<S>())::type;

}  // namespace tn::detail
