// Runs one layer on a device by its kernel there as far as it has one, else its reference mathematics, cut along its
// Axis.
#pragma once

#include "dsl/core/kernel.hpp"

namespace tn {

/// The range begin .. end-1 of a layer's reference mathematics: a function object that a device can hand to another
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
    constexpr void operator()(int begin, int end) const { L::backward(ForwardPart<L, T>::part(pass, begin, end)); }
};

/// The same of the gradients of its parameters, for a layer that computes them in a pass of their own after backward.
template <class L, class T> struct GradientPart {
    using layer = L;
    Pass<T> pass;
    constexpr void operator()(int begin, int end) const {
        Pass<T> part = pass;
        part.begin = begin;
        part.end = end;
        L::gradients(part);
    }
};

/// How many independent parts the pass has.
template <class L, class T> constexpr int part_count(const Pass<T>& pass) {
    switch (Traits<L>::axis) {
        case Axis::samples: return pass.n;
        case Axis::channels: return pass.in.channels;
        case Axis::values: return pass.n * static_cast<int>(pass.out.size());
        case Axis::parts:
            if constexpr (requires { L::parts(pass.in); }) return pass.n * L::parts(pass.in);
            return pass.n;
        default: return 1;
    }
}

template <class L, Shape In, class Device, class T> void run_forward(Device& device, const Pass<T>& pass) {
    using K = KernelOf<Device, L>;
    if constexpr (requires { K::template infer<In>(device, pass); })
        if (!pass.training) return K::template infer<In>(device, pass);
    if constexpr (detail::has_forward<K, Device>)
        K::template forward<In>(device, pass);
    else
        device.for_ranges(part_count<L>(pass), ForwardPart<L, T>{pass});
}

/// Inference where values have channels side by side.
template <class L, Shape In, Sides Last, class Device, class T>
void run_channels_last(Device& device, const Pass<T>& pass) {
    using K = KernelOf<Device, L>;
    if constexpr (requires { K::channels_last(In); })
        K::template infer_channels_last<In, Last>(device, pass);
    else
        run_forward<L, In>(device, pass);
}

template <class L, Shape In, class Device, class T> void run_backward(Device& device, const Pass<T>& pass) {
    using K = KernelOf<Device, L>;
    if constexpr (detail::has_backward<K, Device>) {
        K::template backward<In>(device, pass);
    } else {
        device.for_ranges(part_count<L>(pass), BackwardPart<L, T>{pass});
        if constexpr (requires { L::gradient_parts(In); })
            device.for_ranges(L::gradient_parts(In), GradientPart<L, T>{pass});
    }
}

}  // namespace tn
