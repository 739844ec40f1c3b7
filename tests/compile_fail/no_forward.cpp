// gcc: layer 1 Own: with the input Vector<4> it must have a static forward(const Pass<T>&), a template over the type T of a value
// clang: tn::Must::have_a_forward, 0, 0
// nvcc: What=tn::Must::have_a_forward, A=0, B=0
#include <dsl/typenet.hpp>

using namespace tn;

struct Own {
    static constexpr Text name() { return "Own"; }
    static constexpr ShapeResult output(Shape in) { return in; }
};

using Broken = Net<Image<3, 32, 32>, Batch<8>, Seq<Dense<4>, Own, Dense<3>>, SoftmaxCrossEntropy>;
int main() {
    cpu::Device d;
    Model<Broken, Adam> m(d);
    m.train(1, Adam{});
}
