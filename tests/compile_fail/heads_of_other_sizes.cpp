// gcc: the loss Heads<SoftmaxCrossEntropy 3, MeanSquaredError 2>: the input Vector<4> must be a vector of 5 values, those of all heads
// clang: tn::Must::be_a_vector_of_all_heads, 5
// nvcc: What=tn::Must::be_a_vector_of_all_heads, A=5, B=0
#include <dsl/typenet.hpp>

using namespace tn;

using Broken = Net<Vector<8>, Batch<4>, Seq<Dense<4>>, Heads<Head<SoftmaxCrossEntropy, 3>, Head<MeanSquaredError, 2>>>;

Broken network;
