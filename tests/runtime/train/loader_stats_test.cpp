#define BOOST_TEST_MODULE loader_stats
#include "runtime/train/loader_stats.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/support/until.hpp"

using namespace tn;

namespace {

/// Large pictures with all changes: a batch takes milliseconds to make.
struct Pair {
    Pictures set;
    Loader loader;
    static Pictures pictures() {
        Pictures p;
        p.shape = {3, 256, 256};
        p.pixels.resize(8 * p.shape.size(), 100);
        p.labels.resize(8);
        return p;
    }
    static LoaderOptions options() {
        LoaderOptions o;
        o.batch = 8;
        o.ahead = 1;
        o.augmentation = Augmentation::strong();
        return o;
    }
    Pair() : set(pictures()), loader(set, options()) {}
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_trainer_that_does_nothing_only_waits) {
    Pair p;
    LoaderMeter meter(&p.loader);
    meter.go();
    for (int i = 0; i < 40; ++i) p.loader.next();
    meter.halt();
    BOOST_TEST(meter.stats().idle > 0.5);
    BOOST_TEST(meter.stats().idle <= 1);
    BOOST_TEST(meter.stats().loader > 0.5);
    BOOST_TEST(meter.stats().loader < 1.5);  // a batch may have begun before
}

BOOST_AUTO_TEST_CASE(a_slow_trainer_is_never_idle) {
    Pair p;
    LoaderMeter meter(&p.loader);
    // As slow as it takes for the next batch to be there, on any machine.
    double made = 0;
    const auto is_made = [&] { return p.loader.processor_seconds() > made; };
    BOOST_REQUIRE(tn_test::until(is_made));
    meter.go();
    for (int i = 0; i < 4; ++i) {
        made = p.loader.processor_seconds();
        p.loader.next();
        BOOST_REQUIRE(tn_test::until(is_made));
    }
    meter.halt();
    BOOST_TEST(meter.stats().idle < 0.3);
}

BOOST_AUTO_TEST_CASE(what_happens_between_halt_and_go_does_not_count) {
    Pair p;
    LoaderMeter meter(&p.loader);
    BOOST_TEST(meter.stats().idle == 0);
    meter.go();
    meter.halt();
    const double before = meter.stats().idle;
    for (int i = 0; i < 20; ++i) p.loader.next();
    BOOST_TEST(meter.stats().idle == before);
}

BOOST_AUTO_TEST_CASE(it_is_told_in_two_lines) {
    BOOST_TEST(describe(LoaderStats{0.004, 0.0213}) ==
               "waited for photographs 0.4 % of the training time;\nloading took 2.1 % of the processor time");
}
