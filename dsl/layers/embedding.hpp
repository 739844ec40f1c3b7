// Embedding: a trained vector for each word of a vocabulary.
#pragma once

#include "dsl/core/index.hpp"
#include "dsl/core/layer.hpp"
#include "dsl/core/operation.hpp"
#include "dsl/core/options.hpp"
#include "dsl/init/initialisers.hpp"

namespace tn {

/// Embedding<Vocabulary, Features>, with Init<...>. Vector<N> of whole numbers from 0 to Vocabulary - 1 ->
/// Signal<Features, N>: row x[i] of weight [Vocabulary][Features], from a deviation of 1, is position i. PyTorch's
/// Embedding, with features before positions. Its input gets no gradient.
///
/// Where it reads the network's input, a model refuses other numbers with an Error before it computes anything. Numbers
/// that another layer gives, or that lie on the device already, are cut to a whole number in the range; NaN becomes 0.
template <int Vocabulary, int Features, class... Options> struct Embedding {
    static constexpr int vocabulary = Vocabulary;
    static constexpr Axis axis = Axis::values;
    static constexpr Operation operation{.kind = Operation::embedding, .features = Features, .vocabulary = Vocabulary};

    static constexpr Text name() { return Text{} << "Embedding<" << Vocabulary << ", " << Features << ">"; }
    static constexpr ShapeResult output(Shape in) {
        if (const auto known = options::known<options::is_init>::template check<Options...>(); !known.ok())
            return known;
        if (Vocabulary < 1 || Vocabulary > largest)
            return layer_must(Must::have_a_vocabulary_from_1_to_16777216, Vocabulary);
        if (Features < 1) return layer_must(Must::have_at_least_1_output, Features);
        if (!in.is_vector) return input_must(Must::be_a_vector);
        return Shape{Features, 1, in.channels, false};
    }
    static constexpr Parameters parameters(Shape) {
        InitRule init{InitRule::std, 1};
        using Named = typename options::find<options::is_init, void, Options...>::type;
        if constexpr (!std::is_void_v<Named>) init = init_rule<Named>();
        Parameters p;
        p.add({"weight", {Vocabulary, Features}, 2, init, true, Vocabulary, Features});
        return p;
    }
    static constexpr int gradient_parts(Shape) { return Features; }

    template <class T> static constexpr void forward(const Pass<T>& p) {
        const int words = p.in.channels;
        for (int i = p.begin; i < p.end; ++i)
            p.y[i] = p.parameter[0][row(p.x[i / words / Features * words + i % words]) + i / words % Features];
    }
    template <class T> static constexpr void backward(const Pass<T>& p) {
        const int words = p.in.channels;
        for (int i = p.begin; p.dx && i < p.end; ++i)
            if (i / words % Features == 0) p.dx[i / words / Features * words + i % words] = 0;
    }
    template <class T> static constexpr void gradients(const Pass<T>& p) {
        const int words = p.in.channels;
        for (int f = p.begin; f < p.end; ++f) {
            for (int word = 0; word < Vocabulary; ++word) p.gradient[0][Index{word} * Features + f] = 0;
            for (int n = 0; n < p.n; ++n)
                for (int i = 0; i < words; ++i)
                    p.gradient[0][row(p.x[n * words + i]) + f] += p.dy[(n * Features + f) * words + i];
        }
    }

private:
    /// Up to here every whole number is a float.
    static constexpr int largest = 16777216;

    /// Where the row of a word begins.
    template <class T> static constexpr Index row(T word) {
        if (!(word > 0)) return 0;
        return Features * (word < T(Vocabulary) ? Index(word) : Vocabulary - 1);
    }
};

}  // namespace tn
