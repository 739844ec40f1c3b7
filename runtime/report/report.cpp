#include "runtime/report/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "runtime/core/error.hpp"
#include "runtime/report/html.hpp"
#include "runtime/report/page_parts.hpp"

namespace tn {

namespace {

constexpr int mistakes_shown = 12, predictions_shown = 36, skipped_shown = 200;

std::string percent(double share) { return fmt::format("{:.1f} %", 100 * share); }

const std::string& class_name(const Pictures& set, int c) {
    if (c < 0 || c >= std::ssize(set.classes))
        throw Error(fmt::format("a report of {} classes cannot show class {}", set.classes.size(), c));
    return set.classes[c];
}

int truth_of(const Pictures& set, const Prediction& p) {
    if (p.picture < 0 || p.picture >= set.size())
        throw Error(fmt::format("a report of {} test pictures cannot show picture {}", set.size(), p.picture));
    return set.labels[p.picture];
}

/// The picture, at most 128 pixels wide.
Picture thumbnail(const Picture& whole) {
    const PictureShape s = whole.shape;
    if (s.width <= 128) return whole;
    return resize(whole, {s.channels, std::max(1, s.height * 128 / s.width), 128});
}

Picture thumbnail(const Pictures& set, int i) {
    const auto bytes = set.picture(i);
    return thumbnail(Picture{set.shape, {bytes.begin(), bytes.end()}});
}

/// What explains the prediction, beside its picture.
std::string explanation(const Pictures& set, const Prediction& p, const Explain& explain) {
    if (!explain) return "";
    return fmt::format("<img alt=\"where the network saw {}\" src=\"{}\">", html_text(class_name(set, p.predicted)),
                       data_uri(thumbnail(explain(p))));
}

std::string figure(const Pictures& set, const Prediction& p, const Explain& explain) {
    const int truth = truth_of(set, p);
    const bool wrong = truth != p.predicted;
    const std::string& file = set.files[p.picture];
    return fmt::format(
        "<figure{} title=\"{}\"><img alt=\"{}\" src=\"{}\">{}<figcaption><b>{}{} {:.0f} "
        "%</b>{}<small>{}</small></figcaption>"
        "</figure>",
        wrong ? " class=\"wrong\"" : "", html_text(file), html_text(class_name(set, truth)),
        data_uri(thumbnail(set, p.picture)), explanation(set, p, explain), wrong ? "&#10007; " : "",
        html_text(class_name(set, p.predicted)), 100 * p.probability,
        wrong ? fmt::format("<span>is {}</span>", html_text(class_name(set, truth))) : "",
        html_text(std::filesystem::path(file).filename().string()));
}

std::string figures(const Pictures& set, std::span<const Prediction> some, const Explain& explain = {}) {
    std::string text = fmt::format("<div class=\"grid{}\">", explain ? " pairs" : "");
    for (const Prediction& p : some) text += figure(set, p, explain);
    return text + "</div>";
}

std::string mistakes(const Report& r) {
    std::vector<Prediction> wrong;
    for (const Prediction& p : r.predictions)
        if (truth_of(r.test, p) != p.predicted) wrong.push_back(p);
    if (wrong.empty()) return note("No test photograph was taken for another class.");
    std::stable_sort(wrong.begin(), wrong.end(),
                     [](const Prediction& a, const Prediction& b) { return a.probability > b.probability; });
    const std::size_t all = wrong.size();
    if (wrong.size() > mistakes_shown) wrong.resize(mistakes_shown);
    return note(fmt::format(
               "{} of {} test photographs are wrong; these were the surest.{}", all, r.predictions.size(),
               r.explain ? " Beside each, brightest where the network saw what it answered (Grad-CAM)." : "")) +
           figures(r.test, wrong, r.explain);
}

/// Photographs from all over the test set, so that the share of wrong ones is what it is.
std::string sample(const Report& r) {
    std::vector<Prediction> some;
    const std::size_t count = std::min<std::size_t>(predictions_shown, r.predictions.size());
    for (std::size_t i = 0; i < count; ++i) some.push_back(r.predictions[i * r.predictions.size() / count]);
    return note("From all over the test set; wrong ones are marked.") + figures(r.test, some);
}

std::vector<int> count_labels(const Pictures& set, std::size_t classes) {
    std::vector<int> count(classes);
    for (const int label : set.labels) {
        class_name(set, label);
        ++count.at(label);
    }
    return count;
}

std::string class_table(const Report& r) {
    const std::size_t classes = r.training.classes.size();
    const std::vector<int> training = count_labels(r.training, classes), test = count_labels(r.test, classes);
    std::string text =
        "<div class=\"scroll\"><table><thead><tr><th scope=\"col\"></th><th class=\"left\" scope=\"col\">class</th><th "
        "scope=\"col\">to train on</th>"
        "<th scope=\"col\">to test on</th><th scope=\"col\">precision</th><th "
        "scope=\"col\">recall</th></tr></thead><tbody>";
    const auto share = [](double value) {
        return fmt::format("<td class=\"share\" style=\"--s:{:.3f}\">{}</td>", value, percent(value));
    };
    for (int c = 0; c < std::ssize(training); ++c) {
        int named = 0;
        for (int t = 0; t < r.confusion.classes(); ++t) named += r.confusion.count(t, c);
        text += fmt::format("<tr><td>{}</td><td class=\"left\">{}</td><td>{}</td><td>{}</td>{}{}</tr>", c + 1,
                            html_text(r.training.classes[c]), training[c], test[c],
                            named ? share(r.confusion.precision(c)) : "<td>none named</td>",
                            test[c] ? share(r.confusion.recall(c)) : "<td>none</td>");
    }
    return text +
           fmt::format(
               "<tr><td></td><th class=\"left\" scope=\"row\">all</th><td>{}</td><td>{}</td><td></td><td></td></tr>"
               "</tbody></table></div>",
               r.training.size(), r.test.size());
}

std::string skipped(const Report& r) {
    if (r.skipped.empty()) return note("Every file was used.");
    std::string text =
        note(fmt::format("{} not used.",
                         r.skipped.size() == 1 ? "1 file was" : fmt::format("{} files were", r.skipped.size()))) +
        "<div class=\"scroll\"><ul>";
    for (std::size_t i = 0; i < r.skipped.size() && i < skipped_shown; ++i)
        text += fmt::format("<li>{}: {}</li>", html_text(r.skipped[i].path), html_text(r.skipped[i].reason));
    if (r.skipped.size() > skipped_shown) text += fmt::format("<li>and {} more</li>", r.skipped.size() - skipped_shown);
    return text + "</ul></div>";
}

}  // namespace

std::string to_html(const Report& r) {
    std::string page = page_begin(r.title, r.facts) + curves_section(r.panels, r.x_title);
    if (r.predictions.empty()) {
        page += section("Test", note("There was no photograph to test on."));
    } else {
        page += section("Worst mistakes", mistakes(r));
        page += section("Predictions", sample(r));
        page += confusion_section(r.confusion, r.test.classes);
    }
    page += section("Classes", class_table(r));
    if (r.augmented.shape.size() > 0)
        page += section(
            "Augmented samples",
            note("A row a photograph: as it is, then as the network was shown it.") +
                fmt::format("<img class=\"wide\" alt=\"augmented photographs\" src=\"{}\">", data_uri(r.augmented)));
    page += network_section(r.network, r.train_bytes) + memory_section(r.arena, r.curve, r.curve_of);
    page += section("Skipped files", skipped(r));
    return page + page_end();
}

}  // namespace tn
