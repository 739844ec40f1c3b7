// gcc: layer 1 Twice: with the input Vector<3> it must give every parameter and state a name of its own
// clang: tn::layer<1>, Twice, tn::incoming<3>, tn::Must::give_every_tensor_a_name_of_its_own
// nvcc: Where=tn::layer<1>, Layer=Twice, Incoming=tn::incoming<3>,
// What=tn::Must::give_every_tensor_a_name_of_its_own
#include <dsl/typenet.hpp>

using namespace tn;

struct Twice {
    static constexpr Text name() { return "Twice"; }
    static constexpr ShapeResult output(Shape in) { return in; }
    static constexpr Parameters parameters(Shape in) {
        Parameters p;
        p.add({"mean", {in.channels}, 1});
        return p;
    }
    static constexpr States states(Shape in) {
        States s;
        s.add({"mean", in.channels, 0});
        return s;
    }
};

using Broken = Net<Vector<4>, Batch<4>, Seq<Dense<3>, Twice, Dense<2>>, SoftmaxCrossEntropy>;

Broken network;
