// Tasks cover a batch exactly once, and there are never more of them than scratch regions.
#define BOOST_TEST_MODULE split
#include "runtime/cpu/conv_block/split.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstddef>
#include <vector>

using namespace tn::cpu;

namespace {

void check(const Tasks& tasks, int n, int units) {
    std::vector<int> covered(std::size_t(n * units));
    for (int task = 0; task < tasks.count(); ++task) {
        const Range samples = tasks.samples(task), own = tasks.units(task, units);
        for (int s = samples.first; s < samples.last; ++s)
            for (int u = own.first; u < own.last; ++u) ++covered[std::size_t(s * units + u)];
    }
    BOOST_TEST(covered == std::vector<int>(covered.size(), 1), boost::test_tools::per_element());
    BOOST_TEST(tasks.count() <= max_slices);
}

}  // namespace

BOOST_AUTO_TEST_CASE(tasks_cover_every_unit_of_every_sample_once) {
    for (int n : {1, 2, 3, 7, 15, 16, 17, 64})
        for (int units : {1, 2, 5, 16, 40}) {
            check(Tasks::for_slices(n, units), n, units);
            for (int threads : {1, 2, 3, 8, 16, 17, 100}) check(Tasks::for_threads(n, threads, units), n, units);
        }
}

BOOST_AUTO_TEST_CASE(slices_of_samples_do_not_depend_on_threads_and_differ_by_one_at_most) {
    for (int n : {1, 3, 16, 17, 31, 1000}) {
        const Slices slices(n);
        BOOST_TEST(slices.count == std::min(n, max_slices));
        int next = 0;
        for (int i = 0; i < slices.count; ++i) {
            const Range samples = slices.samples(i);
            BOOST_TEST(samples.first == next);
            BOOST_TEST(samples.last - samples.first >= n / slices.count);
            BOOST_TEST(samples.last - samples.first <= n / slices.count + 1);
            next = samples.last;
        }
        BOOST_TEST(next == n);
    }
}

BOOST_AUTO_TEST_CASE(more_threads_than_samples_divide_the_samples) {
    BOOST_TEST(Tasks::for_threads(2, 8, 16).count() == 8);
    BOOST_TEST(Tasks::for_threads(2, 8, 3).count() == 6);
    BOOST_TEST(Tasks::for_threads(8, 8, 16).count() == 8);
}
