// gcc: layer 1.0 Dense<8>: with the input Vector<8> it must have the same layers wherever Shared<Tied, ...> stands, and everywhere or nowhere BN right behind it
// clang: tn::Must::have_the_same_layers_wherever_the_name_stands, 0, 0
// nvcc: What=tn::Must::have_the_same_layers_wherever_the_name_stands, A=0, B=0
#include <dsl/typenet.hpp>

using namespace tn;

struct Tied;
using Broken = Net<Vector<8>, Batch<4>, Seq<Shared<Tied, Dense<8>, Relu>, Shared<Tied, Dense<8>, Tanh>, Dense<2>>,
                   SoftmaxCrossEntropy>;

Broken network;
