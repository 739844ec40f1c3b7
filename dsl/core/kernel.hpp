// The table of kernels: which code runs an operation, or several that were fused, on a device.
#pragma once

#include <algorithm>
#include <cstddef>

#include "dsl/core/layer.hpp"
#include "dsl/core/operation.hpp"
#include "dsl/core/sequence.hpp"

namespace tn {

/// A kernel is a specialisation, in runtime/DEVICE/kernels, a file an operation:
///
///     template <Operation Pool>
///         requires(Pool.kind == Operation::max_pool)
///     struct KernelFor<cpu::Device, Pool> {
///         static constexpr KernelInfo info(Shape in);                      // what runs, and why
///         static constexpr std::size_t saved(Shape in, int batch);         // values that forward leaves for backward
///         static constexpr std::size_t work(Shape in, int batch);          // values of scratch within a pass
///         static constexpr std::size_t backward_work(Shape in, int batch); // within backward, if not as many
///         static constexpr bool adds_gradients = true;                     // backward asks for Pass::adds
///         template <Shape In> static void forward(cpu::Device&, const Pass<float>&);
///         template <Shape In> static void backward(cpu::Device&, const Pass<float>&);
///         template <Shape In> static void infer(cpu::Device&, const Pass<float>&);    // forward otherwise
///
///         static constexpr ChannelsLast channels_last(Shape in);           // none of these: `no`
///         static constexpr std::size_t channels_last_work(Shape in, int batch, Sides);
///         static constexpr std::size_t kept(Shape in, int batch, Sides);   // of the weights, in inference
///         template <Shape In> static void keep(cpu::Device&, const Pass<float>&);
///         template <Shape In, Sides> static void infer_channels_last(cpu::Device&, const Pass<float>&);
///         static constexpr bool writes_rows_apart = true;                  // that pass asks for Pass::y_row
///     };
///
/// All but `info` may be left out. Then there are as many values as the layer's own mathematics ask for, or none where
/// layers were fused; and of a layer by itself its own mathematics run. There is no primary definition: what has no
/// kernel runs by its reference mathematics.
template <class Device, Operation... Operations> struct KernelFor;

/// The optimizer's step over all parameters, specialised in runtime/DEVICE/kernels/update.hpp:
///
///     template <class Rule, class TensorSpan, std::size_t Count, std::size_t States>
///     static void run(Device&, const Rule& rule, float weight_decay, const std::array<TensorSpan, Count>& tensors,
///                     const float* clip, std::size_t count, float* w, const float* g,
///                     const std::array<float*, States>& states);
///
/// calls TensorStep(rule, weight_decay, factors, *clip)(w[i], g[i], states[i]...) for every weight of the tensors
/// (begin, end, factors), which lie in order among `count` values; none where *clip, which lies on the device, is 0.
/// What lies between tensors is 0 and stays so. A device without it updates one tensor after another.
template <class Device> struct UpdateKernel;

/// The norm of all gradients, specialised in runtime/DEVICE/kernels/gradient_norm.hpp:
///
///     static void run(Device&, std::size_t count, const float* gradients, float most, double* sums, double* norm,
///                     float* clip);
///
/// gives what SumSquares and FinishNorm give (dsl/optim/gradient_norm.hpp), to the rounding of the sum, and the same
/// bits every time. A device without it runs these.
template <class Device> struct GradientNormKernel;

/// Whether a kernel infers from and to values whose channels lie side by side (channels last, NHWC), where others have
/// them plane by plane (NCHW).
enum class ChannelsLast {
    no,       ///< only plane by plane
    follows,  ///< y lies as x and all other inputs do
    either,   ///< x and y each as they are asked for; other inputs lie as y does
    gains     ///< the same, and is faster so
};

/// Which sides of a kernel have channels side by side.
struct Sides {
    bool x = false, y = false;
    constexpr bool any() const { return x || y; }
    constexpr bool operator==(const Sides&) const = default;
};

/// What runs an operation, and why it is this: for people.
struct KernelInfo {
    const char* name;
    const char* why;
};

/// The device whose kernels a device has: its own, unless it wraps another one and specialises this.
template <class Device> struct KernelDevice {
    using type = Device;
};

/// Defined beside a device where all of its kernels are in sight. Where it is not, asking for a size or a kernel is an
/// error: two translation units must not find different ones. A device that infers large batches in parts says of how
/// many values a part is to be at most, `static constexpr std::size_t part_values`.
template <class Device> struct KernelsInSight;

namespace detail {

/// There is none.
struct NoKernel {};

template <class T>
concept Complete = requires { sizeof(T); };

/// The kernel if there is one: chosen by overloads, since g++ 12 fails on a `requires` about a pack within a function.
template <class K> constexpr auto kernel_or_none() { return Type<NoKernel>{}; }
template <Complete K> constexpr auto kernel_or_none() { return Type<K>{}; }

template <class Owner> constexpr bool kernels_in_sight() {
    static_assert(Complete<KernelsInSight<Owner>>,
                  "typenet: the kernels of this device are not in sight: include its header, as in "
                  "<runtime/cpu/device.hpp> or <runtime/cuda/device.hpp>");
    return true;
}

}  // namespace detail

/// The kernel of these operations on the device, or detail::NoKernel.
template <class Device, Operation... Operations> struct KernelFound {
    using Owner = typename KernelDevice<Device>::type;
    static_assert(detail::kernels_in_sight<Owner>());
    using type = typename decltype(detail::kernel_or_none<KernelFor<Owner, Operations...>>())::type;
};
template <class Device, Operation... Operations> using FindKernel = typename KernelFound<Device, Operations...>::type;

template <class Device, Operation... Operations>
inline constexpr bool has_kernel = !std::is_same_v<FindKernel<Device, Operations...>, detail::NoKernel>;

/// The kernel of a layer, or detail::NoKernel. A fused layer says it itself.
template <class Device, class L> struct KernelOfLayer {
    using type = detail::NoKernel;
};
template <class Device, class L>
    requires requires { Operation{L::operation}; }
struct KernelOfLayer<Device, L> {
    using type = FindKernel<Device, L::operation>;
};
template <class Device, class L>
    requires requires { typename L::template kernel<Device>; }
struct KernelOfLayer<Device, L> {
    using type = typename L::template kernel<Device>;
};
template <class Device, class L> using KernelOf = typename KernelOfLayer<Device, L>::type;

template <class Device, class L>
inline constexpr bool has_kernel_of = !std::is_same_v<KernelOf<Device, L>, detail::NoKernel>;

namespace detail {

/// Whether a kernel has a pass of its own on the device: whether that can be called, since nvcc does not see that the
/// address of such a function can be taken.
template <class K, class Device>
inline constexpr bool has_forward =
    requires(Device& device, const Pass<float>& pass) { K::template forward<Shape{}>(device, pass); };
template <class K, class Device>
inline constexpr bool has_backward =
    requires(Device& device, const Pass<float>& pass) { K::template backward<Shape{}>(device, pass); };

}  // namespace detail

/// At most so many values are to go from one layer to the next on this device while it infers; 0: any number.
template <class Device> constexpr std::size_t part_values() {
    using Sight = KernelsInSight<typename KernelDevice<Device>::type>;
    if constexpr (requires { Sight::part_values; })
        return Sight::part_values;
    else
        return 0;
}

/// Values that the layer's pass leaves for backward on this device, and of scratch within one pass.
template <class Device, class L> constexpr std::size_t saved_values(Shape in, int batch) {
    using K = KernelOf<Device, L>;
    if constexpr (requires { K::saved(in, batch); })
        return K::saved(in, batch);
    else
        return Traits<L>::saved(in, batch);
}
template <class Device, class L> constexpr std::size_t work_values(Shape in, int batch) {
    using K = KernelOf<Device, L>;
    if constexpr (requires { K::work(in, batch); })
        return detail::has_forward<K, Device> ? K::work(in, batch)
                                              : std::max(K::work(in, batch), Traits<L>::work(in, batch));
    else
        return Traits<L>::work(in, batch);
}
template <class Device, class L> constexpr std::size_t backward_work_values(Shape in, int batch) {
    using K = KernelOf<Device, L>;
    if constexpr (requires { K::backward_work(in, batch); })
        return K::backward_work(in, batch);
    else if constexpr (!detail::has_backward<K, Device>)
        return Traits<L>::work(in, batch);
    else
        return work_values<Device, L>(in, batch);
}

/// Whether the layer's kernel adds to gradients itself, where a part of a batch adds to those of the parts before.
template <class Device, class L> constexpr bool adds_gradients() {
    using K = KernelOf<Device, L>;
    if constexpr (requires { K::adds_gradients; })
        return K::adds_gradients;
    else
        return false;
}

/// What a layer's kernel says of channels side by side. Without one, a layer that computes value by value follows.
template <class Device, class L> constexpr ChannelsLast channels_last_of([[maybe_unused]] Shape in) {
    using K = KernelOf<Device, L>;
    if constexpr (requires { K::channels_last(in); })
        return K::channels_last(in);
    else
        return is_value_by_value(Traits<L>::operation.kind) ? ChannelsLast::follows : ChannelsLast::no;
}

/// Whether a layer's kernel asks for Pass::y_row in inference with channels side by side.
template <class Device, class L> constexpr bool writes_rows_apart() {
    using K = KernelOf<Device, L>;
    if constexpr (requires { K::writes_rows_apart; })
        return K::writes_rows_apart;
    else
        return false;
}

/// Values that inference keeps of a layer's weights.
template <class Device, class L>
constexpr std::size_t kept_values([[maybe_unused]] Shape in, [[maybe_unused]] int batch, [[maybe_unused]] Sides sides) {
    using K = KernelOf<Device, L>;
    if constexpr (requires { K::kept(in, batch, sides); })
        return K::kept(in, batch, sides);
    else
        return 0;
}

/// Values of scratch within inference with channels side by side, or with something kept.
template <class Device, class L>
constexpr std::size_t channels_last_work_values(Shape in, int batch, [[maybe_unused]] Sides sides) {
    using K = KernelOf<Device, L>;
    if constexpr (requires { K::channels_last_work(in, batch, sides); })
        return K::channels_last_work(in, batch, sides);
    else
        return work_values<Device, L>(in, batch);
}

}  // namespace tn
