// The fusions that there are, in the order in which they are tried.
#pragma once

#include "dsl/core/sequence.hpp"
#include "dsl/fusions/conv_add.hpp"
#include "dsl/fusions/conv_block.hpp"
#include "dsl/fusions/conv_function.hpp"
#include "dsl/fusions/dense_block.hpp"
#include "dsl/fusions/norm_block.hpp"
#include "dsl/fusions/relu_dropout.hpp"

namespace tn {

using Fusions = List<fusions::ConvAdd, fusions::ConvFunction, fusions::ConvBlock, fusions::DenseBlock,
                     fusions::NormBlock, fusions::ReluDropout>;

}  // namespace tn
