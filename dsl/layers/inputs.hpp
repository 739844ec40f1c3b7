// Several inputs: a sample that is made of parts, and the layer that takes one of them.
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "dsl/core/index.hpp"
#include "dsl/core/layer.hpp"
#include "dsl/core/operation.hpp"

namespace tn {

/// The values of a vector from number First on (torch.narrow), as an image or a vector of shape Out: a part of a sample
/// that Inputs describes. The other values get no gradient from it.
template <int First, Shape Out> struct Narrow {
    static constexpr Axis axis = Axis::samples;
    static constexpr Reads reads{.x = false, .y = false};
    static constexpr Operation operation{.kind = Operation::slice, .first = First};

    static constexpr Text name() { return Text{} << "Narrow<" << First << ", " << Out.text() << ">"; }
    static constexpr ShapeResult output(Shape in) {
        if (!in.is_vector) return input_must(Must::be_a_vector);
        if (First < 0 || First + Out.size() > in.size())
            return input_must(Must::have_at_least_this_many_values, static_cast<int>(First + Out.size()));
        return Out;
    }
    template <class T> static constexpr void forward(const Pass<T>& p) {
        for (Index n = p.begin; n < p.end; ++n)
            for (Index i = 0; i < Out.size(); ++i) p.y[n * Out.size() + i] = p.x[n * p.in.size() + First + i];
    }
    template <class T> static constexpr void backward(const Pass<T>& p) {
        for (Index n = p.begin; p.dx && n < p.end; ++n)
            for (Index i = 0; i < p.in.size(); ++i) {
                const Index own = i - First;
                p.dx[n * p.in.size() + i] = own >= 0 && own < Out.size() ? p.dy[n * Out.size() + own] : T(0);
            }
    }
};

/// What comes into a network with several inputs, such as an image and a vector: one sample is their values, one part
/// after another. Every branch begins with the part that it takes.
///
///     using Both = Inputs<Image<1, 8, 8>, Vector<3>>;
///     using Network = Net<Both::shape, Batch<16>,
///                         Seq<Concat<Seq<Both::Take<0>, Conv<4, 3>, Relu, Dense<8>>, Seq<Both::Take<1>, Dense<8>>>,
///                             Relu, Dense<2>>,
///                         SoftmaxCrossEntropy>;
template <Shape... Parts> struct Inputs {
    static constexpr std::size_t count = sizeof...(Parts);
    static constexpr std::array<Shape, count> parts{Parts...};

    /// Where a part begins in a sample; that of part `count` is the sample's end.
    static constexpr Index first(std::size_t part) {
        Index values = 0;
        for (std::size_t i = 0; i < part; ++i) values += parts[i].size();
        return values;
    }
    /// The network's input.
    static constexpr Shape shape{static_cast<int>(first(count)), 1, 1, true};

    /// The layer that gives part I, counted from 0.
    template <std::size_t I> using Take = Narrow<static_cast<int>(first(I)), parts[I]>;

    /// Part I of a sample in a model's input, to be written: Both::part<1>(model.input(), 0).
    template <std::size_t I, class T> static std::span<T> part(std::span<T> batch, Index sample) {
        return batch.subspan(static_cast<std::size_t>(sample * first(count) + first(I)),
                             static_cast<std::size_t>(parts[I].size()));
    }
};

}  // namespace tn
