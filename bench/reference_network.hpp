// The reference network, by TN_SIDE of the image, number of TN_BLOCKS and largest TN_BATCH.
#pragma once

#include <dsl/typenet.hpp>

namespace bench {

using namespace tn;

template <class Done, int Filters, int Blocks>
struct Stack;
template <class... Ls, int Filters, int Blocks>
struct Stack<Seq<Ls...>, Filters, Blocks> {
    using type = typename Stack<Seq<Ls..., Conv<Filters, 3>, BN, Relu, Pool<2>>, 2 * Filters, Blocks - 1>::type;
};
template <class... Ls, int Filters>
struct Stack<Seq<Ls...>, Filters, 0> {
    using type = Seq<Ls..., Dense<128>, Relu, Dense<3>>;
};
using Reference =
    Net<Image<1, TN_SIDE, TN_SIDE>, Batch<TN_BATCH>, Stack<Seq<>, 16, TN_BLOCKS>::type, SoftmaxCrossEntropy>;

}  // namespace bench
