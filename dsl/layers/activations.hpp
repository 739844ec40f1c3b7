// The usual activation functions, a line each. Any shape, unchanged; a kink's derivative is that of PyTorch.
#pragma once

#include "dsl/core/formula.hpp"
#include "dsl/core/functions.hpp"
#include "dsl/layers/pointwise.hpp"

namespace tn {

namespace detail {
constexpr Text with_number(const char* name, float number) {
    Text text;
    text << name << "<";
    write_short(text, number);
    return text << ">";
}
}  // namespace detail

/// max(x, 0); NaN stays NaN so that it reaches the loss.
struct Relu : PointwiseFunction<Relu, functions::relu> {
    static constexpr Text name() { return "Relu"; }
};
/// min(max(x, 0), 6).
struct Relu6 : PointwiseFunction<Relu6, functions::relu6> {
    static constexpr Text name() { return "Relu6"; }
};
/// x above 0, Slope x below: LeakyRelu<0.2>. Slope is from 0 up to, not including, 1.
template <FloatBits Slope = 0.01> struct LeakyRelu : PointwiseFunction<LeakyRelu<Slope>, functions::leaky_relu(Slope)> {
    static constexpr Text name() { return detail::with_number("LeakyRelu", Slope); }
    static constexpr ShapeResult output(Shape in) {
        if (!(Slope >= 0 && Slope < 1)) return layer_must(Must::have_a_slope_of_at_least_0_and_below_1);
        return in;
    }
};
/// x above 0, Alpha (e^x - 1) below: Elu<1>. Alpha is at least 0.
template <FloatBits Alpha = 1.0> struct Elu : PointwiseFunction<Elu<Alpha>, functions::elu(Alpha)> {
    static constexpr Text name() { return detail::with_number("Elu", Alpha); }
    static constexpr ShapeResult output(Shape in) {
        if (!(Alpha >= 0 && Alpha < 1e6f)) return layer_must(Must::have_an_alpha_of_at_least_0);
        return in;
    }
};
/// 1 / (1 + e^-x).
struct Sigmoid : PointwiseFunction<Sigmoid, functions::sigmoid> {
    static constexpr Text name() { return "Sigmoid"; }
};
/// (e^2x - 1) / (e^2x + 1).
struct Tanh : PointwiseFunction<Tanh, functions::tanh> {
    static constexpr Text name() { return "Tanh"; }
};
/// x Phi(x) with the error function, as PyTorch's default.
struct Gelu : PointwiseFunction<Gelu, functions::gelu> {
    static constexpr Text name() { return "Gelu"; }
};
/// Its approximation by tanh, as in GPT-2.
struct GeluTanh : PointwiseFunction<GeluTanh, functions::gelu_tanh> {
    static constexpr Text name() { return "GeluTanh"; }
};
/// x sigmoid(x), also called swish.
struct Silu : PointwiseFunction<Silu, functions::silu> {
    static constexpr Text name() { return "Silu"; }
};
/// x tanh(softplus(x)).
struct Mish : PointwiseFunction<Mish, functions::mish> {
    static constexpr Text name() { return "Mish"; }
};
/// ln(1 + e^x).
struct Softplus : PointwiseFunction<Softplus, functions::softplus> {
    static constexpr Text name() { return "Softplus"; }
};
/// min(max(x + 3, 0), 6) / 6.
struct HardSigmoid : PointwiseFunction<HardSigmoid, functions::hard_sigmoid> {
    static constexpr Text name() { return "HardSigmoid"; }
};
/// x min(max(x + 3, 0), 6) / 6.
struct HardSwish : PointwiseFunction<HardSwish, functions::hard_swish> {
    static constexpr Text name() { return "HardSwish"; }
};

}  // namespace tn
