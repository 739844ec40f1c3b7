// gcc: the layers of the network: with the input Vector<4> it must be nested at most 32 deep
// clang: tn::Must::be_nested_at_most_this_deep, 32
// nvcc: What=tn::Must::be_nested_at_most_this_deep, A=32
#include <dsl/typenet.hpp>

using namespace tn;

template <int Levels> struct Nest {
    using type = Seq<typename Nest<Levels - 1>::type>;
};
template <> struct Nest<0> {
    using type = Dense<2>;
};

using Broken = Net<Vector<4>, Batch<4>, Seq<Nest<32>::type>, SoftmaxCrossEntropy>;

Broken network;
