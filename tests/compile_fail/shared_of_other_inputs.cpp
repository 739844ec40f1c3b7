// gcc: layer 0.1.1.0 Dense<3>: with the input Vector<4> it must have parameters of the same shape wherever Shared<Tower, ...> stands, but Vector<4> comes in here and Vector<8> before
// clang: tn::Must::have_parameters_of_the_same_shape_wherever_the_name_stands, 4, 8
// nvcc: What=tn::Must::have_parameters_of_the_same_shape_wherever_the_name_stands, A=4, B=8
#include <dsl/typenet.hpp>

using namespace tn;

struct Tower;
using Encoder = Shared<Tower, Dense<3>, Relu>;
using Broken = Net<Vector<8>, Batch<4>, Seq<Concat<Encoder, Seq<Dense<4>, Encoder>>, Dense<2>>, SoftmaxCrossEntropy>;

Broken network;
