#define BOOST_TEST_MODULE confusion
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "runtime/report/confusion_chart.hpp"
#include "tests/runtime/report/chart_pixels.hpp"
#include "tests/runtime/temporary_folder.hpp"

using namespace tn;
using tn_test::pixel;

namespace {

std::vector<std::string> names(int count) {
    std::vector<std::string> all;
    for (int i = 0; i < count; ++i) all.push_back("class " + std::to_string(i));
    return all;
}

bool only_white(const Picture& p, int left, int right, int top, int bottom) {
    for (int y = top; y < bottom; ++y)
        for (int x = left; x < right; ++x)
            if (pixel(p, x, y) != color::white) return false;
    return true;
}

}  // namespace

BOOST_AUTO_TEST_CASE(counts_and_shares) {
    Confusion c(3);
    for (auto [truth, predicted, times] :
         {std::tuple{0, 0, 8}, {0, 1, 2}, {1, 1, 5}, {1, 0, 1}})  // class 2 never comes
        for (int i = 0; i < times; ++i) c.add(truth, predicted);
    BOOST_TEST(c.count(0, 1) == 2);
    BOOST_TEST(c.count(1, 0) == 1);
    BOOST_TEST(c.count(2, 2) == 0);
    BOOST_TEST(c.total() == 16);
    BOOST_TEST(c.accuracy() == 13.0 / 16);
    BOOST_TEST(c.recall(0) == 8.0 / 10);
    BOOST_TEST(c.precision(0) == 8.0 / 9);
    BOOST_TEST(c.recall(1) == 5.0 / 6);
    BOOST_TEST(c.precision(1) == 5.0 / 7);
    BOOST_TEST(c.recall(2) == 0);
    BOOST_TEST(c.precision(2) == 0);
    BOOST_TEST(Confusion(4).accuracy() == 0);
}

BOOST_AUTO_TEST_CASE(cells_are_coloured_by_their_share_of_the_row) {
    Confusion c(2);
    for (int i = 0; i < 3; ++i) c.add(0, 0);
    c.add(0, 1);
    c.add(1, 0);
    const Picture p = draw_confusion(c, names(2));
    const auto corner = [&](int t, int k) { return pixel(p, 150 + 64 * k + 4, 180 + 64 * t + 4); };
    BOOST_TEST((corner(0, 0) == mix(color::faint, color::blue, 0.75)));
    BOOST_TEST((corner(0, 1) == mix(color::faint, color::orange, 0.25)));
    BOOST_TEST((corner(1, 0) == color::orange));
    BOOST_TEST((corner(1, 1) == color::faint));
    // The number stands in the middle of its cell; where there is none there is no number.
    bool number = false;
    for (int y = 196; y < 230; ++y)
        for (int x = 170; x < 195; ++x) number = number || pixel(p, x, y) == color::white;
    BOOST_TEST(number);
    for (int y = 246; y < 305; ++y)
        for (int x = 216; x < 275; ++x) BOOST_REQUIRE((pixel(p, x, y) == color::faint));
}

BOOST_AUTO_TEST_CASE(titles_and_names_stay_within_the_picture) {
    for (int n : {1, 2, 3, 10, 11, 60, 61, 1000}) {
        Confusion c(n);
        for (int i = 0; i < 200000; ++i) c.add(i % n, i % n);  // "accuracy 100.0 %  (200000 pictures)"
        std::vector<std::string> long_names(n, "a name of a class that never comes to an end");
        const Picture p = draw_confusion(c, long_names);
        const int width = p.shape.width, height = p.shape.height;
        BOOST_TEST(only_white(p, 0, width, 0, 8));
        BOOST_TEST(only_white(p, 0, width, height - 5, height));
        BOOST_TEST(only_white(p, 0, 8, 0, height));
        BOOST_TEST(only_white(p, width - 10, width, 0, height), n << " classes");
    }
}

BOOST_AUTO_TEST_CASE(a_thousand_classes_have_a_pixel_each) {
    Confusion c(1000);
    for (int i = 0; i < 1000; ++i) {
        for (int k = 0; k < 99; ++k) c.add(i, i);
        c.add(i, (i * 7 + 3) % 1000);
    }
    const Picture p = draw_confusion(c, names(1000));
    for (int i = 0; i < 1000; ++i) {
        const int wrong = (i * 7 + 3) % 1000;
        if (wrong == i) continue;
        BOOST_REQUIRE((pixel(p, 40 + i, 70 + i) == mix(color::faint, color::blue, 0.99)));
        // One picture of a hundred must be seen.
        const Color seen = pixel(p, 40 + wrong, 70 + i);
        BOOST_REQUIRE(seen.red > seen.blue + 40);
    }
}

BOOST_AUTO_TEST_CASE(every_class_has_a_name) {
    for (int count : {0, 2, 4})
        BOOST_TEST(tn_test::error_of([&] { draw_confusion(Confusion(3), names(count)); }) ==
                   "a confusion of 3 classes must have as many names, not " + std::to_string(count));
}
