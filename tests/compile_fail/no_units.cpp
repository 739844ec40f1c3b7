// gcc: layer 0 LSTM<0>: with the input Image<2, 1, 9> it must have at least 1 output, not 0
// clang: tn::layer<0>, tn::LSTM<0>, tn::incoming<2, 1, 9>, tn::Must::have_at_least_1_output, 0, 0
// nvcc: Where=tn::layer<0>, Layer=tn::LSTM<0>, Incoming=tn::incoming<2, 1, 9>, What=tn::Must::have_at_least_1_output, A=0, B=0
#include <dsl/typenet.hpp>

using namespace tn;

using Broken = Net<Signal<2, 9>, Batch<4>, Seq<LSTM<0>, Dense<2>>, SoftmaxCrossEntropy>;

Broken network;
