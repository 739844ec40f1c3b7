// gcc: to train a batch of 16 one by one, each with batch statistics of its own, takes at least 17.1 MiB, and not 10.0 MiB: 3.1 MiB for weights, their gradients and what the optimizer keeps, the rest for layer 3 Conv<16, 3> + BN + Relu
// clang: tn::needs_at_least<
// clang: tn::layer<3>
// nvcc: Budget=tn::Within<
#include <dsl/typenet.hpp>
#include <runtime/model/model.hpp>

using namespace tn;

using Broken = Net<Image<1, 64, 64>, Batch<16>, Seq<Conv<16, 3>, BN, Relu, Conv<16, 3>, BN, Relu, Dense<3>>,
                   SoftmaxCrossEntropy, Within<10_MiB>>;

using Trained = Model<Broken, Adam>;
static_assert(sizeof(Trained) > 0);
