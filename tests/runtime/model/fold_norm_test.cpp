// Batch normalisation folded into convolutions: the same answers, and back again.
#define BOOST_TEST_MODULE fold_norm
#include "runtime/model/fold_norm.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <dsl/typenet.hpp>
#include <vector>

#include "dsl/networks/efficientnet_lite.hpp"
#include "dsl/networks/without_norm.hpp"
#include "runtime/core/random.hpp"

using namespace tn;

namespace {

using Body = Seq<Conv<4, 3>, BN, Relu, Residual<Conv<4, 3, Depthwise>, BN, Relu6, Conv<4, 1>, BN>,
                 Residual<Conv<6, 1>, BN, Shortcut<Conv<6, 1>, BN>>, GlobalAvgPool, Dense<3>>;
using Folded = networks::WithoutNorm<Body>;
static_assert(std::is_same_v<Folded, Seq<Conv<4, 3>, Relu, Residual<Conv<4, 3, Depthwise>, Relu6, Conv<4, 1>>,
                                         Residual<Conv<6, 1>, Shortcut<Conv<6, 1>>>, GlobalAvgPool, Dense<3>>>);
static_assert(networks::norm_epsilon<Body> == 1e-5f);
static_assert(networks::norm_epsilon<Folded> == 0);
static_assert(networks::norm_epsilon<networks::EfficientNetLite0<>> == 0.001f);

template <class B> using Of = Net<Image<3, 6, 6>, Batch<8>, B, SoftmaxCrossEntropy>;

/// A batch that is always the same one.
template <class M> void give(M& model) {
    Random random(3, 0, 0);
    for (float& v : model.input()) v = random.normal() + 0.5f;
}

template <class M> std::vector<float> answers(M& model) {
    give(model);
    const auto p = model.predict(8);
    return {p.begin(), p.end()};
}

void check_alike(const std::vector<float>& a, const std::vector<float>& b) {
    BOOST_REQUIRE(a.size() == b.size());
    for (std::size_t i = 0; i < a.size(); ++i) BOOST_TEST(std::abs(a[i] - b[i]) < 2e-6f);
}

/// A model whose running statistics and normalisation have moved.
struct Trained {
    cpu::Device device{1};
    Model<Of<Body>, Adam> model{device, 5};
    Trained() {
        for (int step = 0; step < 30; ++step) {
            give(model);
            for (int i = 0; i < 8; ++i) model.labels()[i] = i % 3;
            model.train(8, Adam{.rate = 0.02f});
        }
    }
};

}  // namespace

BOOST_AUTO_TEST_CASE(the_folded_network_answers_alike) {
    Trained trained;
    Model<Of<Folded>> folded(trained.device, 1);
    fold_norm(trained.model, folded, networks::norm_epsilon<Body>);
    const auto expected = answers(trained.model);
    BOOST_TEST(*std::ranges::max_element(expected) > 0.5f);  // not all alike
    check_alike(answers(folded), expected);
}

BOOST_AUTO_TEST_CASE(what_was_trained_comes_back) {
    Trained trained;
    Model<Of<Folded>, Adam> folded(trained.device, 1);
    fold_norm(trained.model, folded, networks::norm_epsilon<Body>);
    const auto before = answers(folded);
    for (int step = 0; step < 5; ++step) {
        give(folded);
        for (int i = 0; i < 8; ++i) folded.labels()[i] = (i + 1) % 3;
        folded.train(8, Adam{.rate = 0.02f});
    }
    const auto after = answers(folded);
    BOOST_TEST(after != before);
    unfold_norm(trained.model, folded, networks::norm_epsilon<Body>);
    check_alike(answers(trained.model), after);
}

BOOST_AUTO_TEST_CASE(networks_that_do_not_belong_together_are_told) {
    Trained trained;
    Model<Of<Seq<Conv<4, 3>, GlobalAvgPool, Dense<3>>>> other(trained.device, 1);
    BOOST_CHECK_THROW(fold_norm(trained.model, other, 1e-5f), Error);
}
