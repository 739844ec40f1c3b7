#define BOOST_TEST_MODULE prediction_grid
#include "runtime/report/prediction_grid.hpp"

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "tests/runtime/report/chart_pixels.hpp"
#include "tests/runtime/temporary_folder.hpp"

using namespace tn;
using tn_test::pixel;

namespace {

constexpr Color red{208, 32, 32};

/// Picture i is grey i + 50 all over, of class i % 2.
Pictures greys(int count, PictureShape shape = {1, 64, 64}) {
    Pictures set;
    set.shape = shape;
    set.classes = {"ada", "ben"};
    for (int i = 0; i < count; ++i) {
        set.pixels.insert(set.pixels.end(), shape.size(), static_cast<std::uint8_t>(i + 50));
        set.labels.push_back(i % 2);
    }
    return set;
}

int inked(const Picture& p, int left, int right, int top, int bottom) {
    int count = 0;
    for (int y = top; y < bottom; ++y)
        for (int x = left; x < right; ++x) count += pixel(p, x, y) != color::white;
    return count;
}

}  // namespace

BOOST_AUTO_TEST_CASE(wrong_ones_come_first_the_surest_before_the_others) {
    const Pictures set = greys(12);
    std::vector<Prediction> all;
    for (int i = 0; i < 12; ++i) {
        const bool wrong = i == 2 || i == 5 || i == 9;
        all.push_back({i, wrong ? 1 - i % 2 : i % 2, i == 5 ? 0.9f : 0.6f});
    }
    const auto places = [&](int count) {
        std::vector<int> chosen;
        for (const Prediction& p : choose(set, all, count)) chosen.push_back(p.picture);
        return chosen;
    };
    const auto equal = [](const std::vector<int>& a, std::vector<int> b) { return a == b; };
    BOOST_TEST(equal(places(2), {5, 2}));
    BOOST_TEST(equal(places(3), {5, 2, 0}));           // a third is of right ones
    BOOST_TEST(equal(places(6), {5, 2, 9, 0, 4, 8}));  // the right ones are 0 1 3 4 6 7 8 10 11: every third
    BOOST_TEST(places(12).size() == 12u);
    BOOST_TEST(places(500).size() == 12u);
    BOOST_TEST(places(0).empty());
    BOOST_TEST(places(-4).empty());
    BOOST_TEST(choose(set, {}, 5).empty());
    std::vector<Prediction> wrong(all);
    for (Prediction& p : wrong) p.predicted = 1 - p.picture % 2;
    BOOST_TEST(choose(set, wrong, 6).size() == 6u);  // no right one is there
    // Two places for a wrong one: of twelve eight.
    const auto explained = choose(set, all, 9, 2);
    BOOST_TEST(explained.size() == 6u);
    BOOST_TEST(explained[2].picture == 9);
    BOOST_TEST(explained[3].picture == 0);
}

BOOST_AUTO_TEST_CASE(each_picture_has_its_frame_and_caption) {
    const Pictures set = greys(5);
    std::vector<Prediction> shown;
    for (int i = 0; i < 5; ++i) shown.push_back({i, i == 3 ? 0 : i % 2, 0.98f});  // picture 3 is wrong
    const Picture p = draw_predictions(set, shown, "", 3);
    BOOST_TEST((p.shape == PictureShape{3, 2 * 174 + 12, 3 * 140 + 12}));
    for (int i = 0; i < 5; ++i) {
        const int x = 12 + i % 3 * 140, y = 12 + i / 3 * 174;
        const auto grey = static_cast<std::uint8_t>(50 + i);
        for (auto [dx, dy] : {std::pair{0, 0}, {127, 127}, {64, 64}})
            BOOST_TEST((pixel(p, x + dx, y + dy) == Color{grey, grey, grey}));
        for (auto [dx, dy] : {std::pair{-2, 60}, {129, 60}, {60, -2}, {60, 129}})
            BOOST_TEST((pixel(p, x + dx, y + dy) == (i == 3 ? red : color::light)));
        BOOST_TEST(inked(p, x, x + 128, y + 133, y + 149) > 20);               // what was predicted
        BOOST_TEST((inked(p, x, x + 128, y + 149, y + 162) > 0) == (i == 3));  // and what it is, where that is not so
    }
    BOOST_TEST(inked(p, 12 + 2 * 140 - 3, 3 * 140 + 12, 12 + 174 - 3, 2 * 174 + 12) == 0);  // the place of a sixth
}

BOOST_AUTO_TEST_CASE(captions_of_any_length_keep_to_their_place) {
    Pictures set = greys(2);
    set.classes = {"a name that is far longer than a picture is wide", "\xE6\x9D\xB1\xE4\xBA\xAC"};
    const Prediction wrong[] = {{0, 1, 1.0f}, {1, 0, 1.0f}};
    const Picture p = draw_predictions(set, wrong, "", 2);
    // Between the captions, and to the right of the last one.
    for (int right : {140 + 12 - 3, 2 * 140 + 12 - 1}) BOOST_TEST(inked(p, right - 1, right, 12 + 135, 12 + 174) == 0);
    BOOST_TEST(inked(p, 12, 140, 12 + 133, 12 + 149) > 0);
}

BOOST_AUTO_TEST_CASE(a_title_says_how_many_are_wrong_and_moves_the_pictures_down) {
    const Pictures set = greys(5);
    std::vector<Prediction> all;
    for (int i = 0; i < 5; ++i) all.push_back({i, i < 3 ? 1 - i % 2 : i % 2, 0.9f});  // the first three are wrong
    BOOST_TEST(title_of(set, all, all) == "3 of 5 photographs wrong");
    BOOST_TEST(title_of(set, all, choose(set, all, 3)) == "3 of 5 photographs wrong; the 2 surest of these");
    BOOST_TEST(title_of(set, {}, {}) == "no photograph to test on");
    const Picture p = draw_predictions(set, all, title_of(set, all, all), 3);
    BOOST_TEST((p.shape == PictureShape{3, 2 * 174 + 44, 3 * 140 + 12}));
    BOOST_TEST(inked(p, 12, 400, 10, 36) > 100);
    BOOST_TEST((pixel(p, 12 + 64, 44 + 64) == Color{50, 50, 50}));
    // Without a picture the title alone is there.
    const Picture none = draw_predictions(set, {}, title_of(set, {}, {}));
    BOOST_TEST(none.shape.height == 44);
    BOOST_TEST(inked(none, 12, 400, 10, 36) > 100);
}

BOOST_AUTO_TEST_CASE(what_explains_a_wrong_one_stands_behind_it) {
    const Pictures set = greys(3);
    const Prediction shown[] = {{1, 0, 0.9f}, {0, 0, 0.8f}};  // the first is wrong
    std::vector<int> asked;
    const Picture p = draw_predictions(set, shown, "", 3, [&](const Prediction& prediction) {
        asked.push_back(prediction.picture);
        return Picture{{3, 64, 64}, std::vector<std::uint8_t>(3 * 64 * 64, 200)};
    });
    BOOST_TEST((asked == std::vector<int>{1}));
    for (auto [place, grey] : {std::pair{0, 51}, {1, 200}, {2, 50}}) {
        const auto g = static_cast<std::uint8_t>(grey);
        BOOST_TEST((pixel(p, 12 + place * 140 + 64, 12 + 64) == Color{g, g, g}));
        BOOST_TEST((pixel(p, 12 + place * 140 - 2, 12 + 64) == (place == 0 ? red : color::light)));
    }
    BOOST_TEST(inked(p, 12 + 140, 12 + 140 + 128, 12 + 133, 12 + 170) > 20);  // its caption
}

BOOST_AUTO_TEST_CASE(any_shape_of_picture_can_be_shown) {
    for (PictureShape shape :
         {PictureShape{3, 1, 1}, PictureShape{1, 28, 28}, PictureShape{3, 300, 20}, PictureShape{1, 20, 4000}}) {
        const Pictures set = greys(3, shape);
        const Prediction one[] = {{2, 0, 0.5f}};
        const Picture p = draw_predictions(set, one);
        BOOST_TEST((pixel(p, 14, 14) == Color{52, 52, 52}));
    }
    BOOST_TEST((draw_predictions(greys(1), {}).shape.height > 0));
    const Prediction one[] = {{0, 0, 0.5f}};
    for (int columns : {0, -1})
        BOOST_TEST(tn_test::contains(tn_test::error_of([&] { draw_predictions(greys(1), one, "", columns); }),
                                     "must have at least 1 column"));
    BOOST_CHECK_THROW(draw_predictions(greys(1), std::vector<Prediction>(500, Prediction{0, 0, 1}), "", 1), Error);
}
