// The arguments of a block's passes from those of a layer's: which tensor is the convolution's, and which the
// normalisation's.
#pragma once

#include "dsl/core/layer.hpp"
#include "dsl/fusions/conv_block.hpp"
#include "runtime/cpu/conv_block/passes.hpp"
#include "runtime/cpu/host_device.hpp"

namespace tn::cpu {

/// Weight and bias of the convolution, then those of the normalisation.
template <Operation Conv, Operation... Behind> struct ConvBlockParameters {
    static ConvForward forward(Device& device, const Pass<float>& p) {
        return {p.n,          p.x,           p.parameter[0], bias(p.parameter), gamma(p.parameter), beta(p.parameter),
                p.y,          p.saved,       p.work,         p.state[0],        p.state[1],         norm.momentum,
                norm.epsilon, device.group()};
    }
    static ConvInfer infer(const Pass<float>& p) {
        return {p.n,
                p.x,
                p.parameter[0],
                bias(p.parameter),
                gamma(p.parameter),
                beta(p.parameter),
                p.state[0],
                p.state[1],
                norm.epsilon,
                p.y,
                p.work};
    }
    static ConvBackward backward(Device& device, const Pass<float>& p) {
        return {p.n,   p.x,           p.parameter[0],   gamma(p.parameter), beta(p.parameter), p.dy,   p.saved,
                p.dx,  p.gradient[0], bias(p.gradient), gamma(p.gradient),  beta(p.gradient),  p.work, device.group(),
                p.adds};
    }

private:
    /// Of no kind, with an epsilon of 0, where nothing is normalised.
    static constexpr Operation norm = fusions::ConvBlock::find<Behind...>(Operation::batch_norm);
    static constexpr bool has_norm = norm.kind == Operation::batch_norm;
    static constexpr int first_of_norm = Conv.bias ? 2 : 1;

    template <class Tensors> static float* bias(const Tensors& all) { return Conv.bias ? all[1] : nullptr; }
    template <class Tensors> static float* gamma(const Tensors& all) { return has_norm ? all[first_of_norm] : nullptr; }
    template <class Tensors> static float* beta(const Tensors& all) {
        return has_norm ? all[first_of_norm + 1] : nullptr;
    }
};

}  // namespace tn::cpu
