// Runs one layer on a backend: its kernel there if it has one, else its reference mathematics, cut along its Axis.
#pragma once

#include "dsl/core/layer.hpp"

namespace tn {

/// A backend has `for_ranges(count, f)`, which calls f(begin, end) for ranges that cover 0 .. count-1, and says with
/// `reference` whether it runs reference mathematics only.
template <class L, Shape In, class Backend, class T> void run_forward(Backend& backend, Pass<T> pass) {
    if constexpr (!Backend::reference && requires { L::template forward_on<In>(backend, pass); }) {
        L::template forward_on<In>(backend, pass);
    } else {
        run_ranges<L>(backend, pass, [](const Pass<T>& part) { L::forward(part); });
    }
}

template <class L, Shape In, class Backend, class T> void run_backward(Backend& backend, Pass<T> pass) {
    if constexpr (!Backend::reference && requires { L::template backward_on<In>(backend, pass); }) {
        L::template backward_on<In>(backend, pass);
    } else {
        run_ranges<L>(backend, pass, [](const Pass<T>& part) { L::backward(part); });
    }
}

template <class L, class Backend, class T, class F> void run_ranges(Backend& backend, const Pass<T>& pass, F f) {
    const auto part = [&](int begin, int end) {
        Pass<T> p = pass;
        p.begin = begin;
        p.end = end;
        f(p);
    };
    if constexpr (Traits<L>::axis == Axis::samples)
        backend.for_ranges(pass.n, part);
    else if constexpr (Traits<L>::axis == Axis::channels)
        backend.for_ranges(pass.in.channels, part);
    else
        part(0, pass.n);
}

}  // namespace tn
