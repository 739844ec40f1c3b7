#define BOOST_TEST_MODULE report
#include "runtime/report/report.hpp"

#include <boost/test/unit_test.hpp>

#include "dsl/typenet.hpp"
#include "runtime/data/augment.hpp"
#include "runtime/data/synthetic.hpp"
#include "runtime/report/memory_chart.hpp"
#include "tests/runtime/temporary_folder.hpp"
#include "tests/support/browser.hpp"

using namespace tn;
using tn_test::contains;
using tn_test::error_of;

namespace {

const std::string hostile_class = "<img src=x onerror=alert(1)>",
                  hostile_file = "a/\"><script>alert(2)</script>&\n.png";

using Trained = Net<Image<1, 32, 32>, Batch<8>, Seq<Conv<16, 3>, BN, Relu, Pool<3, Stride<2>, Pad<1>>, Dense<3>>,
                    SoftmaxCrossEntropy>;

/// A run on three classes; two of the twelve predictions are wrong.
struct Run {
    Pictures training = generate_characters(5, {1, 32, 32}, 1), test = generate_characters(4, {1, 32, 32}, 2);
    Confusion confusion{3};
    std::vector<Prediction> predictions;
    Run() {
        training.classes[1] = test.classes[1] = hostile_class;
        test.files[0] = hostile_file;
        for (int i = 0; i < test.size(); ++i) {
            const int predicted = i == 0 ? 1 : i == 9 ? 0 : test.labels[i];
            predictions.push_back({i, predicted, i == 9 ? 0.93f : 0.61f});
            confusion.add(test.labels[i], predicted);
        }
    }
    Report report() const {
        return {
            .title = "A <title>",
            .facts = {{"test accuracy", "83.33 %"}, {"long", std::string(300, 'w')}},
            .panels = {{"loss", {{"train", {1, 2, 3}, {3, 2, 1}}}, false}, {"accuracy", {}, true}},
            .x_title = "iteration",
            .training = training,
            .test = test,
            .confusion = confusion,
            .predictions = predictions,
            .skipped = {{"folder/<b>.txt", "not a picture"}, {std::string(200, 'p'), "a reason"}},
            .network =
                {"Image<1, 32, 32>", 8, 1234, 5678, {{"0", "Conv<16, 3>", "Image<16, 32, 32>", 160, 524288}}, "loss"},
            .train_bytes = 3 << 20,
            .augmented = augmentation_sheet(training, Augmentation::strong(), 1, 2, 4),
            .arena = arena_map<Trained, Adam>(),
            .curve = {{3 << 20, 0}, {2 << 20, 0.031}, {2 << 20, 0.031}, {1 << 20, 0.004, 4}},
            .curve_of = "batches of 8"};
    }
};

/// How often the part comes.
int times(const std::string& text, const std::string& part) {
    int count = 0;
    for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++count;
    return count;
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(everything_is_on_the_page, Run) {
    const std::string page = to_html(report());
    BOOST_TEST(page.rfind("<!doctype html>", 0) == 0);
    for (const char* text :
         {"<title>A &lt;title&gt;</title>", "<dt>test accuracy</dt><dd>83.33 %</dd>", ">loss<", ">accuracy<",
          "2 of 12 test photographs are wrong", "cleo taken for ada: 1", "ada taken for &lt;img", "Conv&lt;16, 3&gt;",
          "512.0 KiB", "Training needs 3.0 MiB", "2 files were not used.", "folder/&lt;b&gt;.txt: not a picture",
          "alt=\"augmented photographs\"", ">Memory<", "Here for batches of 8.",
          "<tr><td>3.0 MiB</td><td>none</td></tr><tr><td>2.0 MiB</td><td>+3.1 %</td></tr><tr><td>1.0 MiB</td><td>+0.4 "
          "% in 4 parts"
          "</td></tr></tbody>"})
        BOOST_TEST(contains(page, text), text);
    // Two mistakes, both also among the twelve predictions; the surest mistake comes first.
    BOOST_TEST(times(page, "<figure class=\"wrong\"") == 4);
    BOOST_TEST(times(page, "<figure") == 14);
    BOOST_TEST(page.find("ada 93 %") < page.find("onerror=alert(1)&gt; 61 %"));
    // Of four ada three are right: recall 75 %, and of four called ada one is not.
    BOOST_TEST(contains(page,
                        "<tr><td>1</td><td class=\"left\">ada</td><td>5</td><td>4</td><td class=\"share\" "
                        "style=\"--s:0.750\">75.0 %</td>"
                        "<td class=\"share\" style=\"--s:0.750\">75.0 %</td></tr>"));
    BOOST_TEST(contains(page,
                        "<th scope=\"row\">ada</th><td class=\"right strong\" style=\"--s:0.75\">3</td>"
                        "<td class=\"error\" style=\"--s:0.25\">1</td><td></td></tr>"));
}

BOOST_AUTO_TEST_CASE(the_map_of_an_arena_names_what_lies_where) {
    const ArenaMap map = arena_map<Trained, Adam>();
    BOOST_TEST(map.bytes == Trained::train_bytes<Adam>);
    BOOST_TEST((map.loss > 0 && map.loss < map.steps));
    for (const ArenaPart& a : map.parts) {
        BOOST_TEST((a.first >= 0 && a.first <= a.last && a.last < map.steps), a.name);
        BOOST_TEST(a.offset + a.bytes <= map.bytes, a.name);
        for (const ArenaPart& b : map.parts)
            BOOST_TEST((&a == &b || a.last < b.first || b.last < a.first || a.offset + a.bytes <= b.offset ||
                        b.offset + b.bytes <= a.offset),
                       a.name << " and " << b.name << " overlap");
    }
    const std::string svg = arena_svg(map);
    for (const char* text :
         {"<title>weights, ", "<title>the network&#39;s input, 32.0 KiB</title>",
          "<title>output of 3 Pool&lt;3, Stride&lt;2&gt;, Pad&lt;1&gt;&gt;, 128.0 KiB</title>",
          "<title>what 3 Pool&lt;3, Stride&lt;2&gt;, Pad&lt;1&gt;&gt; keeps for backward, 32.0 KiB</title>",
          "<title>gradient of the output of 0 Conv&lt;16, 3&gt; + BN + Relu, 512.0 KiB</title>", ">0 Conv&lt;16, 3&gt;",
          "prefers-color-scheme:dark"})
        BOOST_TEST(contains(svg, text), text);
}

BOOST_FIXTURE_TEST_CASE(what_explains_a_mistake_is_beside_it, Run) {
    Report r = report();
    BOOST_TEST(!contains(to_html(r), "Grad-CAM"));
    std::vector<int> asked;
    r.explain = [&](const Prediction& p) {
        asked.push_back(p.picture);
        return Picture{{3, 32, 32}, std::vector<std::uint8_t>(3 * 32 * 32, 9)};
    };
    const std::string page = to_html(r);
    BOOST_TEST((asked == std::vector<int>{9, 0}));
    BOOST_TEST(contains(page, "brightest where the network saw what it answered (Grad-CAM)"));
    BOOST_TEST(times(page, "<div class=\"grid pairs\">") == 1);
    BOOST_TEST(times(page, "alt=\"where the network saw ada\"") == 1);
    BOOST_TEST(times(page, "alt=\"where the network saw &lt;img src=x onerror=alert(1)&gt;\"") == 1);
}

BOOST_FIXTURE_TEST_CASE(names_are_text_and_nothing_is_fetched, Run) {
    const std::string page = to_html(report());
    BOOST_TEST(!contains(page, "<script"));
    BOOST_TEST(!contains(page, "<img src=x"));
    BOOST_TEST(contains(page, "title=\"a/&quot;&gt;&lt;script&gt;alert(2)&lt;/script&gt;&amp;\\n.png\""));
    BOOST_TEST(times(page, "src=") - times(page, "src=\"data:image/png;base64,") == times(page, "&lt;img src=x"));
    BOOST_TEST(times(page, "http") == times(page, "xmlns=\"http://www.w3.org/2000/svg\""));
    for (const char* part : {"url(", "@import", "<link"}) BOOST_TEST(!contains(page, part), part);
}

BOOST_FIXTURE_TEST_CASE(many_classes_are_a_picture_and_pages_stay_small, Run) {
    Pictures many = test;
    for (int c = 3; c < 90; ++c) many.classes.push_back("class " + std::to_string(c));
    Confusion wide(90);
    std::vector<Prediction> all;
    for (int i = 0; i < 5000; ++i) {
        many.labels.push_back(i % 90);
        many.files.emplace_back("file");
        many.pixels.insert(many.pixels.end(), many.shape.size(), 99);
        wide.add(i % 90, (i + i % 7 / 6) % 90);
        all.push_back({i + 12, (i + i % 7 / 6) % 90, 0.5f});
    }
    Pictures train = training;
    train.classes = many.classes;
    Report r{.title = "many",
             .facts = {},
             .panels = {},
             .x_title = "",
             .training = train,
             .test = many,
             .confusion = wide,
             .predictions = all,
             .skipped = {},
             .network = {},
             .train_bytes = 0,
             .augmented = {}};
    r.skipped.assign(1000, {"file", "reason"});
    const std::string page = to_html(r);
    BOOST_TEST(!contains(page, "class=\"confusion\""));
    BOOST_TEST(contains(page, "alt=\"confusion matrix\""));
    BOOST_TEST(times(page, "<figure") == 12 + 36);
    BOOST_TEST(contains(page, "<li>and 800 more</li>"));
    BOOST_TEST(times(page, "taken for") == 10);
    BOOST_TEST(!contains(page, "Augmented"));
    BOOST_TEST(page.size() < 2'000'000u);
}

BOOST_FIXTURE_TEST_CASE(without_a_test_it_says_so, Run) {
    Pictures none;
    none.shape = test.shape;
    none.classes = test.classes;
    const Confusion empty(3);
    const Report r{.title = "no test",
                   .facts = {},
                   .panels = {},
                   .x_title = "",
                   .training = training,
                   .test = none,
                   .confusion = empty,
                   .predictions = {},
                   .skipped = {},
                   .network = {},
                   .train_bytes = 0,
                   .augmented = {}};
    const std::string page = to_html(r);
    BOOST_TEST(contains(page, "There was no photograph to test on."));
    BOOST_TEST(contains(page, "Every file was used."));
    BOOST_TEST(contains(page, "<td>none named</td><td>none</td>"));
    BOOST_TEST(!contains(page, "nan"));
}

BOOST_FIXTURE_TEST_CASE(refuses_predictions_that_cannot_be, Run) {
    predictions[3].picture = 12;
    BOOST_TEST(error_of([&] { to_html(report()); }) == "a report of 12 test pictures cannot show picture 12");
    predictions[3] = {3, 3, 0.5f};
    BOOST_TEST(error_of([&] { to_html(report()); }) == "a report of 3 classes cannot show class 3");
}

BOOST_FIXTURE_TEST_CASE(a_browser_shows_it_offline_light_and_dark_wide_and_on_a_phone, Run) {
    if (tn_test::browser().empty()) {
        BOOST_TEST_MESSAGE("skipped: no Chromium is installed");
        return;
    }
    const std::string page = to_html(report());
    const std::string question =
        "{scripts:document.scripts.length,width:innerWidth,overflow:document.documentElement.scrollWidth-innerWidth,"
        "images:document.images.length,broken:[...document.images].filter(i=>!i.complete||!i.naturalWidth).length,"
        "fetched:performance.getEntriesByType('resource').filter(e=>!e.name.startsWith('data:')).length,"
        "ground:getComputedStyle(document.body).backgroundColor,ink:getComputedStyle(document.body).color,"
        "columns:getComputedStyle(document.querySelector('.grid')).gridTemplateColumns.split(' ').length,"
        "curve:document.querySelector('.tn-chart "
        "path').getTotalLength(),tables:document.querySelectorAll('table').length}";
    const auto light = tn_test::asked(page, question, 1200, 900, false);
    BOOST_REQUIRE_MESSAGE(light.is_object(), "the browser gave no answer");
    const auto dark = tn_test::asked(page, question, 1200, 900, true),
               phone = tn_test::asked(page, question, 390, 844, false);
    for (const auto& seen : {light, dark, phone}) {
        BOOST_REQUIRE(seen.is_object());
        BOOST_TEST(seen["scripts"] == 1);  // the question itself
        BOOST_TEST(seen["images"] == 15);
        BOOST_TEST(seen["broken"] == 0);
        BOOST_TEST(seen["fetched"] == 0);
        BOOST_TEST(seen["overflow"] <= 0);
        BOOST_TEST(seen["tables"] == 4);
        BOOST_TEST(seen["curve"].get<double>() > 100);
    }
    BOOST_TEST(light["ground"] == "rgb(246, 247, 249)");
    BOOST_TEST(dark["ground"] == "rgb(20, 23, 28)");
    BOOST_TEST(dark["ink"] == "rgb(232, 235, 240)");
    BOOST_TEST(light["width"] == 1200);
    BOOST_TEST(phone["width"].get<int>() <= 500);
    BOOST_TEST(light["columns"].get<int>() > phone["columns"].get<int>());
}
