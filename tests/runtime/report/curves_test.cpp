#define BOOST_TEST_MODULE curves
#include "runtime/report/curves.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "tests/runtime/report/chart_pixels.hpp"

using namespace tn;
using tn_test::in_column;
using tn_test::pixel;

namespace {

/// Where the panel's coordinates lie in the picture.
int column(double share) { return static_cast<int>(70 + 465 * share); }
int row(double share) { return static_cast<int>(345 - 295 * share); }

Panel panel(std::vector<double> x, std::vector<double> y, bool share = true) {
    return {"title", {{"name", std::move(x), std::move(y)}}, share};
}

Picture draw(const Panel& p) { return draw_curves(std::span(&p, 1), "x"); }

}  // namespace

BOOST_AUTO_TEST_CASE(a_curve_goes_through_its_points) {
    const Picture p = draw(panel({0, 50, 100}, {0.2, 0.9, 0.5}));
    BOOST_TEST((p.shape == PictureShape{3, 400, 560}));
    for (auto [x, y] : {std::pair{0.0, 0.2}, {0.25, 0.55}, {0.5, 0.9}, {0.75, 0.7}, {0.999, 0.5}})
        BOOST_TEST((pixel(p, column(x), row(y)) == color::blue), "at " << x);
    for (auto [x, y] : {std::pair{0.0, 0.5}, {0.5, 0.5}, {0.75, 0.9}})
        BOOST_TEST((pixel(p, column(x), row(y)) != color::blue));
}

BOOST_AUTO_TEST_CASE(each_curve_has_its_colour_and_a_legend_with_it) {
    Panel p{
        "loss", {{"train", {0, 10}, {0.2, 0.2}}, {"test", {0, 10}, {0.6, 0.6}}, {"third", {0, 10}, {0.8, 0.8}}}, true};
    const Picture drawn = draw(p);
    BOOST_TEST((pixel(drawn, column(0.3), row(0.2)) == color::blue));
    BOOST_TEST((pixel(drawn, column(0.3), row(0.6)) == color::orange));
    BOOST_TEST((pixel(drawn, column(0.3), row(0.8)) == color::green));
    for (Color c : {color::blue, color::orange, color::green}) {
        int found = 0;
        for (int x = 0; x < 560; ++x) found += in_column(drawn, x, 15, 35, c);
        BOOST_TEST(found > 10);
    }
}

BOOST_AUTO_TEST_CASE(a_missing_value_leaves_a_gap_and_one_alone_is_a_dot) {
    const double nan = std::nan("");
    const Picture p = draw(panel({0, 20, 40, 60, 80, 100}, {0.5, 0.5, nan, 0.5, nan, 0.5}));
    BOOST_TEST((pixel(p, column(0.1), row(0.5)) == color::blue));
    BOOST_TEST((pixel(p, column(0.6), row(0.5)) == color::blue));
    for (double x : {0.25, 0.3, 0.5, 0.7, 0.9}) BOOST_TEST(in_column(p, column(x), 45, 345, color::blue) == 0);
    // The same curve without the missing points is a whole line.
    BOOST_TEST((pixel(draw(panel({0, 20, 60, 100}, {0.5, 0.5, 0.5, 0.5})), column(0.3), row(0.5)) == color::blue));
}

BOOST_AUTO_TEST_CASE(values_beyond_share_set_their_own_scale) {
    // The largest value stands at 1/1.05 of the height.
    for (double largest : {0.003, 7.0, 123456.0}) {
        const Picture p = draw(panel({0, 1}, {largest, largest}, false));
        BOOST_TEST((pixel(p, column(0.5), row(1 / 1.05)) == color::blue), largest);
    }
}

BOOST_AUTO_TEST_CASE(panels_stand_side_by_side_and_keep_to_themselves) {
    std::vector<Curve> many;
    for (int i = 0; i < 3; ++i)
        many.push_back({"a name that is far too long to stand in a legend, " + std::to_string(i), {0, 1}, {0.1, 0.9}});
    const Panel panels[] = {panel({0, 1}, {0.3, 0.7}),
                            {"a title that is far too long to stand above one panel of two panels", many, true}};
    const Picture both = draw_curves(panels, "x");
    BOOST_TEST((both.shape == PictureShape{3, 400, 1120}));
    const Picture first = draw(panels[0]);
    for (int y = 0; y < 400; ++y)
        for (int x = 0; x < 560; ++x) BOOST_REQUIRE((pixel(both, x, y) == pixel(first, x, y)));
}

BOOST_AUTO_TEST_CASE(nothing_to_draw_is_an_empty_chart) {
    BOOST_TEST((draw_curves({}, "x").shape == PictureShape{3, 400, 560}));
    const double nan = std::nan("");
    for (const Panel& p : {Panel{"none", {}, false}, panel({}, {}), panel({1, 2}, {nan, nan}), panel({nan}, {0.5})}) {
        const Picture drawn = draw(p);
        int blue = 0;
        for (int x = 0; x < 560; ++x) blue += in_column(drawn, x, 45, 400, color::blue);
        BOOST_TEST(blue == 0);
        BOOST_TEST((pixel(drawn, column(0.5), 345) != color::white));  // the axis
    }
}

BOOST_AUTO_TEST_CASE(no_number_keeps_it_from_ending) {
    using limits = std::numeric_limits<double>;
    for (double v : {limits::infinity(), -limits::infinity(), limits::max(), limits::denorm_min(), limits::min(), -5.0,
                     1e-300, 1e300})
        for (bool share : {false, true}) {
            BOOST_TEST((draw(panel({0, 1}, {v, 0.5}, share)).shape == PictureShape{3, 400, 560}));
            BOOST_TEST((draw(panel({v, 1}, {0.5, 0.5}, share)).shape == PictureShape{3, 400, 560}));
        }
    BOOST_TEST((draw(panel({1, 2, 3}, {0.5}, true)).shape == PictureShape{3, 400, 560}));  // x without y
}

BOOST_AUTO_TEST_CASE(the_svg_has_the_same_points) {
    const Panel p{"loss <b>", {{"train & more", {0, 50, 100}, {0.5, 1, 0}}, {"test", {100}, {0.5}}}, true};
    const std::string svg = curves_svg({&p, 1}, "step");
    BOOST_TEST(svg.rfind("<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"tn-chart\" viewBox=\"0 0 560 360\"", 0) ==
               0);
    // x from 62 to 542, y from 308 at the bottom to 52.
    BOOST_TEST(svg.find("class=\"tn-c0\" d=\"M62.0 180.0L62.0 180.0L302.0 52.0L542.0 308.0\"") != svg.npos, svg);
    BOOST_TEST(svg.find("class=\"tn-c1\" d=\"M542.0 180.0L542.0 180.0\"") != svg.npos);
    for (const char* text : {">loss &lt;b&gt;<", ">train &amp; more<", ">step<", ">100%<", ">40<"})
        BOOST_TEST(svg.find(text) != svg.npos, text);
    BOOST_TEST(svg.find("<b>") == svg.npos);
    const Panel two[] = {p, p};
    BOOST_TEST(curves_svg(two, "step").find("viewBox=\"0 0 1120 360\"") != svg.npos);
}

BOOST_AUTO_TEST_CASE(the_svg_leaves_gaps_where_a_value_is_not_finite) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const Panel p = panel({0, 25, 50, 75, 100}, {0.5, 0.5, nan, 0.5, 0.5});
    const std::string svg = curves_svg({&p, 1}, "x");
    BOOST_TEST(svg.find("d=\"M62.0 180.0L62.0 180.0L182.0 180.0M422.0 180.0L422.0 180.0L542.0 180.0\"") != svg.npos,
               svg);
    BOOST_TEST(svg.find("nan") == svg.npos);
    BOOST_TEST(curves_svg({}, "x").find("</svg>") != std::string::npos);
}
