// Net: a whole network as one type. What it is, how large it is and what it is told when it does not fit together.
#pragma once

#include <array>
#include <string>

#include "dsl/core/index.hpp"
#include "dsl/net/check.hpp"
#include "dsl/net/kernel_table.hpp"
#include "dsl/net/layer_table.hpp"
#include "dsl/net/limited.hpp"
#include "dsl/net/memory_curve.hpp"
#include "dsl/net/running_list.hpp"
#include "dsl/net/schedule.hpp"
#include "dsl/net/shared_uses.hpp"
#include "dsl/net/starting_gains.hpp"
#include "dsl/net/summary.hpp"
#include "dsl/optim/gradient_norm.hpp"

namespace tn {

namespace cpu {
class Device;  // the default; its kernels come with <runtime/cpu/device.hpp>
}

namespace detail {

enum class Kind { trained, frozen, state };

/// Values of all parameters that are trained or frozen, or of all states; with `spans` each tensor begins at a multiple
/// of `alignment`.
template <class C> constexpr std::size_t summed(Kind kind, bool spans) {
    std::size_t total = 0;
    if constexpr (C::part == Part::none)
        for (std::size_t layer = 0; layer != C::flat::size; ++layer) {
            if (SharedUses<typename C::flat>::uses.first[layer] != layer) continue;
            const LayerRecord& record = LayerTable<typename C::flat>::records[layer];
            const Shape in = C::program.node[layer].in;
            const auto add = [&](std::size_t size) { total += spans ? aligned(size) : size; };
            if (kind == Kind::state) {
                const States all = record.states(in);
                for (int i = 0; i < all.count; ++i) add(all.item[i].size);
            } else {
                const Parameters all = record.parameters(in);
                for (int i = 0; i < all.count; ++i)
                    if (all.item[i].frozen == (kind == Kind::frozen)) add(all.item[i].size());
            }
        }
    return total;
}

/// A network that does not fit together runs nothing, so that nothing is said of it besides its fault.
template <class C> using FlatThatFits = std::conditional_t<C::part == Part::none, typename C::flat, List<>>;

template <class C, Shape In, int Samples, Fusion F, Purpose For, class Device, class Limit>
using UnplannedOf =
    Unplanned<typename RunningList<FlatThatFits<C>, F, For, Device>::type, In, Samples, For, Device, Limit>;

/// Values at the arena's end for the step's number, what a batch is compared with, for every sample its loss, whether
/// it is right and how many of its labels count, what the loss sums, and two weights for every class.
template <class L> constexpr std::size_t target_values(int batch, Shape output) {
    using Loss = LossTraits<L>;
    const std::size_t n = batch, channels = output.channels;
    return aligned(2) + aligned(n * Loss::targets(output)) + aligned(n * Loss::labels(output)) + 3 * aligned(n) +
           aligned(n * Loss::work(output)) + 2 * aligned(channels);
}

/// Values behind them where a model trains: for the parts of the norm of all gradients, in double, the norm and the
/// factor that limits it.
constexpr std::size_t norm_values() { return aligned(2 * norm_parts) + aligned(2) + aligned(1); }

/// Values of an arena besides those that are planned.
template <class C, int Samples, Purpose For> constexpr std::size_t unplanned_values(int optimizer_states) {
    if constexpr (C::part != Part::none) {
        return 0;
    } else {
        const std::size_t copies = For == Purpose::infer ? 1 : 2 + optimizer_states;
        return copies * summed<C>(Kind::trained, true) + summed<C>(Kind::state, true) + summed<C>(Kind::frozen, true) +
               target_values<typename C::loss>(Samples, C::program.value[C::program.output]) +
               (For == Purpose::infer ? 0 : norm_values());
    }
}

/// What a plan may take where the arena is within so many bytes. Inference is not limited.
template <class C, int Samples, Purpose For, class Budget, int OptimizerStates> struct LimitOf {
    using type = MemoryLimit<Budget::bytes, unplanned_values<C, Samples, For>(OptimizerStates) * sizeof(float)>;
};
template <class C, int Samples, Purpose For, class Budget, int OptimizerStates>
    requires(For == Purpose::infer || std::is_same_v<Budget, Unlimited>)
struct LimitOf<C, Samples, For, Budget, OptimizerStates> {
    using type = NoLimit;
};

/// The initialiser and the budget of a network, either of which may be left out.
template <class First, class Second> struct NetOptions {
    using initialiser = First;
    using budget = Second;
};
template <class First>
    requires is_budget<First>
struct NetOptions<First, Unlimited> {
    using initialiser = Auto;
    using budget = First;
};

}  // namespace detail

/// A network: what comes in, the largest batch, the layers, the loss and how weights start.
///
///     using Idol = Net<Image<1, 128, 128>, Batch<64>, Seq<Conv<16, 3>, BN, Relu, Pool<2>, Dense<3>>,
///                      SoftmaxCrossEntropy>;
///
/// A network that does not fit together stops the compiler with one sentence that names the layer, what comes into it
/// and what it must be.
template <Shape Input, BatchSize Samples, class Body, class LossType, class Initialiser_ = Auto,
          class Budget_ = Unlimited>
struct Net : decltype(detail::report<detail::Check<Input, Samples, Body, LossType,
                                                   typename detail::NetOptions<Initialiser_, Budget_>::initialiser>,
                                     Input, LossType>())::type {
private:
    using options = detail::NetOptions<Initialiser_, Budget_>;
    using check = detail::Check<Input, Samples, Body, LossType, typename options::initialiser>;

public:
    static constexpr bool ok = check::part == detail::Part::none;
    static constexpr Shape input = Input;
    static constexpr int batch = Samples.samples;
    using loss = LossType;
    using initialiser = typename options::initialiser;
    using budget = typename options::budget;
    /// The layers in the order in which they run, each by itself.
    using flat = std::conditional_t<ok, typename check::flat, List<>>;

    /// The shape of one sample's output.
    static constexpr Shape output = ok ? check::program.value[check::program.output] : Shape{};

    /// The shapes of the flat list.
    static constexpr auto& program = check::program;

    /// The list that runs on the device and where its buffers lie, for a model with this many optimizer states a
    /// weight.
    template <Fusion F, Purpose For, class Device = cpu::Device, int OptimizerStates = 0>
    using schedule = Schedule<detail::WithinLimit<
        detail::UnplannedOf<check, Input, batch, F, For, Device,
                            typename detail::LimitOf<check, batch, For, budget, OptimizerStates>::type>>>;

    /// Values of weights, how many of them are frozen, and values kept besides (running statistics).
    static constexpr std::size_t frozen_parameters = detail::summed<check>(detail::Kind::frozen, false);
    static constexpr std::size_t parameters = detail::summed<check>(detail::Kind::trained, false) + frozen_parameters;
    static constexpr std::size_t states = detail::summed<check>(detail::Kind::state, false);

    /// Values that they take in the arena, where each tensor begins at a multiple of 64 bytes: what is trained, the
    /// states, what is frozen.
    static constexpr std::size_t parameter_span = detail::summed<check>(detail::Kind::trained, true);
    static constexpr std::size_t frozen_span = detail::summed<check>(detail::Kind::frozen, true);
    static constexpr std::size_t state_span = detail::summed<check>(detail::Kind::state, true);

    /// Values of the one arena of a model with this many optimizer states a weight.
    template <Fusion F, Purpose For, int OptimizerStates, class Device = cpu::Device>
    static constexpr std::size_t arena_values =
        detail::unplanned_values<check, batch, For>(OptimizerStates) + schedule<F, For, Device, OptimizerStates>::kept +
        schedule<F, For, Device, OptimizerStates>::plan.size;

    /// Bytes of the one arena of a model that only infers on the CPU.
    static constexpr std::size_t infer_bytes = arena_values<Fusion::on, Purpose::infer, 0> * sizeof(float);

    /// Bytes of the one arena of a model that trains with this optimizer: parameters, gradients, the optimizer's
    /// state, running statistics, activations, their gradients and scratch. On the CPU, or on another
    /// device: train_bytes<Adam, cuda::Device>.
    template <class Optimizer, class Device = cpu::Device>
    static constexpr std::size_t train_bytes =
        arena_values<Fusion::on, Purpose::train, Optimizer::states, Device> * sizeof(float);

    /// What a budget costs: arenas of a model that trains with this optimizer on the device, from the one that keeps
    /// everything down to the smallest there is, and how much each computes again. See Within.
    template <class Optimizer, class Device = cpu::Device>
    static constexpr std::array<MemoryPoint, memory_points> memory_curve = detail::memory_points_of<
        detail::UnplannedOf<check, Input, batch, Fusion::on, Purpose::train, Device, detail::NoLimit>,
        detail::unplanned_values<check, batch, Purpose::train>(Optimizer::states) * sizeof(float)>(
        std::make_index_sequence<memory_points - 2>{});

    /// The same of a batch that is taken in parts, and nothing computed again: from two of half the batch to samples by
    /// themselves.
    template <class Optimizer, class Device = cpu::Device>
    static constexpr std::array<MemoryPoint, parts_points> parts_curve = detail::parts_points_of<
        detail::UnplannedOf<check, Input, batch, Fusion::on, Purpose::train, Device, detail::NoLimit>,
        detail::unplanned_values<check, batch, Purpose::train>(Optimizer::states) * sizeof(float)>();

    /// In how many parts a model that trains with this optimizer on the device takes a whole batch, so that it is
    /// within its budget: 1, unless Within says otherwise.
    template <class Optimizer, class Device = cpu::Device>
    static constexpr int training_parts = schedule<Fusion::on, Purpose::train, Device, Optimizer::states>::parts;

    /// The kernel that runs each layer on the device, and why; to be printed by format().
    template <class Device = cpu::Device> static std::vector<KernelRow> kernels() {
        if constexpr (!ok)
            return {};
        else
            return detail::kernel_table<schedule<Fusion::on, Purpose::train, Device>, Device>();
    }

    /// True where no layer runs by its reference mathematics on the device.
    template <class Device = cpu::Device>
    static constexpr bool all_fast = detail::all_fast<schedule<Fusion::on, Purpose::train, Device>, Device>();

    /// A table for people: layer, output, parameters and bytes of every layer, and the totals.
    static std::string summary() { return ok ? format(table()) : std::string(); }

    /// The same with a line of what training with this optimizer on the device takes: "training with Adam needs 54.1
    /// MiB, in 8 parts of 8 with batch statistics of their own".
    template <class Optimizer, class Device = cpu::Device> static std::string summary() {
        if constexpr (!ok)
            return {};
        else
            return summary() + format_training(Optimizer::name, train_bytes<Optimizer, Device>, batch,
                                               training_parts<Optimizer, Device>, detail::takes_statistics(program));
    }

    /// The same as values.
    static Summary table() {
        if constexpr (!ok)
            return {};
        else {
            Summary table{input.text().string(), batch, parameters, infer_bytes, {}, LossType::name().string(),
                          frozen_parameters};
            for (std::size_t layer = 0; layer != flat::size; ++layer) {
                const Node& node = program.node[layer];
                if (!detail::computes(node)) continue;
                const LayerRecord& record = LayerTable<flat>::records[layer];
                const Parameters tensors = record.parameters(node.in);
                std::size_t count = 0;
                for (int i = 0; owner(layer) == layer && i < tensors.count; ++i) count += tensors.item[i].size();
                const bool frozen = tensors.count > 0 && tensors.item[0].frozen;
                table.rows.push_back({path(layer), name_with_owner(layer) + (frozen ? ", frozen" : ""),
                                      node.out.text().string(), count, node.out.size() * batch * sizeof(float)});
            }
            return table;
        }
    }

    /// One line that names everything which decides how weights are read: kept in checkpoints.
    static std::string description() {
        std::string text = input.text().string();
        for (std::size_t layer = 0; layer != flat::size; ++layer)
            if (LayerTable<flat>::records[layer].name().length > 0)
                text += " | " + path(layer) + " " + name_with_owner(layer);
        return text + " | " + LossType::name().string();
    }

private:
    static std::string path(std::size_t layer) { return LayerTable<flat>::records[layer].path[0].text().string(); }
    /// The first layer with the tensors of this one.
    static constexpr std::size_t owner(std::size_t layer) { return SharedUses<flat>::uses.first[layer]; }
    static std::string name_with_owner(std::size_t layer) {
        const std::string name = LayerTable<flat>::records[layer].name().string();
        return owner(layer) == layer ? name : name + " (that of " + path(owner(layer)) + ")";
    }
};

namespace detail {
/// What network() is given besides a layer, a loss and an initialiser.
template <class...> inline constexpr bool are_layers_a_loss_and_an_initialiser = false;
}  // namespace detail

/// The value form: `auto net = network<Image<1, 28, 28>, Batch<64>>(Conv<8, 3>{} | Relu{} | Dense<10>{},
/// SoftmaxCrossEntropy{});` has the same type as the Net that names these.
template <Shape Input, BatchSize Samples, class... Layers, class LossType, class Initialiser_ = Auto>
constexpr Net<Input, Samples, Seq<Layers...>, LossType, Initialiser_> network(Seq<Layers...>, LossType,
                                                                              Initialiser_ = {}) {
    return {};
}

/// Of one layer or composite.
template <Shape Input, BatchSize Samples, class Layer_, class LossType, class Initialiser_ = Auto>
    requires(is_element<Layer_> && Loss<LossType>)
constexpr Net<Input, Samples, Seq<Layer_>, LossType, Initialiser_> network(Layer_, LossType, Initialiser_ = {}) {
    return {};
}

/// Of anything else: an error that says what it takes.
template <Shape Input, BatchSize Samples, class... Others> constexpr int network(Others...) {
    static_assert(detail::are_layers_a_loss_and_an_initialiser<Others...>,
                  "typenet: network<Input, Batch>(...) takes the layers, joined by |, then the loss: "
                  "(Dense<8>{} | Relu{} | Dense<2>{}, SoftmaxCrossEntropy{})");
    return 0;
}

/// A layer joined with what is none: an error that says so.
template <class A, class B>
    requires(is_element<A> && !is_element<B>)
constexpr A operator|(A layer, B) {
    static_assert(is_element<B>,
                  "typenet: what is joined by | must be layers; the loss is the second argument of network<...>(...)");
    return layer;
}

}  // namespace tn
