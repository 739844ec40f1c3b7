// The reference network, by side of the image, number of blocks and largest batch.
#pragma once

#include <dsl/typenet.hpp>

namespace bench {

using namespace tn;

template <class Done, int Filters, int Blocks> struct Stack;
template <class... Ls, int Filters, int Blocks> struct Stack<Seq<Ls...>, Filters, Blocks> {
    using type = typename Stack<Seq<Ls..., Conv<Filters, 3>, BN, Relu, Pool<2>>, 2 * Filters, Blocks - 1>::type;
};
template <class... Ls, int Filters> struct Stack<Seq<Ls...>, Filters, 0> {
    using type = Seq<Ls..., Dense<128>, Relu, Dense<3>>;
};
template <int Side, int Blocks, int Samples>
using Reference =
    Net<Image<1, Side, Side>, Batch<Samples>, typename Stack<Seq<>, 16, Blocks>::type, SoftmaxCrossEntropy>;

}  // namespace bench
