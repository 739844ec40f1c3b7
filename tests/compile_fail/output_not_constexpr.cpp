// gcc: layer 1 Own: with the input Vector<4> it must declare its output(Shape) constexpr, so that the compiler can compute it
// clang: tn::Must::have_a_constexpr_output, 0, 0
// nvcc: What=tn::Must::have_a_constexpr_output, A=0, B=0
#include <dsl/typenet.hpp>

using namespace tn;

struct Own {
    static constexpr Text name() { return "Own"; }
    static ShapeResult output(Shape in) { return in; }
    template <class T> static void forward(const Pass<T>&) {}
};

using Broken = Net<Image<3, 32, 32>, Batch<8>, Seq<Dense<4>, Own, Dense<3>>, SoftmaxCrossEntropy>;

Broken network;
