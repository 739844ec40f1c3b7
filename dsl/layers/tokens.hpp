// Tokens: the positions of an image or signal as a transformer takes them. Dosovitskiy and others, "An image is worth
// 16x16 words", 2021.
#pragma once

#include "dsl/core/layer.hpp"
#include "dsl/core/operation.hpp"

namespace tn {

/// Adds a trained number to every value of a sample, so that layers which treat all positions alike can tell them
/// apart. Image<D, H, W> or Signal<D, N>, unchanged. Trains weight [D][H W], from a deviation of 0.02.
struct PositionEmbedding {
    static constexpr Axis axis = Axis::values;
    static constexpr bool in_place = true;
    static constexpr Reads reads{.x = false, .y = false};
    static constexpr Operation operation{.kind = Operation::position_embedding};

    static constexpr Text name() { return "PositionEmbedding"; }
    static constexpr ShapeResult output(Shape in) {
        if (in.is_vector) return input_must(Must::be_an_image);
        return in;
    }
    static constexpr Parameters parameters(Shape in) {
        Parameters p;
        p.add({"weight", {in.channels, static_cast<int>(in.plane())}, 2, {InitRule::std, 0.02f}});
        return p;
    }
    static constexpr int gradient_parts(Shape in) { return static_cast<int>(in.size()); }

    template <class T> static constexpr void forward(const Pass<T>& p) {
        const int size = static_cast<int>(p.in.size());
        for (int i = p.begin; i < p.end; ++i) p.y[i] = p.x[i] + p.parameter[0][i % size];
    }
    template <class T> static constexpr void backward(const Pass<T>& p) {
        for (int i = p.begin; p.dx && i < p.end; ++i) p.dx[i] = p.dy[i];
    }
    template <class T> static constexpr void gradients(const Pass<T>& p) {
        const int size = static_cast<int>(p.in.size());
        for (int i = p.begin; i < p.end; ++i) p.gradient[0][i] = 0;
        for (int n = 0; n < p.n; ++n)
            for (int i = p.begin; i < p.end; ++i) p.gradient[0][i] += p.dy[n * size + i];
    }
};

/// Puts a trained token before those of the sample. Image<D, H, W> or Signal<D, N> -> Signal<D, N + 1>, N = H W. Trains
/// weight [D], from a deviation of 0.02.
struct ClassToken {
    static constexpr Axis axis = Axis::parts;
    static constexpr Reads reads{.x = false, .y = false};
    static constexpr Operation operation{.kind = Operation::class_token};

    static constexpr Text name() { return "ClassToken"; }
    static constexpr ShapeResult output(Shape in) {
        if (in.is_vector) return input_must(Must::be_an_image);
        return Shape{in.channels, 1, static_cast<int>(in.plane()) + 1, false};
    }
    static constexpr Parameters parameters(Shape in) {
        Parameters p;
        p.add({"weight", {in.channels}, 1, {InitRule::std, 0.02f}});
        return p;
    }
    static constexpr int parts(Shape in) { return in.channels; }
    static constexpr int gradient_parts(Shape in) { return in.channels; }

    template <class T> static constexpr void forward(const Pass<T>& p) {
        const int tokens = p.out.width;
        for (int k = p.begin; k < p.end; ++k) {
            const T* x = p.x + k * (tokens - 1);
            T* y = p.y + k * tokens;
            y[0] = p.parameter[0][k % p.in.channels];
            for (int i = 1; i < tokens; ++i) y[i] = x[i - 1];
        }
    }
    template <class T> static constexpr void backward(const Pass<T>& p) {
        const int tokens = p.out.width;
        for (int k = p.begin; p.dx && k < p.end; ++k)
            for (int i = 1; i < tokens; ++i) p.dx[k * (tokens - 1) + i - 1] = p.dy[k * tokens + i];
    }
    template <class T> static constexpr void gradients(const Pass<T>& p) {
        for (int c = p.begin; c < p.end; ++c) {
            T sum = 0;
            for (int n = 0; n < p.n; ++n) sum += p.dy[(n * p.in.channels + c) * p.out.width];
            p.gradient[0][c] = sum;
        }
    }
};

/// The first token alone: Image<D, H, W> or Signal<D, N> -> Vector<D>.
struct FirstToken {
    static constexpr Axis axis = Axis::parts;
    static constexpr Reads reads{.x = false, .y = false};
    static constexpr Operation operation{.kind = Operation::first_token};

    static constexpr Text name() { return "FirstToken"; }
    static constexpr ShapeResult output(Shape in) {
        if (in.is_vector) return input_must(Must::be_an_image);
        return Shape{in.channels, 1, 1, true};
    }
    static constexpr int parts(Shape in) { return in.channels; }

    template <class T> static constexpr void forward(const Pass<T>& p) {
        const int tokens = static_cast<int>(p.in.plane());
        for (int k = p.begin; k < p.end; ++k) p.y[k] = p.x[k * tokens];
    }
    template <class T> static constexpr void backward(const Pass<T>& p) {
        const int tokens = static_cast<int>(p.in.plane());
        for (int k = p.begin; p.dx && k < p.end; ++k)
            for (int i = 0; i < tokens; ++i) p.dx[k * tokens + i] = i == 0 ? p.dy[k] : T(0);
    }
};

}  // namespace tn
