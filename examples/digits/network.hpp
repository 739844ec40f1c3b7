// The network of the digits program, and where it runs.
#pragma once

#include <dsl/typenet.hpp>
#include <memory>
#include <runtime/train/any_model.hpp>
#include <string>

namespace digits {

using namespace tn;

// clang-format off
using Digits = Net<Image<1, 28, 28>, Batch<128>,
                   Seq<Conv<16, 3>, BN, Relu, Conv<16, 3>, BN, Relu, Pool<2>,
                       Conv<32, 3>, BN, Relu, Conv<32, 3>, BN, Relu, Pool<2>,
                       Dense<128>, BN, Relu, Dropout<30>, Dense<10>>,
                   SoftmaxCrossEntropy>;
// clang-format on
using DigitsModel = AnyModel<Adam>;

/// Why CUDA cannot run here, empty where it can; and the model on it. A program built without nvcc says so.
std::string why_not_cuda();
std::unique_ptr<DigitsModel> open_cuda(const std::string& precision, std::uint64_t seed);

}  // namespace digits
