// Whether a network fits together, and what is said where it does not.
#pragma once

#include "dsl/init/initialisers.hpp"
#include "dsl/loss/loss.hpp"
#include "dsl/net/trace.hpp"

namespace tn {

namespace detail {

/// The layers of a network: a Seq, or the one layer or composite that stands for a Seq of itself.
template <class Body> struct BodyOf {
    using type = Seq<Body>;
};
template <class... Ls> struct BodyOf<Seq<Ls...>> {
    using type = Seq<Ls...>;
};
template <class... Ls> struct BodyOf<Frozen<Seq<Ls...>>> {
    using type = Seq<Frozen<Ls...>>;
};

/// The first fault of a network outside its layers, or of the layers.
enum class Part { none, input, batch, body, depth, layers, loss, initialiser };

template <class... Ps> constexpr bool too_deep(List<Ps...>) { return sum({Ps::path[0].too_deep...}) > 0; }

template <Shape In, BatchSize N, class Body, class LossType, class Init_> struct Check {
    using loss = LossType;
    using flat = Flatten_t<typename BodyOf<Body>::type>;
    static constexpr auto program = [] {
        if constexpr (is_element<Body> && flat::size > 0)
            return trace(flat{}, In, N.samples);
        else
            return Program<1, 1>{};
    }();
    static constexpr Part part = [] {
        if (In.channels < 1 || In.height < 1 || In.width < 1) return Part::input;
        if (N.samples < 1 || too_many_values(In, N.samples)) return Part::batch;
        if (!is_element<Body> || flat::size == 0) return Part::body;
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
            case Part::batch: {
                ShapeResult result = layer_must(
                    N.samples < 1 ? Must::have_a_batch_of_at_least_1 : Must::have_a_smaller_batch, N.samples);
                result.shape_a = In;
                return result;
            }
            case Part::body:
                if constexpr (!is_element<Body>) return layer_must_about<Body>(Must::be_a_Seq);
                return layer_must(Must::contain_at_least_1_layer);
            case Part::depth: return layer_must(Must::be_nested_at_most_this_deep, Path::max_depth);
            case Part::layers: return program.fault;
            case Part::loss:
                if constexpr (Loss<LossType>) return ShapeResult(LossType::check(program.value[program.output]));
                if (OptimizerConcept<LossType>) return layer_must(Must::be_a_loss_and_not_an_optimizer);
                if (is_element<LossType>) return layer_must(Must::be_a_loss_and_not_a_layer);
                return layer_must(Must::be_a_loss);
            case Part::initialiser: return layer_must(Must::be_an_initialiser);
            default: return ShapeResult{};
        }
    }();
};

template <class L> constexpr Text name_of() {
    if constexpr (ConstantName<L>) return L::name();
    return type_name<L>;
}

template <class Named> constexpr Text sentence_about(Text where, Shape in, const ShapeResult& fault) {
    where << " " << name_of<Named>();
    return sentence(where, in, fault);
}

template <class P, class Indices> struct LayerTag;
template <class P, std::size_t... I> struct LayerTag<P, std::index_sequence<I...>> {
    using type = layer<P::path[0].index[I]...>;
};
template <class P> using layer_tag = typename LayerTag<P, std::make_index_sequence<P::path[0].depth>>::type;

template <Shape S> struct IncomingTag {
    using type = incoming<S.channels, S.height, S.width>;
};
template <Shape S>
    requires(S.is_vector)
struct IncomingTag<S> {
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
        using P = At_t<typename C::flat, C::program.fault_at>;
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

}  // namespace detail
}  // namespace tn
