// gcc: layer 1 Own: with the input Vector<4> it must give at least 1 value in every extent, not Vector<0>
// clang: tn::Must::give_at_least_1_value_in_every_extent, 0, 0
// nvcc: What=tn::Must::give_at_least_1_value_in_every_extent, A=0, B=0
#include <dsl/typenet.hpp>

using namespace tn;

struct Own {
    static constexpr Text name() { return "Own"; }
    static constexpr ShapeResult output(Shape in) { return Shape{0, 1, 1, true}; }
    template <class T> static void forward(const Pass<T>&) {}
    template <class T> static void backward(const Pass<T>&) {}
};

using Broken = Net<Image<3, 32, 32>, Batch<8>, Seq<Dense<4>, Own, Dense<3>>, SoftmaxCrossEntropy>;

Broken network;
