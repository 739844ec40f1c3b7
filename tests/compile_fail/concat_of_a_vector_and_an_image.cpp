// gcc: it must have only images or only vectors as branches: the first gives Image<4, 8, 8>, another one Vector<5>
// clang: tn::Must::have_only_images_or_only_vectors_as_branches, 4, 5
// nvcc: Where=tn::layer<0>, Layer=tn::JoinBranches
#include <dsl/typenet.hpp>

using namespace tn;

using Broken = Net<Image<4, 8, 8>, Batch<4>, Seq<Concat<Conv<4, 3>, Dense<5>>, Dense<3>>, SoftmaxCrossEntropy>;

Broken network;
