// gcc: layer 1 Many: with the input Vector<3> it must have at most 16 parameters and 8 states, not 17 and 0
// clang: tn::layer<1>, Many, tn::incoming<3>, tn::Must::have_at_most_16_parameters_and_8_states, 17, 0
// nvcc: Where=tn::layer<1>, Layer=Many, Incoming=tn::incoming<3>,
// nvcc: What=tn::Must::have_at_most_16_parameters_and_8_states, A=17, B=0
#include <dsl/typenet.hpp>

using namespace tn;

struct Many {
    static constexpr Text name() { return "Many"; }
    static constexpr ShapeResult output(Shape in) { return in; }
    static constexpr Parameters parameters(Shape in) {
        Parameters p;
        for (int i = 0; i < 17; ++i) p.add({"weight", {in.channels}, 1});
        return p;
    }
};

using Broken = Net<Vector<4>, Batch<4>, Seq<Dense<3>, Many, Dense<2>>, SoftmaxCrossEntropy>;

Broken network;
