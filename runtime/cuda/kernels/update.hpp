// The optimizer: one kernel over all parameters.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "dsl/core/kernel.hpp"
#include "dsl/optim/optimizer.hpp"
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

/// Each weight by the optimizer's own rule (`Rule` is a GivenRule or a PlannedRule), with the factors of the tensor in
/// which it lies; `Count` tensors (begin, end) are in order. What lies between them is 0 and stays so. A thread changes
/// 4 weights, which are of one tensor, since tensors begin at multiples of more.
template <class Rule, class TensorSpan, std::size_t Count, std::size_t States> struct Update {
    Rule given;
    float decay;
    Span<const float> clip;
    std::size_t count;
    Span<float> w;
    Span<const float> g;
    Span<float> states[States > 0 ? States : 1];
    TensorSpan tensors[Count > 0 ? Count : 1];

    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        const std::size_t i = together * global_index(t);
        if (i >= count) return;
        const std::size_t tensor = tensor_at(i);
        if (tensor < Count && clip[0] > 0) update(i, tensor, std::make_index_sequence<States>{});
    }

    static constexpr int together = 4;

private:
    struct alignas(16) TN_SEVERAL Four {
        float at[together];
    };
    template <std::size_t... K>
    TN_DEVICE void update(std::size_t i, std::size_t tensor, std::index_sequence<K...>) const {
        const TensorStep step(given.get(), decay, tensors[tensor].factors, clip[0]);
        const Four gradient = g.template at<const Four>(i);
        Four weight = w.template at<Four>(i), state[States > 0 ? States : 1] = {states[K].template at<Four>(i)...};
        TN_UNROLL
        for (int k = 0; k < together; ++k) step(weight.at[k], gradient.at[k], state[K].at[k]...);
        ((states[K].template at<Four>(i) = state[K]), ...);
        w.template at<Four>(i) = weight;
    }
    /// Which tensor the weight lies in; Count: in none.
    TN_DEVICE std::size_t tensor_at(std::size_t i) const {
        std::size_t low = 0, high = Count;  // the first one that ends behind i
        while (low < high) {
            const std::size_t middle = (low + high) / 2;
            if (tensors[middle].end <= i)
                low = middle + 1;
            else
                high = middle;
        }
        return low < Count && tensors[low].begin <= i ? low : Count;
    }
};

}  // namespace tn::cuda

namespace tn {

template <class Gpu, cuda::Precision P> struct UpdateKernel<cuda::BasicDevice<Gpu, P>> {
    template <class R, class TensorSpan, std::size_t Count, std::size_t States>
    static void run(cuda::BasicDevice<Gpu, P>& device, const R& rule, float weight_decay,
                    const std::array<TensorSpan, Count>& tensors, const float* clip, std::size_t count, float* w,
                    const float* g, const std::array<float*, States>& states) {
        constexpr bool planned = requires { rule.get(); };
        using Rule = std::conditional_t<planned, R, cuda::GivenRule<R>>;
        using Kernel = cuda::Update<Rule, TensorSpan, Count, States>;
        static_assert(sizeof(Kernel) <= 32000, "typenet: too many tensors for one kernel's arguments");
        Kernel kernel{Rule{rule}, weight_decay, {clip, 1}, count, {w, count}, {g, count}, {}, {}};
        std::transform(states.begin(), states.end(), kernel.states, [count](float* s) { return cuda::Span(s, count); });
        std::copy(tensors.begin(), tensors.end(), kernel.tensors);
        cuda::launch_each(device.gpu(), count / Kernel::together, kernel);
    }
};

}  // namespace tn
