#define BOOST_TEST_MODULE contact_sheet
#include "runtime/report/contact_sheet.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/runtime/report/chart_pixels.hpp"
#include "tests/runtime/temporary_folder.hpp"

using namespace tn;
using tn_test::pixel;

namespace {

Picture plain(int height, int width, std::uint8_t tone) {
    return {{1, height, width}, std::vector<std::uint8_t>(height * width, tone)};
}

constexpr Color red{208, 32, 32};

}  // namespace

BOOST_AUTO_TEST_CASE(pictures_stand_where_they_belong) {
    const SheetSection sections[] = {{"one", "a note", {{{plain(64, 64, 10)}, {"first", "second"}, red}}},
                                     {"two", "", {{{plain(32, 64, 90), plain(32, 64, 200)}, {"a pair"}}}}};
    const Picture sheet = draw_contact_sheet(sections);
    BOOST_TEST(sheet.shape.width == 1180);
    // The first picture begins below its title, the second section below that and its two lines.
    BOOST_TEST((pixel(sheet, 20 + 64, 78 + 64) == Color{10, 10, 10}));
    BOOST_TEST((pixel(sheet, 17, 78 + 64) == red));
    const int second = 78 + 128 + 8 + 30 + 28 + 58;
    BOOST_TEST((pixel(sheet, 20 + 64, second + 32) == Color{90, 90, 90}));
    BOOST_TEST((pixel(sheet, 20 + 132 + 64, second + 32) == Color{200, 200, 200}));
    BOOST_TEST((pixel(sheet, 17, second + 32) == color::light));
    BOOST_TEST(sheet.shape.height == second + 64 + 8 + 15 + 28);
    int ink = 0;
    for (int y = 78 + 128 + 8; y < 78 + 128 + 8 + 15; ++y)
        for (int x = 20; x < 148; ++x) ink += pixel(sheet, x, y) != color::white;
    BOOST_TEST(ink > 30);
}

BOOST_AUTO_TEST_CASE(rows_break_before_the_edge) {
    SheetSection section{"many", "", {}};
    for (int i = 0; i < 9; ++i)
        section.entries.push_back({{plain(16, 16, static_cast<std::uint8_t>(20 * i + 10))}, {}});
    const Picture sheet = draw_contact_sheet({&section, 1});
    for (int i = 0; i < 9; ++i) {
        const int x = 20 + (i % 8) * 142 + 64, y = 78 + (i / 8) * (128 + 8 + 14) + 64;
        BOOST_TEST(int{pixel(sheet, x, y).red} == 20 * i + 10, "picture " << i);
    }
}

BOOST_AUTO_TEST_CASE(nothing_to_show_is_a_sheet_too) {
    const SheetSection section{"none", "nothing was found", {}};
    BOOST_TEST(draw_contact_sheet({&section, 1}).shape.height == 20 + 58 + 28);
    BOOST_TEST(draw_contact_sheet({}).shape.height == 20);
}

BOOST_AUTO_TEST_CASE(long_names_stay_below_their_picture) {
    const SheetSection section{"long", "", {{{plain(64, 64, 200)}, {std::string(200, 'w')}}}};
    const Picture sheet = draw_contact_sheet({&section, 1});
    for (int y = 214; y < 230; ++y)
        for (int x = 150; x < sheet.shape.width; ++x) BOOST_REQUIRE((pixel(sheet, x, y) == color::white));
}
