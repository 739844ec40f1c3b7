// Runs one layer on a backend: its kernel there if it has one, else its reference mathematics, cut along its Axis.
#pragma once

#include "dsl/core/layer.hpp"

namespace tn {

/// The range begin .. end-1 of a layer's reference mathematics: a function object that a backend can hand to another
/// processor. Functions of a layer that are constexpr, with all that they call, run on a GPU too.
template <class L, class T> struct ForwardPart {
    using layer = L;
    Pass<T> pass;
    constexpr void operator()(int begin, int end) const { L::forward(part(pass, begin, end)); }

    static constexpr Pass<T> part(Pass<T> pass, int begin, int end) {
        const bool whole = Traits<L>::axis == Axis::none;
        pass.begin = whole ? 0 : begin;
        pass.end = whole ? pass.n : end;
        return pass;
    }
};
template <class L, class T> struct BackwardPart {
    using layer = L;
    Pass<T> pass;
    constexpr void operator()(int begin, int end) const {
        L::backward(ForwardPart<L, T>::part(pass, begin, end));
    }
};

/// How many independent parts the pass has.
template <class L, class T> constexpr int part_count(const Pass<T>& pass) {
    switch (Traits<L>::axis) {
        case Axis::samples: return pass.n;
        case Axis::channels: return pass.in.channels;
        case Axis::values: return pass.n * static_cast<int>(pass.out.size());
        default: return 1;
    }
}

/// A backend has `for_ranges(count, f)`, which calls f(begin, end) for ranges that cover 0 .. count-1, and says with
/// `reference` whether it runs reference mathematics only.
template <class L, Shape In, class Backend, class T> void run_forward(Backend& backend, const Pass<T>& pass) {
    if constexpr (!Backend::reference && requires { L::template forward_on<In>(backend, pass); })
        L::template forward_on<In>(backend, pass);
    else
        backend.for_ranges(part_count<L>(pass), ForwardPart<L, T>{pass});
}

template <class L, Shape In, class Backend, class T> void run_backward(Backend& backend, const Pass<T>& pass) {
    if constexpr (!Backend::reference && requires { L::template backward_on<In>(backend, pass); })
        L::template backward_on<In>(backend, pass);
    else
        backend.for_ranges(part_count<L>(pass), BackwardPart<L, T>{pass});
}

}  // namespace tn
