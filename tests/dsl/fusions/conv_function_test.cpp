// Functions of one value behind convolution and normalisation, and behind a residual's sum: the same as unfused, by
// every method of a convolution, and in less memory.
#define BOOST_TEST_MODULE conv_function
#include <boost/test/unit_test.hpp>

#include "tests/support/check_layer.hpp"

using namespace tn;
using namespace tn::test;

namespace {

template <Shape In, int Samples, class... Ls>
using Of = Net<In, Batch<Samples>, Seq<Ls..., Dense<3>>, SoftmaxCrossEntropy>;

using Direct = Of<Image<2, 7, 5>, 5, Conv<5, 3, Stride<2>>, BN, Gelu, Conv<4, 3, Bias>, BN, Tanh>;
using Winograd = Of<Image<16, 9, 10>, 4, Conv<16, 3>, BN, Silu>;
using Product = Of<Image<32, 5, 4>, 3, Conv<32, 3>, BN, Mish, Conv<32, 1>, BN, Elu<1>>;
using PlaneByPlane =
    Of<Image<3, 8, 7>, 4, Conv<3, 3, Depthwise>, BN, Silu, Conv<6, 3, Depthwise, Stride<2>>, BN, HardSigmoid>;
using Sums =
    Of<Image<2, 7, 5>, 5, Conv<3, 3>, Residual<Conv<3, 3>, BN>, Gelu, Residual<Conv<3, 3>, BN, Silu, Conv<3, 3>, BN>,
       Tanh, Residual<Conv<4, 3>, BN, Shortcut<Conv<4, 1>, BN>>, Mish, Residual<Conv<4, 3>, BN, Sigmoid>>;

template <class N, std::size_t I> constexpr Text name_of() {
    return At_t<Fuse_t<typename N::flat, cpu::Device>, I>::type::name();
}
static_assert(name_of<Direct, 0>() == Text("Conv<5, 3, Stride<2>> + BN + Gelu"));
static_assert(name_of<Winograd, 0>() == Text("Conv<16, 3> + BN + Silu"));
static_assert(name_of<PlaneByPlane, 0>() == Text("Conv<3, 3, Depthwise> + BN + Silu"));
static_assert(name_of<Sums, 2>() == Text("Conv<3, 3> + BN + Residual + Gelu"));

// What comes into the function is not kept beside z.
template <class L> using Six = Seq<L, L, L, L, L, L>;
using Deep = Of<Image<16, 32, 32>, 64, Six<Seq<Conv<16, 3>, BN, Silu>>>;
constexpr std::size_t of_layer = 64 * 16 * 32 * 32;
static_assert(Deep::arena_values<Fusion::on, Purpose::train, 0> + 2 * of_layer <
              Deep::arena_values<Fusion::off, Purpose::train, 0>);

}  // namespace

CHECK_LAYER(direct, Direct)
CHECK_LAYER(winograd, Winograd)
CHECK_LAYER(product, Product)
CHECK_LAYER(plane_by_plane, PlaneByPlane)
CHECK_LAYER(sums, Sums)
