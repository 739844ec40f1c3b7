// What a broken network is told. A layer's shape rule answers with a `Must`; the sentence is composed here.
#pragma once

#include "dsl/core/must.hpp"
#include "dsl/core/shape.hpp"

namespace tn {

/// What a shape rule answers: the layer's output, or what must be and the numbers in it.
struct ShapeResult {
    Shape out{};
    Must must = Must::hold;
    int a = 0, b = 0;
    const char* own_words = "";  ///< with Must::follow_its_own_rule: what follows "must", for layers from outside
    bool about_input = true;     ///< true: the input must ...; false: the layer itself must ...
    Shape shape_a{}, shape_b{};
    const char* named = "";  ///< a type that the sentence names

    constexpr ShapeResult() = default;
    constexpr ShapeResult(Shape s) : out(s) {}
    constexpr bool ok() const { return must == Must::hold; }
};

/// The incoming shape breaks the rule: "the input Image<64, 1, 1> must ...".
constexpr ShapeResult input_must(Must must, int a = 0, int b = 0) {
    ShapeResult r;
    r.must = must;
    r.a = a;
    r.b = b;
    return r;
}

/// The layer as written breaks the rule, whatever comes in: "it must ...".
constexpr ShapeResult layer_must(Must must, int a = 0, int b = 0) {
    ShapeResult r = input_must(must, a, b);
    r.about_input = false;
    return r;
}

/// The same of shapes that do not go together; their channels are its numbers.
constexpr ShapeResult layer_must(Must must, Shape a, Shape b) {
    ShapeResult r = layer_must(must, a.channels, b.channels);
    r.shape_a = a;
    r.shape_b = b;
    return r;
}

/// The same of a type, as options are.
template <class Named, class... Others> constexpr ShapeResult layer_must_about(Must must, Others... others) {
    ShapeResult r = layer_must(must, others...);
    r.named = type_name<Named>.characters;
    return r;
}

/// A rule of a layer outside the tree: `input_must("have an even number of channels")`.
constexpr ShapeResult input_must(const char* own_words, int a = 0, int b = 0) {
    ShapeResult r = input_must(Must::follow_its_own_rule, a, b);
    r.own_words = own_words;
    return r;
}

/// Where a layer stands: its index in the network's Seq, counted from 0, then its index in each composite within.
struct Path {
    /// A U-Net has 2 to 3 indices per level. Net refuses a network that is nested deeper.
    static constexpr int max_depth = 32;
    int index[max_depth]{};
    int depth = 0;
    bool too_deep = false;  ///< has lost an index, and no longer names one layer

    constexpr Path child(int i) const {
        Path p = *this;
        if (depth < max_depth)
            p.index[p.depth++] = i;
        else
            p.too_deep = true;
        return p;
    }
    constexpr Text text() const {
        Text t;
        for (int i = 0; i < depth; ++i) {
            if (i) t << ".";
            t << index[i];
        }
        return t;
    }
    constexpr bool operator==(const Path&) const = default;
};

/// `layer 13 Pool<2>: the input Image<64, 1, 1> must be at least 2 high and 2 wide`.
constexpr Text sentence(const Text& where, Shape in, const ShapeResult& fault) {
    Text t;
    t << where << ": ";
    if (fault.about_input)
        t << "the input " << in.text() << " must ";
    else
        t << "with the input " << in.text() << " it must ";
    int number = 0;
    const char* w = fault.must == Must::follow_its_own_rule ? fault.own_words : words(fault.must);
    for (; *w; ++w) {
        if (w[0] == '{' && w[1] == '}') {
            t << (number++ == 0 ? fault.a : fault.b);
            ++w;
        } else if (w[0] == '{' && (w[1] == 'A' || w[1] == 'B') && w[2] == '}') {
            t << (w[1] == 'A' ? fault.shape_a : fault.shape_b).text();
            w += 2;
        } else if (w[0] == '{' && w[1] == 'N' && w[2] == '}') {
            t << fault.named;
            w += 2;
        } else {
            t << std::string_view(w, 1);
        }
    }
    return t;
}

template <int... Index> struct layer {};
template <int... Extents> struct incoming {};

/// A sentence without room to spare: nvcc prints every character of a template argument, so the fewer the better.
template <int Length> struct Sentence {
    char text[Length + 1]{};
    constexpr Sentence(const Text& t) {
        for (int i = 0; i < Length; ++i) text[i] = t.characters[i];
    }
};

/// Names the fault in every compiler's words: g++ prints the sentence, clang and nvcc the parts before it.
template <class Where, class Layer, class Incoming, Must What, int A, int B, Sentence Said> struct network_error {
    static_assert(sizeof(Said.text) == 0,
                  "typenet: this network does not fit together; its fault is named in the line of "
                  "'network_error' beside this one");
};

}  // namespace tn
