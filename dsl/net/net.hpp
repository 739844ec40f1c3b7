// Net: a whole network as one type. What it is, how large it is and what it is told when it does not fit together.
#pragma once

#include <string>

#include "dsl/init/initialisers.hpp"
#include "dsl/loss/loss.hpp"
#include "dsl/net/fuse.hpp"
#include "dsl/net/plan.hpp"
#include "dsl/net/summary.hpp"
#include "runtime/cpu/sizes.hpp"

namespace tn {

/// Whether neighbours are fused into one kernel or every layer runs by itself (slower; what tests compare with).
enum class Fusion { on, off };

/// The compile-time description that executors follow: the flat list, its shapes and its buffers.
template <class LayerList, Shape Input, int Samples, Purpose For, class Sizes> struct Schedule {
    using layers = LayerList;
    static constexpr auto program = trace<Sizes>(LayerList{}, Input, Samples);
    static constexpr auto plan = make_plan(program, Samples, For);
};

namespace detail {

template <class L> inline constexpr bool is_seq = false;
template <class... Ls> inline constexpr bool is_seq<Seq<Ls...>> = true;

/// The first fault of a network outside its layers, or of the layers.
enum class Part { none, input, batch, body, depth, layers, loss, initialiser };

template <class... Ps> constexpr bool too_deep(List<Ps...>) { return (Ps::path[0].too_deep || ...); }

template <Shape In, BatchSize N, class Body, class LossType, class Init_> struct Check {
    using flat = Flatten_t<Body>;
    static constexpr auto program = [] {
        if constexpr (is_seq<Body> && flat::size > 0)
            return trace<cpu::Sizes>(flat{}, In, N.samples);
        else
            return Program<1, 1>{};
    }();
    static constexpr Part part = [] {
        if (In.channels < 1 || In.height < 1 || In.width < 1) return Part::input;
        if (N.samples < 1) return Part::batch;
        if (!is_seq<Body> || flat::size == 0) return Part::body;
        if (too_deep(flat{})) return Part::depth;
        if (!program.ok()) return Part::layers;
        if (!Loss<LossType>) return Part::loss;
        if constexpr (Loss<LossType>)
            if (!ShapeResult(LossType::check(program.value[program.output])).ok()) return Part::loss;
        if (!Initialiser<Init_>) return Part::initialiser;
        return Part::none;
    }();

    static constexpr ShapeResult fault = [] {
        switch (part) {
            case Part::input: return layer_must(Must::be_at_least_1_in_every_extent);
            case Part::batch: return layer_must(Must::have_a_batch_of_at_least_1, N.samples);
            case Part::body:
                return is_seq<Body> ? layer_must(Must::contain_at_least_1_layer) : layer_must(Must::be_a_Seq);
            case Part::depth: return layer_must(Must::be_nested_at_most_this_deep, Path::max_depth);
            case Part::layers: return program.fault;
            case Part::loss:
                if constexpr (Loss<LossType>) return ShapeResult(LossType::check(program.value[program.output]));
                return layer_must(Must::be_a_loss);
            case Part::initialiser: return layer_must(Must::be_an_initialiser);
            default: return ShapeResult{};
        }
    }();
};

template <class L> constexpr Text name_of() {
    if constexpr (requires { L::name(); }) return L::name();
    return "";
}

template <class Named> constexpr Text sentence_about(Text where, Shape in, const ShapeResult& fault) {
    if (name_of<Named>().length) where << " " << name_of<Named>();
    return sentence(where, in, fault);
}

template <class P, class Indices> struct LayerTag;
template <class P, std::size_t... I> struct LayerTag<P, std::index_sequence<I...>> {
    using type = layer<P::path[0].index[I]...>;
};
template <class P>
using layer_tag = typename LayerTag<P, std::make_index_sequence<static_cast<std::size_t>(P::path[0].depth)>>::type;

template <Shape S> struct IncomingTag { using type = incoming<S.channels, S.height, S.width>; };
template <Shape S>
requires(S.is_vector) struct IncomingTag<S> {
    using type = incoming<S.channels>;
};

struct the_network {};
struct the_input {};
struct the_batch {};
struct the_body {};
struct the_loss {};
struct the_initialiser {};

/// Nothing for a network that fits together.
struct Fits {};

template <class C, Shape In, class LossType> constexpr auto report() {
    constexpr auto f = C::fault;
    if constexpr (C::part == Part::none) {
        return Type<Fits>{};
    } else if constexpr (C::part == Part::layers) {
        using P = At_t<typename C::flat, static_cast<std::size_t>(C::program.fault_at)>;
        constexpr Text where = Text{} << "layer " << P::path[0].text();
        constexpr Text said = sentence_about<typename P::type>(where, C::program.fault_input, f);
        return Type<network_error<layer_tag<P>, typename P::type, typename IncomingTag<C::program.fault_input>::type,
                                  f.must, f.a, f.b, Sentence<said.length>(said)>>{};
    } else if constexpr (C::part == Part::loss) {
        constexpr Shape out = C::program.value[C::program.output];
        constexpr Text said = sentence_about<LossType>("the loss", out, f);
        return Type<network_error<the_loss, LossType, typename IncomingTag<out>::type, f.must, f.a, f.b,
                                  Sentence<said.length>(said)>>{};
    } else {
        using Where = std::conditional_t<
            C::part == Part::input, the_input,
            std::conditional_t<C::part == Part::batch, the_batch,
                               std::conditional_t<C::part == Part::initialiser, the_initialiser, the_body>>>;
        constexpr const char* words = C::part == Part::input         ? "the input of the network"
                                      : C::part == Part::batch       ? "the network"
                                      : C::part == Part::initialiser ? "the initialiser of the network"
                                                                     : "the layers of the network";
        constexpr Text said = sentence(words, In, f);
        return Type<network_error<Where, the_network, typename IncomingTag<In>::type, f.must, f.a, f.b,
                                  Sentence<said.length>(said)>>{};
    }
}

enum class Kind { parameter, state };

/// Values of all parameters, or states; with `spans` each tensor begins at a multiple of `alignment`.
template <class C> constexpr std::size_t summed(Kind kind, bool spans) {
    std::size_t total = 0;
    if constexpr (C::part == Part::none)
        for_each(typename C::flat{}, [&]<class P, std::size_t I>(Type<P>, std::integral_constant<std::size_t, I>) {
            const Shape in = C::program.node[I].in;
            const auto add = [&](std::size_t n) { total += spans ? aligned(n) : n; };
            const Parameters p = Traits<typename P::type>::parameters(in);
            const States s = Traits<typename P::type>::states(in);
            for (int i = 0; kind == Kind::parameter && i < p.count; ++i)
                add(p.item[static_cast<std::size_t>(i)].size());
            for (int i = 0; kind == Kind::state && i < s.count; ++i)
                add(static_cast<std::size_t>(s.item[static_cast<std::size_t>(i)].size));
        });
    return total;
}

/// The list that runs, fused or not, and where its buffers lie.
template <class C, Shape In, int Samples, Fusion F, Purpose For, class Sizes>
using ScheduleOf =
    Schedule<typename std::conditional_t<F == Fusion::on, Type<Fuse_t<typename C::flat>>, Type<typename C::flat>>::type,
             In, Samples, For, Sizes>;

/// Values at the arena's end for the step's number, what a batch is compared with, the loss and result of every sample,
/// and a weight for every class.
constexpr std::size_t target_values(int batch, Shape output) {
    const auto n = static_cast<std::size_t>(batch);
    return aligned(2) + 3 * aligned(n) + aligned(n * output.size()) + aligned(output.size());
}

template <class C, Shape In, int Samples, Fusion F, Purpose For, class Sizes>
constexpr std::size_t arena_values(int optimizer_states) {
    if constexpr (C::part != Part::none) {
        return 0;
    } else {
        const std::size_t copies = For == Purpose::infer ? 1 : 2 + static_cast<std::size_t>(optimizer_states);
        return copies * summed<C>(Kind::parameter, true) + summed<C>(Kind::state, true) +
               ScheduleOf<C, In, Samples, F, For, Sizes>::plan.size +
               target_values(Samples, C::program.value[C::program.output]);
    }
}

}  // namespace detail

/// A network: what comes in, the largest batch, the layers, the loss and how weights start.
///
///     using Idol = Net<Image<1, 128, 128>, Batch<64>, Seq<Conv<16, 3>, BN, Relu, Pool<2>, Dense<3>>,
///                      SoftmaxCrossEntropy>;
///
/// A network that does not fit together stops the compiler with one sentence that names the layer, what comes into it
/// and what it must be.
template <Shape Input, BatchSize Samples, class Body, class LossType, class Initialiser_ = He>
struct Net
    : decltype(detail::report<detail::Check<Input, Samples, Body, LossType, Initialiser_>, Input, LossType>())::type {
private:
    using check = detail::Check<Input, Samples, Body, LossType, Initialiser_>;

public:
    static constexpr bool ok = check::part == detail::Part::none;
    static constexpr Shape input = Input;
    static constexpr int batch = Samples.samples;
    using loss = LossType;
    using initialiser = Initialiser_;
    /// The layers in the order in which they run, each by itself.
    using flat = std::conditional_t<ok, typename check::flat, List<>>;

    /// The shape of one sample's output.
    static constexpr Shape output = ok ? check::program.value[check::program.output] : Shape{};

    /// The list that runs and where its buffers lie in the runtime with these Sizes.
    template <Fusion F, Purpose For, class Sizes = cpu::Sizes>
    using schedule = detail::ScheduleOf<check, Input, batch, F, For, Sizes>;

    /// Trained values, and values kept besides (running statistics).
    static constexpr std::size_t parameters = detail::summed<check>(detail::Kind::parameter, false);
    static constexpr std::size_t states = detail::summed<check>(detail::Kind::state, false);

    /// Values that they take in the arena, where each tensor begins at a multiple of 64 bytes.
    static constexpr std::size_t parameter_span = detail::summed<check>(detail::Kind::parameter, true);
    static constexpr std::size_t state_span = detail::summed<check>(detail::Kind::state, true);

    /// Values of the one arena of a model with this many optimizer states a weight.
    template <Fusion F, Purpose For, int OptimizerStates, class Sizes = cpu::Sizes>
    static constexpr std::size_t arena_values =
        detail::arena_values<check, Input, batch, F, For, Sizes>(OptimizerStates);

    /// Bytes of the one arena of a model that only infers on the CPU.
    static constexpr std::size_t infer_bytes = arena_values<Fusion::on, Purpose::infer, 0> * sizeof(float);

    /// Bytes of the one arena of a model that trains with this optimizer: parameters, gradients, the optimizer's
    /// state, running statistics, activations, their gradients and scratch. On the CPU, or with other Sizes elsewhere:
    /// train_bytes<Adam, cuda::Sizes>.
    template <class Optimizer, class Sizes = cpu::Sizes>
    static constexpr std::size_t train_bytes = arena_values<Fusion::on, Purpose::train, Optimizer::states, Sizes> *
                                               sizeof(float);

    /// A table for people: layer, output, parameters and bytes of every layer, and the totals.
    static std::string summary() { return ok ? format(table()) : std::string(); }

    /// The same as values.
    static Summary table() {
        if constexpr (!ok)
            return {};
        else {
            Summary table{input.text().string(), batch, parameters, infer_bytes, {}, LossType::name().string()};
            using plain = schedule<Fusion::off, Purpose::train>;
            for_each(flat{}, [&]<class P, std::size_t I>(Type<P>, std::integral_constant<std::size_t, I>) {
                constexpr Node node = plain::program.node[I];
                if constexpr (node.runs && !node.is_fork) {
                    std::size_t count = 0;
                    const Parameters tensors = Traits<typename P::type>::parameters(node.in);
                    for (int i = 0; i < tensors.count; ++i) count += tensors.item[static_cast<std::size_t>(i)].size();
                    table.rows.push_back({P::path[0].text().string(), P::type::name().string(),
                                          node.out.text().string(), count,
                                          node.out.size() * static_cast<std::size_t>(batch) * sizeof(float)});
                }
            });
            return table;
        }
    }

    /// One line that names everything which decides how weights are read: kept in checkpoints.
    static std::string description() {
        std::string text = input.text().string();
        for_each(flat{}, [&]<class P, class I>(Type<P>, I) {
            if constexpr (requires { P::type::name(); })
                text += " | " + P::path[0].text().string() + " " + P::type::name().string();
        });
        return text + " | " + LossType::name().string();
    }
};

/// The value form: `auto net = network<Image<1, 28, 28>, Batch<64>>(Conv<8, 3>{} | Relu{} | Dense<10>{},
/// SoftmaxCrossEntropy{});` has the same type as the Net that names these.
template <Shape Input, BatchSize Samples, class... Layers, class LossType, class Initialiser_ = He>
constexpr Net<Input, Samples, Seq<Layers...>, LossType, Initialiser_> network(Seq<Layers...>, LossType,
                                                                              Initialiser_ = {}) {
    return {};
}

}  // namespace tn
