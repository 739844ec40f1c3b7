// gcc: layer 0 Embedding<0, 4>: with the input Vector<9> it must have a vocabulary from 1 to 16777216, not 0
// clang: tn::layer<0>, tn::Embedding<0, 4>, tn::incoming<9>, tn::Must::have_a_vocabulary_from_1_to_16777216, 0, 0
// nvcc: Where=tn::layer<0>, Layer=tn::Embedding<0, 4>, Incoming=tn::incoming<9>, What=tn::Must::have_a_vocabulary_from_1_to_16777216, A=0, B=0
#include <dsl/typenet.hpp>

using namespace tn;

using Broken = Net<Vector<9>, Batch<4>, Seq<Embedding<0, 4>, Dense<2>>, SoftmaxCrossEntropy>;

Broken network;
