#define BOOST_TEST_MODULE augment
#include "runtime/data/augment.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <vector>

#include "runtime/data/augment_draw.hpp"
#include "tests/runtime/data/augmented.hpp"
#include "tests/runtime/temporary_folder.hpp"

using namespace tn;
using namespace tn::test;
using tn_test::contains;
using tn_test::error_of;

BOOST_AUTO_TEST_CASE(every_point_of_the_elastic_grid_can_be_drawn_by_itself) {
    Random random(3, stream::augment, 5);
    random.word();
    const ElasticDraw draw{random, 0.06f};
    const auto all = draw.moves();
    for (int i = 0; i < std::ssize(all); ++i) {
        BOOST_TEST(all[i] == random.uniform(-0.06f, 0.06f));
        BOOST_TEST(draw.move(i) == all[i]);
    }
}

BOOST_AUTO_TEST_CASE(nothing_changes_when_all_is_off) {
    const Picture p = random_picture({3, 9, 14}, 1);
    Normalise n;
    n.mean = {0.1f, 0.4f, 0.7f};
    n.deviation = {0.2f, 0.3f, 0.5f};
    const auto wanted = plain(p, n);
    for (std::size_t i = 0; i < p.pixels.size(); ++i) {
        const std::size_t c = i / (9 * 14);
        BOOST_REQUIRE_CLOSE(wanted[i] + 10, (p.pixels[i] / 255.0f - n.mean[c]) / n.deviation[c] + 10, 1e-4f);
    }
    BOOST_TEST(augmented(p, Augmentation::none(), 5, n) == wanted);
    // Never drawn, however strong.
    Augmentation never;
    for (auto change : every_change) never.*change = {0, 1};
    for (std::uint64_t i = 0; i < 20; ++i) BOOST_TEST(augmented(p, never, i, n) == wanted);
    // Always drawn, but by nothing.
    Augmentation nothing;
    for (auto change : every_change)
        if (change != &Augmentation::flip && change != &Augmentation::trivial) nothing.*change = {1, 0};
    nothing.resized_crop.amount = 1;  // the whole picture
    for (std::uint64_t i = 0; i < 20; ++i) {
        const auto got = augmented(p, nothing, i);
        for (std::size_t k = 0; k < got.size(); ++k) BOOST_REQUIRE_SMALL(got[k] - p.pixels[k], 1e-3f);
    }
}

BOOST_AUTO_TEST_CASE(the_same_numbers_give_the_same_bits_and_others_another_picture) {
    const Picture p = random_picture({1, 16, 16}, 2);
    const auto first = augmented(p, Augmentation::strong(), 3);
    BOOST_TEST(first == augmented(p, Augmentation::strong(), 3));
    int equal = 0;
    for (std::uint64_t i = 4; i < 54; ++i) equal += first == augmented(p, Augmentation::strong(), i);
    BOOST_TEST(equal == 0);
    BOOST_TEST(first != augmented(p, Augmentation::strong(), 3, as_bytes, 2));
}

BOOST_AUTO_TEST_CASE(every_instruction_set_gives_the_same_bits) {
    // Widths around the vectors and the chunks that a row is worked on in; every change drawn now and then.
    for (PictureShape shape :
         {PictureShape{1, 128, 128}, PictureShape{3, 9, 37}, PictureShape{1, 3, 600}, PictureShape{3, 4, 256},
          PictureShape{1, 5, 257}, PictureShape{1, 7, 1}, PictureShape{1, 1, 15}}) {
        const Picture p = random_picture(shape, 9);
        Normalise n;
        n.mean = {0.3f, 0.4f, 0.7f};
        Augmentation all = Augmentation::strong();
        all.resized_crop = {0.5f, 0.2f};
        if (shape.channels == 3) all.saturation = {0.6f, 0.5f}, all.hue = {0.6f, 0.2f};
        for (std::uint64_t i = 0; i < 20; ++i) {
            const auto wanted = augmented(p, all, i, n);
            for (Isa isa : {Isa::portable, Isa::avx2, Isa::avx512}) {
                if (!available(isa)) continue;
                std::vector<float> out(shape.size(), std::nanf(""));
                augment(p.pixels, shape, all, n, Random(1, stream::augment, i), out, isa);
                BOOST_REQUIRE((out == wanted));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_wide_picture_is_sampled_like_its_parts) {
    // A ramp of one grey every three columns: shifted, it still climbs by one in three columns everywhere.
    Picture p{{1, 2, 700}, {}};
    for (int i = 0; i < 1400; ++i) p.pixels.push_back(static_cast<std::uint8_t>(i % 700 / 3));
    for (std::uint64_t i = 0; i < 20; ++i) {
        const auto out = augmented(p, only(&Augmentation::shift, 1, 0.1f), i);
        for (int x = 80; x < 619; ++x) BOOST_REQUIRE_SMALL(out[x + 3] - out[x] - 1, 0.01f);
    }
}

BOOST_AUTO_TEST_CASE(what_is_drawn_later_leaves_the_other_changes_of_a_seed_as_they_are) {
    const Picture p = random_picture({3, 16, 16}, 2);
    Augmentation more = Augmentation::strong();
    more.resized_crop = {1, 1};  // the whole picture
    for (std::uint64_t i = 0; i < 20; ++i)
        BOOST_TEST((augmented(p, more, i) == augmented(p, Augmentation::strong(), i)));
}

BOOST_AUTO_TEST_CASE(each_change_comes_as_often_as_its_probability_says) {
    const Picture p = random_picture({3, 8, 8}, 7);
    const auto original = plain(p);
    for (const auto& change : every_change) {
        if (change == &Augmentation::trivial) continue;  // some of its changes leave such a picture as it is
        int changed = 0;
        for (std::uint64_t i = 0; i < 1000; ++i) {
            const auto out = augmented(p, only(change, 0.3f, 0.2f), i);
            changed += !std::equal(out.begin(), out.end(), original.begin(),
                                   [](float a, float b) { return std::abs(a - b) < 1e-4f; });
        }
        BOOST_TEST(std::abs(changed - 300) < 60, changed << " of 1000 for change " << (&change - every_change));
    }
}

BOOST_AUTO_TEST_CASE(values_stay_within_black_and_white) {
    Augmentation wild;
    for (auto change : every_change) wild.*change = {0.7f, 2};
    wild.rotate = {0.7f, 360};
    wild.resized_crop = {0.7f, 0.01f};
    wild.crop_ratio = 10;
    bool inside = true;
    for (PictureShape shape :
         {PictureShape{3, 17, 11}, PictureShape{3, 9, 1}, PictureShape{1, 1, 1}, PictureShape{1, 1, 9}}) {
        const Picture p = random_picture(shape, 8);
        if (shape.channels == 1) wild.hue = wild.saturation = {};
        for (const Augmentation& a : {wild, Augmentation::strong(), Augmentation::light(), Augmentation::digits()})
            for (std::uint64_t i = 0; i < 200; ++i)
                for (float v : augmented(p, a, i)) inside = inside && v >= 0 && v <= 255.01f;
    }
    BOOST_TEST(inside);
}

BOOST_AUTO_TEST_CASE(the_fitted_numbers_make_mean_0_and_deviation_1) {
    Pictures set;
    set.shape = {3, 4, 5};
    for (int i = 0; i < 7; ++i) {
        const Picture p = random_picture(set.shape, 10 + i);
        for (std::size_t k = 0; k < p.pixels.size(); ++k)
            set.pixels.push_back(k / 20 == 2 ? 9 : static_cast<std::uint8_t>(p.pixels[k] / (1 + k / 20)));
        set.labels.push_back(0);
    }
    const Normalise n = fit_normalise(set);
    double sum[3]{}, squares[3]{};
    for (int i = 0; i < 7; ++i) {
        std::vector<float> out(60);
        normalise(set.picture(i), set.shape, n, out);
        for (std::size_t k = 0; k < 60; ++k) sum[k / 20] += out[k], squares[k / 20] += out[k] * out[k];
    }
    for (std::size_t c : {0u, 1u}) {
        BOOST_TEST(std::abs(sum[c] / 140) < 1e-4);
        BOOST_TEST(std::abs(squares[c] / 140 - 1) < 1e-4);
    }
    // A channel of one value has no deviation to divide by: 1/255 stands in.
    BOOST_TEST(n.deviation[2] == 1.0f / 255);
    BOOST_TEST(std::abs(sum[2]) < 1e-2);
}

BOOST_AUTO_TEST_CASE(sizes_that_do_not_fit_are_errors) {
    const Picture p = random_picture({1, 4, 4}, 1);
    std::vector<float> out(16), small(15);
    BOOST_TEST(contains(error_of([&] {
                            augment(p.pixels, {1, 4, 4}, {}, {}, Random(1, 1), small);
                        }),
                        "has 16 bytes and 15 values, but its shape needs 16"));
    BOOST_CHECK_THROW(normalise(std::span(p.pixels).first(9), {1, 4, 4}, {}, out), Error);
    BOOST_CHECK_THROW(normalise(p.pixels, {2, 4, 2}, {}, out), Error);
    BOOST_CHECK_THROW(augment({}, {1, 0, 0}, {}, {}, Random(1, 1), {}), Error);
}

BOOST_AUTO_TEST_CASE(a_sheet_shows_each_picture_as_it_is_and_then_augmented) {
    Pictures set;
    set.shape = {3, 6, 5};
    for (int i = 0; i < 4; ++i) {
        const Picture p = random_picture(set.shape, 20 + i);
        set.pixels.insert(set.pixels.end(), p.pixels.begin(), p.pixels.end());
        set.labels.push_back(0);
    }
    const Picture sheet = augmentation_sheet(set, only(&Augmentation::flip, 1, 1), 1, 2, 3);
    BOOST_TEST((sheet.shape == PictureShape{3, 12, 15}));
    for (int row = 0; row < 2; ++row)
        for (int c = 0; c < 3; ++c)
            for (int y = 0; y < 6; ++y)
                for (int x = 0; x < 15; ++x) {
                    const int from = x < 5 ? x : 4 - x % 5;
                    BOOST_REQUIRE_EQUAL(sheet.pixels[(c * 12 + row * 6 + y) * 15 + x],
                                        set.picture(2 * row)[(c * 6 + y) * 5 + from]);
                }
    BOOST_TEST(augmentation_sheet(set, {}, 1).shape.height == 4 * 6);  // no more rows than pictures
    BOOST_CHECK_THROW(augmentation_sheet(Pictures{{1, 4, 4}, {}, {}, {}, {}, {}}, {}, 1), Error);
}
