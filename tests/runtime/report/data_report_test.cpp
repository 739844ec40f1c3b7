#define BOOST_TEST_MODULE data_report
#include "runtime/report/data_report.hpp"

#include <boost/test/unit_test.hpp>

#include "runtime/report/epoch_history.hpp"
#include "tests/runtime/temporary_folder.hpp"

using namespace tn;
using tn_test::contains;
using tn_test::error_of;

namespace {

DataReport begun() {
    DataReport report;
    report.title = "Tides & <waves>";
    report.facts = {{"harbour", "<b>Brest</b>"}};
    std::vector<EpochResult> epochs(3);
    for (int i = 0; i < 3; ++i) epochs[i].iteration = i + 1, epochs[i].train_loss = 1.0 / (i + 1);
    report.panels = history_panels(epochs);
    report.network.input = "Vector<3>";
    report.network.rows.push_back({"0", "Dense<2>", "Vector<2>", 8, 64});
    report.train_bytes = 3 << 20;
    return report;
}

/// 4 samples of 2 classes, of which the last is taken for the other.
PredictedSet classes() {
    return {.samples = 4,
            .outputs = 2,
            .values = {0.9f, 0.1f, 0.2f, 0.8f, 0.7f, 0.3f, 0.6f, 0.4f},
            .labels = {0, 1, 0, 1},
            .targets = {}};
}

}  // namespace

BOOST_AUTO_TEST_CASE(classes_have_metrics_and_a_confusion) {
    DataReport report = begun();
    report.test = classes();
    report.classes = {"low", "<i>high</i>"};
    const std::string page = to_html(report);
    BOOST_TEST(page.starts_with("<!doctype html>"));
    BOOST_TEST(page.ends_with("</main></body></html>\n"));
    for (const char* text : {"<title>Tides &amp; &lt;waves&gt;</title>", "<dd>&lt;b&gt;Brest&lt;/b&gt;</dd>",
                             "<td>75.00 %</td>", "area under ROC", "&lt;i&gt;high&lt;/i&gt; taken for low: 1",
                             "Dense&lt;2&gt;", "Training needs 3.0 MiB", "<svg"})
        BOOST_TEST(contains(page, text), text);
    for (const char* text : {"<waves>", "<b>", "<i>", "photograph", "<script"}) BOOST_TEST(!contains(page, text), text);
    report.classes.clear();
    BOOST_TEST(contains(to_html(report), "class 1 taken for class 0: 1"));
    report.classes = {"one", "two", "three"};
    BOOST_TEST(contains(error_of([&] { (void)to_html(report); }), "names of 3 classes, but 2 were predicted"));
}

BOOST_AUTO_TEST_CASE(values_have_errors_and_pictures_are_shown) {
    DataReport report = begun();
    BOOST_TEST(contains(to_html(report), "There was no sample to test on."));
    report.test =
        PredictedSet{.samples = 2, .outputs = 2, .values = {1, 2, 3, 5}, .labels = {}, .targets = {1, 2, 3, 4}};
    report.pictures.push_back({"What it <draws>", Picture{{1, 2, 2}, {0, 255, 255, 0}}});
    const std::string page = to_html(report);
    for (const char* text :
         {"mean absolute error</th><td>0.25</td>", "R2 of output 0</th><td>1.00000</td>",
          "R2 of output 1</th><td>0.50000</td>", "<h2>What it &lt;draws&gt;</h2>", "data:image/png;base64,"})
        BOOST_TEST(contains(page, text), text);
    BOOST_TEST(!contains(page, "Confusion"));
}
