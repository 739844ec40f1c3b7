// VGG: Simonyan and Zisserman, "Very deep convolutional networks for large-scale image recognition", 2015.
#pragma once

#include "dsl/layers/activations.hpp"
#include "dsl/layers/batch_norm.hpp"
#include "dsl/layers/conv.hpp"
#include "dsl/layers/dense.hpp"
#include "dsl/layers/dropout.hpp"
#include "dsl/layers/pool.hpp"
#include "dsl/net/seq.hpp"

namespace tn::networks {

namespace detail {
template <int Filters> using VggLayer = Seq<Conv<Filters, 3>, Relu>;
template <int Filters> using VggNormLayer = Seq<Conv<Filters, 3>, BN, Relu>;
template <int Filters> using VggBiasedNormLayer = Seq<Conv<Filters, 3, Bias>, BN, Relu>;

template <int Classes, int DropoutPercent>
using VggHead =
    Seq<Dense<4096>, Relu, Dropout<DropoutPercent>, Dense<4096>, Relu, Dropout<DropoutPercent>, Dense<Classes>>;

template <template <int> class L>
using Vgg11Features =
    Seq<L<64>, Pool<2>, L<128>, Pool<2>, L<256>, L<256>, Pool<2>, L<512>, L<512>, Pool<2>, L<512>, L<512>, Pool<2>>;
template <template <int> class L>
using Vgg16Features = Seq<L<64>, L<64>, Pool<2>, L<128>, L<128>, Pool<2>, L<256>, L<256>, L<256>, Pool<2>, L<512>,
                          L<512>, L<512>, Pool<2>, L<512>, L<512>, L<512>, Pool<2>>;
}  // namespace detail

/// Configurations A and D for Image<3, 224, 224>, or any other size of at least 32 x 32; with Norm batch normalisation
/// behind every convolution. The tensors are in the order of torchvision's state_dict; those of vgg11_bn and vgg16_bn,
/// of which the convolutions have a bias that batch normalisation takes away, has BiasedNorm.
template <int Classes = 1000, int DropoutPercent = 50>
using Vgg11 = Seq<detail::Vgg11Features<detail::VggLayer>, detail::VggHead<Classes, DropoutPercent>>;
template <int Classes = 1000, int DropoutPercent = 50>
using Vgg11Norm = Seq<detail::Vgg11Features<detail::VggNormLayer>, detail::VggHead<Classes, DropoutPercent>>;
template <int Classes = 1000, int DropoutPercent = 50>
using Vgg11BiasedNorm =
    Seq<detail::Vgg11Features<detail::VggBiasedNormLayer>, detail::VggHead<Classes, DropoutPercent>>;
template <int Classes = 1000, int DropoutPercent = 50>
using Vgg16 = Seq<detail::Vgg16Features<detail::VggLayer>, detail::VggHead<Classes, DropoutPercent>>;
template <int Classes = 1000, int DropoutPercent = 50>
using Vgg16Norm = Seq<detail::Vgg16Features<detail::VggNormLayer>, detail::VggHead<Classes, DropoutPercent>>;
template <int Classes = 1000, int DropoutPercent = 50>
using Vgg16BiasedNorm =
    Seq<detail::Vgg16Features<detail::VggBiasedNormLayer>, detail::VggHead<Classes, DropoutPercent>>;

}  // namespace tn::networks
