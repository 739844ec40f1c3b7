#define BOOST_TEST_MODULE evaluate
#include "runtime/train/evaluate.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <vector>

#include "tests/runtime/train/stripes.hpp"

using namespace tn;
using namespace tn_test;

BOOST_AUTO_TEST_CASE(evaluate_counts_every_picture_once) {
    cpu::Device device(2);
    TestModel model(device, 3);
    model.active_outputs(3);
    const Normalise normal;
    const auto before = everything(model);
    Confusion confusion(3);
    std::vector<Prediction> predictions;
    const EpochResult all = evaluate(model, testing, normal, 8, 0, &confusion, &predictions);
    BOOST_TEST(confusion.total() == 13);
    BOOST_REQUIRE_EQUAL(predictions.size(), 13u);
    double loss = 0;
    int right = 0;
    Confusion counted(3);
    for (int i = 0; i < 13; ++i) {
        normalise(testing.picture(i), testing.shape, normal, model.input().first(64));
        const auto p = model.predict(1);
        const int truth = testing.labels[i];
        const int best = static_cast<int>(std::max_element(p.begin(), p.begin() + 3) - p.begin());
        loss -= std::log(double{p[truth]});
        right += best == truth;
        counted.add(truth, best);
        const Prediction& shown = predictions[i];
        BOOST_TEST(shown.picture == i);
        BOOST_TEST(shown.predicted == best);
        BOOST_TEST(std::abs(shown.probability - p[best]) < 1e-5f);
    }
    BOOST_TEST(std::abs(all.test_loss - loss / 13) < 1e-5);
    BOOST_TEST(all.test_accuracy == right / 13.0);
    for (int t = 0; t < 3; ++t)
        for (int p = 0; p < 3; ++p) BOOST_TEST(confusion.count(t, p) == counted.count(t, p));
    // However the pictures are cut into batches, and with fewer pictures than a batch has.
    for (int batch : {1, 3, 7})
        BOOST_TEST(std::abs(evaluate(model, testing, normal, batch).test_loss - all.test_loss) < 1e-5);
    Confusion few(3);
    evaluate(model, testing, normal, 8, 5, &few);
    BOOST_TEST(few.total() == 5);
    // From all over the set: one of a folder is sorted by class.
    std::vector<Prediction> some;
    evaluate(model, testing, normal, 3, 4, nullptr, &some);
    BOOST_REQUIRE_EQUAL(some.size(), 4u);
    for (int i = 0; i < 4; ++i) BOOST_TEST(some[i].picture == i * 13 / 4);
    BOOST_TEST(some[3].predicted == predictions[9].predicted);
    BOOST_TEST(std::abs(some[3].probability - predictions[9].probability) < 1e-5f);
    evaluate(model, testing, normal, 8, 500, &few);
    BOOST_TEST(few.total() == 18);
    BOOST_TEST(std::isnan(evaluate(model, Pictures{}, normal, 8).test_accuracy));
    BOOST_TEST((everything(model) == before));
}
