#define BOOST_TEST_MODULE duplicates
#include "runtime/data/duplicates.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "runtime/data/image.hpp"
#include "runtime/data/synthetic.hpp"
#include "tests/runtime/data/sample_files.hpp"
#include "tests/runtime/temporary_folder.hpp"

using namespace tn;
using tn_test::contains;
using tn_test::error_of;

namespace {

ThreadPool pool(2);

Picture picture_of(const Pictures& set, int i) {
    const auto bytes = set.picture(i);
    return {set.shape, {bytes.begin(), bytes.end()}};
}

void add(Pictures& set, const Picture& picture, int label = 0) {
    set.shape = picture.shape;
    set.pixels.insert(set.pixels.end(), picture.pixels.begin(), picture.pixels.end());
    set.labels.push_back(label);
}

Picture changed(Picture p, auto change) {
    for (std::uint8_t& v : p.pixels) v = static_cast<std::uint8_t>(std::clamp(std::round(change(v)), 0.0, 255.0));
    return p;
}

Picture mirrored(const Picture& p) {
    Picture result = p;
    const std::size_t w = p.shape.width;
    for (std::size_t i = 0; i < p.pixels.size(); ++i) result.pixels[i] = p.pixels[i / w * w + (w - 1 - i % w)];
    return result;
}

}  // namespace

BOOST_AUTO_TEST_CASE(drawings_that_are_never_the_same_are_not_duplicates) {
    const Pictures drawn = generate_characters(60, {1, 128, 128}, 3);
    BOOST_TEST(find_duplicates(Thumbnails(drawn, pool), pool).empty());
}

BOOST_AUTO_TEST_CASE(copies_in_many_disguises_are_found_and_nothing_else) {
    Pictures set = generate_characters(5, {1, 128, 128}, 4);
    const int originals = set.size();
    const Picture p = picture_of(set, 7);
    Random random(1, 1);
    add(set, p, 2);
    add(set, resize(resize(p, {1, 60, 60}), p.shape));
    add(set, changed(p, [](double v) { return 0.8 * v + 20; }));
    add(set, changed(p, [&](double v) { return v + 5 * random.normal(); }));
    add(set, mirrored(p));
    const auto jpeg = tn_test::jpeg(p.pixels, 128, 128, 1);
    add(set, decode_picture(jpeg, 1, "again.jpg"));
    const auto pairs = find_duplicates(Thumbnails(set, pool), pool);
    BOOST_TEST(pairs.size() == 21u);  // any two of the seven
    for (const Likeness& l : pairs) {
        BOOST_TEST((l.first == 7 || l.first >= originals));
        BOOST_TEST(l.second >= originals);
        BOOST_TEST(l.first < l.second);
        BOOST_TEST(l.mirrored == ((l.first == originals + 4) != (l.second == originals + 4)));
    }
    BOOST_TEST(pairs[0].first == 7);
    BOOST_TEST(pairs[0].second == originals);
    BOOST_TEST(pairs[0].similarity > 0.99999f);
    for (std::size_t i = 1; i < pairs.size(); ++i) BOOST_TEST(pairs[i].similarity <= pairs[i - 1].similarity);
}

BOOST_AUTO_TEST_CASE(the_similarity_is_the_correlation) {
    Pictures set;
    Random random(5, 1);
    for (int i = 0; i < 12; ++i) {
        Picture p{{1, 32, 32}, {}};
        for (int k = 0; k < 1024; ++k)
            p.pixels.push_back(
                static_cast<std::uint8_t>(i % 2 ? 40 + k / 8 % 90 + random.below(30) : random.below(256)));
        add(set, p);
    }
    const auto correlation = [&](int a, int b) {
        const auto x = set.picture(a), y = set.picture(b);
        double mx = 0, my = 0, xx = 0, yy = 0, xy = 0;
        for (std::size_t k = 0; k < 1024; ++k) mx += x[k] / 1024.0, my += y[k] / 1024.0;
        for (std::size_t k = 0; k < 1024; ++k) {
            xx += (x[k] - mx) * (x[k] - mx);
            yy += (y[k] - my) * (y[k] - my);
            xy += (x[k] - mx) * (y[k] - my);
        }
        return xy / std::sqrt(xx * yy);
    };
    // At every threshold exactly the pairs above it: the coarse comparison loses none.
    for (const float least : {0.01f, 0.5f, 0.85f, 0.9f}) {
        std::size_t expected = 0, plain = 0;
        for (int a = 0; a < 12; ++a)
            for (int b = a + 1; b < 12; ++b) expected += correlation(a, b) >= double{least};
        for (const Likeness& l : find_duplicates(Thumbnails(set, pool), pool, least)) {
            plain += correlation(l.first, l.second) >= double{least};
            if (!l.mirrored) BOOST_TEST(std::abs(correlation(l.first, l.second) - double{l.similarity}) < 1e-4);
        }
        BOOST_TEST(plain == expected);
        BOOST_TEST(expected > 0u);
    }
}

BOOST_AUTO_TEST_CASE(leaks_between_two_sets) {
    const Pictures training = generate_characters(5, {1, 96, 96}, 6);
    Pictures test = generate_characters(5, {1, 96, 96}, 7);
    add(test, picture_of(training, 11));
    add(test, mirrored(picture_of(training, 2)));
    const Thumbnails a(training, pool), b(test, pool);
    const auto pairs = find_duplicates(a, b, pool);
    BOOST_REQUIRE_EQUAL(pairs.size(), 2u);
    const auto& [plain, turned] = pairs[0].mirrored ? std::pair(pairs[1], pairs[0]) : std::pair(pairs[0], pairs[1]);
    BOOST_TEST((plain.first == 11 && plain.second == 15 && !plain.mirrored));
    BOOST_TEST((turned.first == 2 && turned.second == 16 && turned.mirrored));
    ThreadPool one(1);
    BOOST_TEST((find_duplicates(Thumbnails(training, one), Thumbnails(test, one), one) == pairs));
}

BOOST_AUTO_TEST_CASE(colour_counts_as_grey_and_pictures_of_one_colour_are_like_none) {
    Pictures set;
    for (const std::uint8_t tone : std::vector<std::uint8_t>{10, 10, 200})
        add(set, {{3, 20, 30}, std::vector<std::uint8_t>(1800, tone)});
    BOOST_TEST(find_duplicates(Thumbnails(set, pool), pool).empty());
    const Pictures drawn = generate_characters(1, {3, 20, 30}, 1);
    for (int k = 0; k < 2; ++k) add(set, picture_of(drawn, 0));
    BOOST_TEST(find_duplicates(Thumbnails(set, pool), pool).size() == 1u);
    BOOST_TEST(find_duplicates(Thumbnails(Pictures{}, pool), pool).empty());
}

BOOST_AUTO_TEST_CASE(refuses_what_cannot_be_compared) {
    Pictures set = generate_characters(1, {1, 8, 8}, 1);
    for (const float least : {0.0f, 1.1f, std::nanf("")})
        BOOST_TEST(contains(error_of([&] { find_duplicates(Thumbnails(set, pool), pool, least); }),
                            "the least similarity must be above 0 and at most 1"));
    set.pixels.pop_back();
    BOOST_TEST(error_of([&] { Thumbnails(set, pool); }) == "3 pictures must have 192 bytes, not 191");
}
