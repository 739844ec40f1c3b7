#include "runtime/report/data_report.hpp"

#include <fmt/format.h>

#include "runtime/core/error.hpp"
#include "runtime/report/html.hpp"
#include "runtime/report/page_parts.hpp"
#include "runtime/train/metrics.hpp"

namespace tn {

namespace {

std::string row(const std::string& name, const std::string& value) {
    return fmt::format("<tr><th class=\"left\" scope=\"row\">{}</th><td>{}</td></tr>", html_text(name),
                       html_text(value));
}
std::string table(const std::string& rows) {
    return "<div class=\"scroll\"><table><tbody>" + rows + "</tbody></table></div>";
}

std::string classes_tested(const PredictedSet& test, std::vector<std::string> names) {
    const Confusion confusion = confusion_of(test);
    if (names.empty())
        for (int c = 0; c < confusion.classes(); ++c) names.push_back(fmt::format("class {}", c));
    if (std::ssize(names) != confusion.classes())
        throw Error(
            fmt::format("a report has names of {} classes, but {} were predicted", names.size(), confusion.classes()));
    std::string rows = row("accuracy", fmt::format("{:.2f} %", 100 * confusion.accuracy())) +
                       row("mean F1", fmt::format("{:.4f}", confusion.mean_f1())) +
                       row("mean intersection over union", fmt::format("{:.4f}", confusion.mean_iou()));
    if (confusion.classes() == 2) rows += row("area under ROC", fmt::format("{:.4f}", area_under_roc(test)));
    return section("Test", table(rows)) + confusion_section(confusion, names);
}

std::string values_tested(const PredictedSet& test) {
    std::string rows = row("mean absolute error", fmt::format("{:.5g}", mean_absolute_error(test))) +
                       row("root mean square error", fmt::format("{:.5g}", root_mean_square_error(test))) +
                       row("R2", fmt::format("{:.5f}", r_squared(test)));
    for (int output = 0; test.outputs > 1 && test.outputs <= 60 && output < test.outputs; ++output)
        rows += row(fmt::format("R2 of output {}", output), fmt::format("{:.5f}", r_squared(test, output)));
    return section("Test", table(rows));
}

}  // namespace

std::string to_html(const DataReport& r) {
    std::string page = page_begin(r.title, r.facts) + curves_section(r.panels, r.x_title);
    if (!r.test || r.test->samples == 0)
        page += section("Test", note("There was no sample to test on."));
    else if (!r.test->labels.empty() || !r.classes.empty())
        page += classes_tested(*r.test, r.classes);
    else
        page += values_tested(*r.test);
    for (const auto& [title, picture] : r.pictures)
        page += section(title,
                        fmt::format("<img class=\"wide\" alt=\"{}\" src=\"{}\">", html_text(title), data_uri(picture)));
    return page + network_section(r.network, r.train_bytes) + page_end();
}

}  // namespace tn
