// The optimizer: one kernel over all parameters.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "dsl/core/kernel.hpp"
#include "runtime/cuda/execution.hpp"
#include "runtime/cuda/gpu_device.hpp"

namespace tn::cuda {

/// The optimizer's rule of a step, as the host gives it with the kernel.
template <class R> struct GivenRule {
    R rule;
    TN_DEVICE R get() const { return rule; }
};

/// The same from a table on the device, where the step's number lies too: the kernel's arguments are those of every
/// step, as a graph needs it.
template <class R> struct PlannedRule {
    Span<const R> table;
    std::uint64_t size;
    Span<const std::uint64_t> step;
    TN_DEVICE R get() const { return table[step[0] % size]; }
};

/// Each weight by the optimizer's own rule (`Rule` is a GivenRule or a PlannedRule), with weight decay where it lies in
/// one of `Count` spans (begin, end), which are in order. What lies between tensors is 0 with a gradient of 0 and stays
/// so. A thread changes 4 weights, which are of one tensor, since tensors begin at multiples of more.
template <class Rule, class DecaySpan, std::size_t Count> struct Update {
    Rule given;
    float decay;
    std::size_t count;
    Span<float> w;
    Span<const float> g;
    Span<float> a, b;
    DecaySpan spans[Count > 0 ? Count : 1];

    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        const std::size_t i = together * global_index(t);
        if (i >= count) return;
        const auto rule = given.get();
        const float part = decays(i) ? decay : 0.0f;
        const Four gradient = g.template at<const Four>(i);
        Four weight = w.template at<Four>(i), first = a.template at<Four>(i), second = b.template at<Four>(i);
        TN_UNROLL
        for (int k = 0; k < together; ++k)
            rule(weight.at[k], gradient.at[k] + part * weight.at[k], first.at[k], second.at[k]);
        // In this order: a state that the optimizer has not is the one before or the weights.
        b.template at<Four>(i) = second;
        a.template at<Four>(i) = first;
        w.template at<Four>(i) = weight;
    }

    static constexpr int together = 4;

private:
    struct alignas(16) TN_SEVERAL Four {
        float at[together];
    };
    TN_DEVICE bool decays(std::size_t i) const {
        std::size_t low = 0, high = Count;  // the first span that ends behind i
        while (low < high) {
            const std::size_t middle = (low + high) / 2;
            if (spans[middle].end <= i)
                low = middle + 1;
            else
                high = middle;
        }
        return low < Count && spans[low].begin <= i;
    }
};

}  // namespace tn::cuda

namespace tn {

template <class Gpu, cuda::Precision P> struct UpdateKernel<cuda::BasicDevice<Gpu, P>> {
    template <class R, class DecaySpan, std::size_t Count>
    static void run(cuda::BasicDevice<Gpu, P>& device, const R& rule, float decay,
                    const std::array<DecaySpan, Count>& spans, std::size_t count, float* w, const float* g, float* a,
                    float* b) {
        constexpr bool planned = requires { rule.get(); };
        using Rule = std::conditional_t<planned, R, cuda::GivenRule<R>>;
        using Kernel = cuda::Update<Rule, DecaySpan, Count>;
        static_assert(sizeof(Kernel) <= 32000, "typenet: too many tensors for one kernel's arguments");
        Kernel kernel{Rule{rule}, decay, count, {w, count}, {g, count}, {a, count}, {b, count}, {}};
        std::copy(spans.begin(), spans.end(), kernel.spans);
        cuda::launch_each(device.gpu(), count / Kernel::together, kernel);
    }
};

}  // namespace tn
