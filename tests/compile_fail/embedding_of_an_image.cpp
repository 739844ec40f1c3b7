// gcc: layer 0 Embedding<9, 4>: the input Image<1, 1, 9> must be a vector
// clang: tn::layer<0>, tn::Embedding<9, 4>, tn::incoming<1, 1, 9>, tn::Must::be_a_vector, 0, 0
// nvcc: Where=tn::layer<0>, Layer=tn::Embedding<9, 4>, Incoming=tn::incoming<1, 1, 9>, What=tn::Must::be_a_vector, A=0, B=0
#include <dsl/typenet.hpp>

using namespace tn;

using Broken = Net<Signal<1, 9>, Batch<4>, Seq<Embedding<9, 4>, Dense<2>>, SoftmaxCrossEntropy>;

Broken network;
