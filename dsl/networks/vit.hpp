// ViT: Dosovitskiy and others, "An image is worth 16x16 words", 2021.
#pragma once

#include "dsl/layers/activations.hpp"
#include "dsl/layers/attention.hpp"
#include "dsl/layers/conv.hpp"
#include "dsl/layers/dense.hpp"
#include "dsl/layers/layer_norm.hpp"
#include "dsl/layers/tokens.hpp"
#include "dsl/net/seq.hpp"
#include "dsl/networks/repeat.hpp"

namespace tn::networks {

namespace detail {
using ViTNorm = LayerNormWith<Epsilon<1e-6>>;
template <int D, int Heads>
using ViTBlock = Seq<Residual<ViTNorm, Attention<Heads>>, Residual<ViTNorm, Conv<4 * D, 1>, Gelu, Conv<D, 1>>>;
}  // namespace detail

/// `Depth` blocks over patches of `Patch` x `Patch` pixels and a token of the class, each a vector of `D` numbers, with
/// `Heads` heads. Height and width are multiples of Patch.
template <int Classes, int Patch, int D, int Depth, int Heads>
using ViT = Seq<Conv<D, Patch, Stride<Patch>, Pad<0>>, ClassToken, PositionEmbedding,
                Repeat<Depth, detail::ViTBlock<D, Heads>>, detail::ViTNorm, FirstToken, Dense<Classes>>;

/// For Image<3, 224, 224>.
template <int Classes = 1000> using ViTTiny = ViT<Classes, 16, 192, 12, 3>;

}  // namespace tn::networks
