// gcc: layer 0 GRU<4, Last>: the input Image<2, 3, 9> must be a signal: an image of height 1
// clang: tn::layer<0>, tn::GRU<4, tn::Last>, tn::incoming<2, 3, 9>, tn::Must::be_a_signal, 0, 0
// nvcc: Where=tn::layer<0>, Layer=tn::GRU<4, tn::Last>, Incoming=tn::incoming<2, 3, 9>, What=tn::Must::be_a_signal, A=0, B=0
#include <dsl/typenet.hpp>

using namespace tn;

using Broken = Net<Image<2, 3, 9>, Batch<4>, Seq<GRU<4, Last>, Dense<2>>, SoftmaxCrossEntropy>;

Broken network;
