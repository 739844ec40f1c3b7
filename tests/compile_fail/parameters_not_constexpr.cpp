// gcc: layer 1 Own: with the input Vector<4> it must declare its parameters(Shape) constexpr, so that the compiler can compute them
// clang: tn::Must::have_constexpr_parameters, 0, 0
// nvcc: What=tn::Must::have_constexpr_parameters, A=0, B=0
#include <dsl/typenet.hpp>

using namespace tn;

struct Own {
    static constexpr Text name() { return "Own"; }
    static constexpr ShapeResult output(Shape in) { return in; }
    static Parameters parameters(Shape) { return {}; }
};

using Broken = Net<Image<3, 32, 32>, Batch<8>, Seq<Dense<4>, Own, Dense<3>>, SoftmaxCrossEntropy>;

Broken network;
