// What is said of a network that cannot be trained within its budget.
#pragma once

#include "dsl/net/check.hpp"
#include "dsl/net/limited.hpp"
#include "dsl/net/planned.hpp"

namespace tn {

template <std::size_t Bytes> struct needs_at_least {};

/// Names the fault in every compiler's words: g++ prints the sentence, clang and nvcc the parts before it.
template <class Budget, class Least, class Where, Sentence Said> struct memory_error {
    static_assert(sizeof(Said.text) == 0,
                  "typenet: this network cannot be trained within its memory; what it needs is named in the line of "
                  "'memory_error' beside this one");
};

namespace detail {

/// "12.3 MiB", rounded up: what is said to suffice does.
constexpr Text mebibytes(std::size_t bytes) {
    const std::size_t tenths = (bytes * 10 + (1_MiB - 1)) / 1_MiB;
    Text text;
    return text << static_cast<int>(tenths / 10) << "." << static_cast<int>(tenths % 10) << " MiB";
}

/// Nothing for a schedule with a plan within its limit.
template <class S> constexpr auto report_memory() {
    if constexpr (S::planned::fits) {
        return Type<Fits>{};
    } else {
        using Search = Least<typename S::template in_parts_of<1>>;
        constexpr std::size_t least = S::limit::besides + Packed<Search>::planner.size() * sizeof(float);
        using Entry = At_t<typename S::layers, Search::planner.node_of(Search::planner.most_in_use().step)>;
        constexpr Text said = [] {
            Text text = "to train a batch of ";
            text << S::samples << (S::samples > 1 ? " one by one" : "")
                 << (S::samples > 1 && takes_statistics(S::program) ? ", each with batch statistics of its own," : "")
                 << " takes at least " << mebibytes(least) << ", and not " << mebibytes(S::limit::bytes) << ": "
                 << mebibytes(S::limit::besides)
                 << " for weights, their gradients and what the optimizer keeps, the rest for layer "
                 << Entry::path[0].text() << " " << name_of<typename Entry::type>();
            return text;
        }();
        return Type<memory_error<Within<S::limit::bytes>, needs_at_least<least>, layer_tag<Entry>,
                                 Sentence<said.length>(said)>>{};
    }
}

}  // namespace detail

/// To derive from: where a schedule has no plan within its limit, an error that says so.
template <class S> using TrainsWithinItsMemory = typename decltype(detail::report_memory<S>())::type;

}  // namespace tn
