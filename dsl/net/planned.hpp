// The plan of a schedule: all that its passes need kept, or, where that is too much, the plan with the least work that
// fits. Every part of the search is a constant of its own, since compilers limit what they evaluate for one.
#pragma once

#include <algorithm>
#include <cstddef>

#include "dsl/net/layer_table.hpp"
#include "dsl/net/planner.hpp"
#include "dsl/net/recomputation.hpp"
#include "dsl/net/within.hpp"
#include "dsl/net/work.hpp"

namespace tn {

namespace detail {

/// The planner P::planner with its first parts placed.
template <class P, int Part> struct PlacedPart {
    static constexpr auto planner = PlacedPart<P, Part - 1>::planner.placed(Part, P::parts);
};
template <class P> struct PlacedPart<P, 0> {
    static constexpr auto& planner = P::planner;
};

/// The planner P::planner with another order, the Try-th that is tried.
template <class P, int Try> struct Ordered {
    static constexpr int parts = P::parts;
    static constexpr auto planner = [] {
        if constexpr (Try == 1)
            return P::planner.in_order(PlacementOrder::by_size_and_life);
        else if constexpr (Try == 2)
            return P::planner.in_order(PlacementOrder::by_life_at_the_most);
        else
            return PlacedPart<Ordered<P, Try - 1>, parts>::planner.with_the_highest_earlier();
    }();
};

template <class P> struct Ordered<P, 0> {
    static constexpr int parts = P::parts;
    static constexpr auto& planner = P::planner;
};

/// All placed: by the first order that needs hardly more than what is in use at one time, or the best that was tried.
/// For less than a mebibyte there is one try.
template <class P> struct Packed {
    static constexpr std::size_t in_use = P::planner.most_in_use().values;
    static constexpr int tries = in_use * sizeof(float) < 1_MiB ? 1 : 6;
    template <int Try> using By = PlacedPart<Ordered<P, Try>, P::parts>;
    template <int Try, int Best> static constexpr int best() {
        constexpr int better = By<Try>::planner.size() < By<Best>::planner.size() ? Try : Best;
        if constexpr (Try + 1 == tries || By<better>::planner.size() <= in_use + in_use / 64)
            return better;
        else
            return best<Try + 1, better>();
    }
    static constexpr auto& planner = By<best<0, 0>()>::planner;
};

/// The work of a schedule's layers for a sample, and what every part of a batch behind the first costs.
template <class S> struct Costs {
    static constexpr int nodes = S::program.node_capacity;
    double of[nodes]{}, all = 0, of_part = 0;

    constexpr Costs() {
        for (int i = 0; i < S::program.nodes; ++i) {
            const Node& node = S::program.node[i];
            if (!node.runs || node.is_fork) continue;
            const LayerRecord& record = LayerTable<typename S::layers>::records[i];
            all += of[i] = forward_cost_of(record, node);
            of_part += part_cost_of(record, node);
        }
    }
};
template <class S> inline constexpr Costs<S> costs_of{};

/// What taking a batch in parts costs, beside a step's work, of which a third is the forward pass.
template <class S> constexpr double work_of_parts() {
    if constexpr (S::part < S::samples && costs_of<S>.all > 0)
        return (S::parts - 1) * costs_of<S>.of_part / (3 * costs_of<S>.all * S::samples);
    else
        return 0;
}

/// Nothing is computed again. In as many parts as keep each within what compilers evaluate for a constant.
template <class S> struct PlainPlanner {
    static constexpr auto planner = make_planner(S::program, S::samples, S::purpose);
    static constexpr int parts = 1 + S::program.nodes / 16;
    static constexpr bool runs_again = false;
    static constexpr double extra_work = work_of_parts<S>();
};

/// What the search knows of a schedule, and the parts that it is cut into.
template <class S> struct Search {
    static constexpr auto& program = S::program;
    static constexpr int nodes = program.node_capacity, per_part = 8, parts = (program.nodes + per_part - 1) / per_part;
    static constexpr auto& costs = costs_of<S>;
    static constexpr SearchedProgram<nodes, program.capacity> searched{program, S::part, S::purpose, costs.of};
    static constexpr int begin(int part) { return part * per_part; }
    static constexpr int count(int part) { return std::min(per_part, program.nodes - begin(part)); }
    using Searched = SearchedProgram<nodes, program.capacity>;
    template <int Part> static constexpr SegmentTable<Searched, begin(Part), count(Part)> table{searched};
    template <int Part> using Cuts = CheapestCuts<begin(Part), count(Part), Searched::longest>;
};

template <class S, std::size_t Budget, int Part> struct CutsPart {
    using Of = Search<S>;
    static constexpr auto cuts = [] {
        auto cuts = [] {
            if constexpr (Part == 0)
                return typename Of::template Cuts<0>{};
            else
                return typename Of::template Cuts<Part>{CutsPart<S, Budget, Part - 1>::cuts};
        }();
        cuts.run(Of::template table<Part>, Budget);
        return cuts;
    }();
};

/// The cheapest ways to every cut of a program.
template <class S, std::size_t Budget, class Parts> struct WaysToCuts;
template <class S, std::size_t Budget, int... Part> struct WaysToCuts<S, Budget, std::integer_sequence<int, Part...>> {
    constexpr const CheapestWays& operator()(int cut) const {
        constexpr const CheapestWays* of[] = {CutsPart<S, Budget, Part>::cuts.cut...};
        const int part = std::min(cut / Search<S>::per_part, Search<S>::parts - 1);
        return of[part][cut - Search<S>::begin(part)];
    }
};

/// What the search finds for a budget of values, and what the planner says of it.
template <class S, std::size_t Budget> struct Found {
    using Of = Search<S>;
    static constexpr WaysToCuts<S, Budget, std::make_integer_sequence<int, Of::parts>> ways{};
    static constexpr int all = S::program.nodes;
    static constexpr bool possible = ways(all).count > 0;
    static constexpr Segments<Of::nodes> segments =
        possible ? cheapest_segments<Of::nodes>(all, ways) : Segments<Of::nodes>{};
    static constexpr auto planner = make_planner<true>(S::program, S::samples, S::purpose, segments);
    static constexpr std::size_t in_use = possible ? planner.most_in_use().values : nowhere;
    static constexpr int parts = 1 + S::program.nodes / 8;
    static constexpr bool runs_again = true;
    /// Beside a step's work, of which a third is the forward pass.
    static constexpr double extra_work =
        possible ? ways(all).way[ways(all).count - 1].work / (3 * Of::costs.all) + work_of_parts<S>() : 0;
};

/// None that fits.
struct NothingFound {
    static constexpr bool possible = false;
    static constexpr double extra_work = 0;
};

template <class A, class B> struct LessWork {
    using type = std::conditional_t<!B::possible || (A::possible && A::extra_work <= B::extra_work), A, B>;
};

/// The search counts what is in use roughly: with a budget that is off by as much as it was wrong it finds what needs
/// `Most` values or somewhat less.
template <class S, std::size_t Most, std::size_t Budget, int Tries> struct FoundWithin {
    using own = Found<S, Budget>;
    static constexpr bool fits = own::possible && own::in_use <= Most;
    static constexpr std::size_t next =
        own::possible ? Budget + Most - std::min(own::in_use, Budget + Most) : Budget + Most / 16;
    static constexpr bool done = Tries == 0 || next == Budget || (fits && Most - own::in_use < Most / 64);
    static auto choose() {
        using Own = std::conditional_t<fits, own, NothingFound>;
        if constexpr (done)
            return Type<Own>{};
        else
            return Type<typename LessWork<Own, typename FoundWithin<S, Most, next, Tries - 1>::type>::type>{};
    }
    using type = typename decltype(choose())::type;
};

/// The same with everything placed.
template <class S, std::size_t Most, int Tries> struct PlacedWithin {
    static auto choose() {
        using own = typename FoundWithin<S, Most, Most, 3>::type;
        if constexpr (!own::possible) {
            return Type<NothingFound>{};
        } else {
            constexpr std::size_t size = Packed<own>::planner.size();
            constexpr std::size_t over = size > S::limit::values ? size - S::limit::values : 0;
            if constexpr (over == 0)
                return Type<own>{};
            else if constexpr (Tries == 0 || over >= Most)
                return Type<NothingFound>{};
            else
                return Type<typename PlacedWithin<S, Most - over, Tries - 1>::type>{};
        }
    }
    using type = typename decltype(choose())::type;
};

/// The smallest budget for which the search finds something, to a 32nd of the plan without one.
template <class S, std::size_t None, std::size_t Some, int Steps> struct LeastBudget {
    static constexpr std::size_t middle = None + (Some - None) / 2;
    static constexpr auto choose() {
        if constexpr (Steps == 0)
            return Type<Found<S, Some>>{};
        else if constexpr (Found<S, middle>::possible)
            return Type<typename LeastBudget<S, None, middle, Steps - 1>::type>{};
        else
            return Type<typename LeastBudget<S, middle, Some, Steps - 1>::type>{};
    }
    using type = typename decltype(choose())::type;
};
template <class S> using Least = typename LeastBudget<S, 0, 2 * PlainPlanner<S>::planner.most_in_use().values, 6>::type;

/// The planner of a schedule with its plan: without what is computed again, if that fits.
template <class S> struct Planned {
    using plain = PlainPlanner<S>;
    static constexpr std::size_t plain_size = Packed<plain>::planner.size();
    static constexpr auto choose() {
        if constexpr (S::purpose == Purpose::infer || plain_size <= S::limit::values)
            return Type<plain>{};
        else
            return or_the_least<typename PlacedWithin<S, S::limit::values, 3>::type>();
    }
    template <class F> static constexpr auto or_the_least() {
        if constexpr (std::is_same_v<F, NothingFound>) {
            using least = Least<S>;
            if constexpr (Packed<least>::planner.size() <= S::limit::values)
                return Type<least>{};
            else
                return Type<NothingFound>{};
        } else {
            return Type<F>{};
        }
    }
    using found = typename decltype(choose())::type;
    static constexpr bool fits = !std::is_same_v<found, NothingFound>;
    using planner = std::conditional_t<fits, found, plain>;
    static constexpr auto& placed = Packed<planner>::planner;
};

}  // namespace detail
}  // namespace tn
