#define BOOST_TEST_MODULE characters
#include "runtime/data/synthetic.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <set>
#include <vector>

#include "tests/runtime/temporary_folder.hpp"

using namespace tn;
using tn_test::contains;
using tn_test::error_of;

constexpr PictureShape small{1, 32, 32};

BOOST_AUTO_TEST_CASE(each_class_has_its_pictures_names_and_files) {
    const Pictures set = generate_characters(5, {3, 24, 40}, 1);
    const std::vector<std::string> names{"ada", "ben", "cleo"};
    BOOST_TEST(set.classes == names, boost::test_tools::per_element());
    BOOST_TEST(set.size() == 15);
    BOOST_TEST(set.pixels.size() == 15u * 3 * 24 * 40);
    BOOST_TEST(set.files.size() == 15u);
    BOOST_TEST(set.files[5] == "generated/ben/0001.png");
    BOOST_TEST(set.skipped.empty());
    for (int i = 0; i < 15; ++i) BOOST_TEST(set.labels[i] == i / 5);
    // Grey drawings: the three colours of a pixel are equal.
    for (int i = 0; i < 15; ++i)
        for (std::size_t k = 0; k < 960; ++k) {
            BOOST_REQUIRE_EQUAL(set.picture(i)[k], set.picture(i)[960 + k]);
            BOOST_REQUIRE_EQUAL(set.picture(i)[k], set.picture(i)[1920 + k]);
        }
}

BOOST_AUTO_TEST_CASE(a_seed_names_its_pictures_whatever_their_number) {
    const Pictures few = generate_characters(4, small, 7), many = generate_characters(9, small, 7);
    BOOST_TEST((few.pixels == generate_characters(4, small, 7).pixels));
    for (int c = 0; c < 3; ++c)
        for (int i = 0; i < 4; ++i) {
            const auto a = few.picture(4 * c + i), b = many.picture(9 * c + i);
            BOOST_TEST(std::equal(a.begin(), a.end(), b.begin()));
        }
    const Pictures other = generate_characters(9, small, 8);
    std::set<std::vector<std::uint8_t>> different;
    for (const Pictures* set : {&many, &other})
        for (int i = 0; i < 27; ++i) different.emplace(set->picture(i).begin(), set->picture(i).end());
    BOOST_TEST(different.size() == 54u);
}

BOOST_AUTO_TEST_CASE(wrong_labels_are_those_reported_and_as_many_as_asked_for) {
    for (float share : {0.0f, 0.1f, 0.5f, 1.0f}) {
        std::vector<int> wrong{99};
        const Pictures set = generate_characters(300, {1, 4, 4}, 3, share, &wrong),
                       right = generate_characters(300, {1, 4, 4}, 3);
        BOOST_TEST((set.pixels == right.pixels));
        std::vector<int> found;
        int next = 0;
        for (int i = 0; i < 900; ++i) {
            const int label = set.labels[i], truth = i / 300;
            BOOST_REQUIRE((label >= 0 && label < 3));
            if (label != truth) found.push_back(i), next += label == (truth + 1) % 3;
        }
        BOOST_TEST(found == wrong, boost::test_tools::per_element());
        const double count = static_cast<double>(found.size()), deviation = std::sqrt(900 * share * (1 - share));
        BOOST_TEST(std::abs(count - 900 * share) <= 4 * deviation);
        BOOST_TEST(std::abs(next - count / 2) <= 4 * std::sqrt(count / 4));  // both other classes alike
        BOOST_TEST((generate_characters(300, {1, 4, 4}, 3, share).labels == set.labels));
    }
}

BOOST_AUTO_TEST_CASE(the_pictures_vary_and_the_characters_differ) {
    const Pictures set = generate_characters(40, small, 1);
    std::vector<double> mean(3 * 1024);
    std::set<int> brightness;
    for (int i = 0; i < 120; ++i) {
        const auto p = set.picture(i);
        int sum = 0;
        for (std::size_t k = 0; k < 1024; ++k) mean[i / 40 * 1024 + k] += p[k] / 40.0, sum += p[k];
        const auto [low, high] = std::minmax_element(p.begin(), p.end());
        BOOST_TEST(*high - *low > 60);
        brightness.insert(sum / 1024);
    }
    BOOST_TEST(brightness.size() > 40u);  // light and background
    for (std::size_t a = 0; a < 3; ++a)
        for (std::size_t b = 0; b < a; ++b) {
            double difference = 0;
            for (std::size_t k = 0; k < 1024; ++k)
                difference = std::max(difference, std::abs(mean[a * 1024 + k] - mean[b * 1024 + k]));
            BOOST_TEST(difference > 15);
        }
}

BOOST_AUTO_TEST_CASE(what_is_out_of_range_is_an_error) {
    for (int count : {0, -3, 100001})
        BOOST_TEST(contains(error_of([&] { generate_characters(count, small, 1); }), "must be 1 to 100000, not "));
    for (float share : {-0.1f, 1.1f, std::nanf("")})
        BOOST_TEST(contains(error_of([&] { generate_characters(1, small, 1, share); }), "must be from 0 to 1, not "));
    BOOST_TEST(contains(error_of([&] {
                            generate_characters(1, {2, 8, 8}, 1);
                        }),
                        "a generated picture must have 1 channel"));
    BOOST_CHECK_THROW(generate_characters(1, {1, 0, 8}, 1), Error);
    BOOST_TEST(generate_characters(1, {1, 1, 1}, 1).size() == 3);
}
