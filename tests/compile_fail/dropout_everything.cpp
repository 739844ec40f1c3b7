// gcc: layer 0 Dropout<100>: with the input Vector<8> it must drop from 0 to 99 percent, not 100
// clang: tn::Must::drop_from_0_to_99_percent
// nvcc: Where=tn::layer<0>, Layer=tn::Dropout<tn::Percent{100, false}>, Incoming=tn::incoming<8>, What=tn::Must::drop_from_0_to_99_percent, A=100, B=0
#include <dsl/typenet.hpp>

using namespace tn;

using Broken = Net<Vector<8>, Batch<4>, Seq<Dropout<100>, Dense<3>>, SoftmaxCrossEntropy>;

Broken network;
