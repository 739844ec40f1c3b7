// gcc: layer 1 Own: with the input Vector<4> it must be a layer: a type with static constexpr name() and output(Shape)
// clang: tn::Must::be_a_layer, 0, 0
// nvcc: What=tn::Must::be_a_layer, A=0, B=0
#include <dsl/typenet.hpp>

using namespace tn;

struct Own {
    constexpr Text name() { return "Own"; }
    constexpr ShapeResult output(Shape in) { return in; }
};

using Broken = Net<Image<3, 32, 32>, Batch<8>, Seq<Dense<4>, Own, Dense<3>>, SoftmaxCrossEntropy>;

Broken network;
