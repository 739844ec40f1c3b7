#define BOOST_TEST_MODULE random
#include "runtime/core/random.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <set>
#include <vector>

using namespace tn;

// The known answers of philox4x32 with 10 rounds in kat_vectors of Random123, the authors' own library.
static_assert(philox({0, 0, 0, 0}, 0) == Philox4{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
static_assert(philox({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, 0xffffffffffffffff) ==
              Philox4{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
static_assert(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, 0x299f31d0a4093822) ==
              Philox4{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});

BOOST_AUTO_TEST_CASE(a_stream_is_the_words_of_consecutive_counters) {
    Random random(7, stream::augment, 0x500000003);
    for (std::uint32_t block = 0; block < 5; ++block)
        for (std::uint32_t word : philox({block, stream::augment, 3, 5}, 7)) BOOST_TEST(random.word() == word);
}

BOOST_AUTO_TEST_CASE(a_word_can_be_had_without_those_before_it) {
    for (std::uint32_t used = 0; used < 9; ++used)
        for (std::uint32_t skipped = 0; skipped < 14; ++skipped) {
            Random whole(3, stream::augment, 8), skipping = whole;
            for (std::uint32_t i = 0; i < used; ++i) whole.word(), skipping.word();
            for (std::uint32_t i = 0; i < skipped; ++i) whole.word();
            skipping.skip(skipped);
            for (int i = 0; i < 6; ++i)
                BOOST_TEST(skipping.word() == whole.word(), used << " used, " << skipped << " skipped, then " << i);
        }
}

BOOST_AUTO_TEST_CASE(seed_stream_and_index_each_name_other_numbers) {
    std::set<std::uint32_t> first;
    for (std::uint64_t seed : {1, 2})
        for (std::uint32_t use : {stream::shuffle, stream::split, stream::dropout})
            for (std::uint64_t index : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1} << 32})
                first.insert(Random(seed, use, index).word());
    BOOST_TEST(first.size() == 18u);
    BOOST_TEST(Random(1, 2, 3).word() == Random(1, 2, 3).word());
}

BOOST_AUTO_TEST_CASE(a_word_becomes_a_number_from_0_to_below_1) {
    static_assert(unit_float(0) == 0);
    static_assert(unit_float(0xffffffff) < 1 && unit_float(0xffffffff) > 0.9999999f);
    static_assert(unit_float(0x80000000) == 0.5f);
    Random random(1, 1);
    double sum = 0;
    int below_quarter = 0;
    for (int i = 0; i < 100000; ++i) {
        const float v = random.uniform(-2, 6);
        BOOST_REQUIRE(v >= -2);
        BOOST_REQUIRE(v < 6);
        sum += v;
        below_quarter += v < 0;
    }
    BOOST_TEST(std::abs(sum / 100000 - 2) < 0.03);          // 4 deviations of the mean
    BOOST_TEST(std::abs(below_quarter - 25000) < 4 * 137);  // 4 binomial deviations
}

BOOST_AUTO_TEST_CASE(chance_is_never_at_0_and_always_at_1) {
    Random random(2, 1);
    int hits = 0;
    for (int i = 0; i < 20000; ++i) {
        BOOST_REQUIRE(!random.chance(0));
        BOOST_REQUIRE(random.chance(1));
        hits += random.chance(0.3f);
    }
    BOOST_TEST(std::abs(hits - 6000) < 4 * 65);
}

BOOST_AUTO_TEST_CASE(below_reaches_every_number_equally_often) {
    Random random(3, 1);
    for (std::uint32_t bound : {1u, 2u, 7u, 1000u}) {
        std::vector<int> count(bound);
        const int each = 40000 / bound;
        for (std::uint32_t i = 0; i < bound * each; ++i) {
            const std::uint32_t v = random.below(bound);
            BOOST_REQUIRE(v < bound);
            ++count[v];
        }
        double chi = 0;
        for (int c : count) chi += std::pow(c - each, 2.0) / each;
        const double freedom = bound - 1;
        BOOST_TEST(chi <= freedom + 4.5 * std::sqrt(2 * freedom));
    }
    // 3 x 2^30 values do not divide 2^32 words: unless some are thrown away every third value comes up twice as often.
    int thirds = 0;
    for (int i = 0; i < 30000; ++i) thirds += random.below(3u << 30) % 3 == 0;
    BOOST_TEST(std::abs(thirds - 10000) < 4 * 82);
}

BOOST_AUTO_TEST_CASE(normal_numbers_have_the_moments_of_a_normal_distribution) {
    Random random(4, 1);
    double moment[5]{};
    const int count = 200000;
    for (int i = 0; i < count; ++i) {
        const double v = random.normal();
        BOOST_REQUIRE(std::isfinite(v));
        for (int k = 1; k <= 4; ++k) moment[k] += std::pow(v, k) / count;
    }
    BOOST_TEST(std::abs(moment[1]) < 0.01);
    BOOST_TEST(std::abs(moment[2] - 1) < 0.015);
    BOOST_TEST(std::abs(moment[3]) < 0.04);
    BOOST_TEST(std::abs(moment[4] - 3) < 0.1);
}
