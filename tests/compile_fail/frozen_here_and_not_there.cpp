// gcc: layer 0.1.0 Dense<4>: with the input Vector<4> it must have the same layers wherever Shared<Tower, ...> stands, and everywhere or nowhere BN right behind it
// clang: tn::Must::have_the_same_layers_wherever_the_name_stands, 0, 0
// nvcc: What=tn::Must::have_the_same_layers_wherever_the_name_stands, A=0, B=0
#include <dsl/typenet.hpp>

using namespace tn;

struct Tower;
using Encoder = Shared<Tower, Dense<4>>;
using Broken = Net<Vector<4>, Batch<8>, Seq<Concat<Frozen<Encoder>, Encoder>, Dense<3>>, SoftmaxCrossEntropy>;

Broken network;
