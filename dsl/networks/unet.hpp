// U-Net: Ronneberger and others, "U-Net: convolutional networks for biomedical image segmentation", 2015.
#pragma once

#include "dsl/layers/activations.hpp"
#include "dsl/layers/batch_norm.hpp"
#include "dsl/layers/conv.hpp"
#include "dsl/layers/conv_transpose.hpp"
#include "dsl/layers/pool.hpp"
#include "dsl/net/seq.hpp"

namespace tn::networks {

namespace detail {
template <int C> using UNetConvs = Seq<Conv<C, 3>, BN, Relu, Conv<C, 3>, BN, Relu>;

/// Two convolutions, then beside what they give the same network at half of the resolution, then two convolutions over
/// both.
template <int C, int Levels> struct UNetLevel {
    using type =
        Seq<UNetConvs<C>,
            Concat<Seq<>, Seq<Pool<2>, typename UNetLevel<2 * C, Levels - 1>::type, ConvTranspose<C, 2, Stride<2>>>>,
            UNetConvs<C>>;
};
template <int C> struct UNetLevel<C, 0> {
    using type = UNetConvs<C>;
};
}  // namespace detail

/// A value of each class for every pixel of Image<C, H, W>, where H and W are multiples of 2^Levels: with padded
/// convolutions and batch normalisation, Width channels at full resolution and twice as many at every level below.
template <int Classes, int Width = 64, int Levels = 4>
using UNet = Seq<typename detail::UNetLevel<Width, Levels>::type, Conv<Classes, 1>>;

}  // namespace tn::networks
