// Inference by parts of a batch: the same predictions as of the whole batch at once, in less memory.
#define BOOST_TEST_MODULE batch_parts
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "dsl/typenet.hpp"
#include "runtime/core/random.hpp"
#include "runtime/model/model.hpp"

using namespace tn;

namespace {

// Branches that meet in a part, a value that waits until parts are larger, and layers that work in place.
using N = Net<Image<3, 96, 96>, Batch<32>,
              Seq<Conv<24, 3>, BN, Silu, Residual<Conv<24, 1>, BN>, Relu,
                  Concat<Seq<GlobalAvgPool, Dense<24>>,
                         Seq<Conv<16, 3, Stride<4>>, BN, Relu, Pool<2>, Conv<64, 3>, BN, Relu, Pool<2>,
                             Residual<Conv<64, 3>, Tanh>, GlobalAvgPool, Dense<40>, Sigmoid>>,
                  Dropout<20>, Dense<300>, Relu, Dense<5>>,
              SoftmaxCrossEntropy>;
using Infers = N::schedule<Fusion::on, Purpose::infer, cpu::Device>;
using Trains = N::schedule<Fusion::on, Purpose::train, cpu::Device>;

static_assert(Infers::program.node[0].part == 4 && Infers::program.node[Infers::program.nodes - 1].part == 32);
static_assert(Trains::program.node[0].part == 32);
static_assert(Infers::plan.whole[0] && Infers::plan.whole[Infers::program.output] && !Infers::plan.whole[1]);

// Room for one value between the first layers of the whole batch would be more than all that there is.
static_assert(N::infer_bytes < 24 * 96 * 96 * 32 * sizeof(float));

constexpr int part_of_run(int node) { return Infers::program.node[node].part; }
static_assert([] {
    for (int i = 1; i < Infers::program.nodes; ++i)
        if (part_of_run(i) < part_of_run(i - 1)) return false;
    return true;
}());

}  // namespace

BOOST_AUTO_TEST_CASE(parts_predict_what_the_whole_batch_does) {
    for (const int threads : {1, 3}) {
        cpu::Device device(threads);
        Model<N, SGD> whole(device, 5);
        Model<N> parts(device, 5);
        Random random(3, 1000);
        for (float& v : whole.input()) v = static_cast<float>(random.normal());
        const std::vector<float> input(whole.input().begin(), whole.input().end());
        for (const int n : {32, 1, 4, 7, 31}) {
            std::ranges::fill(parts.memory().planned_region(), std::numeric_limits<float>::quiet_NaN());
            std::ranges::copy(input, parts.input().begin());
            std::ranges::copy(input, whole.input().begin());
            const std::span<const float> expected = whole.predict(n), got = parts.predict(n);
            BOOST_REQUIRE(got.size() == expected.size());
            double worst = 0;
            for (std::size_t i = 0; i < got.size(); ++i) {
                const double apart = std::abs(double{got[i]} - expected[i]);
                worst = apart <= worst ? worst : apart;  // and not-a-number, too
            }
            BOOST_TEST(worst < 1e-6, n << " samples differ by " << worst);
        }
    }
}
