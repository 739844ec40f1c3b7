#include "runtime/report/page_parts.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "runtime/core/error.hpp"
#include "runtime/report/confusion_chart.hpp"
#include "runtime/report/html.hpp"
#include "runtime/report/memory_chart.hpp"
#include "runtime/report/report_style.hpp"

namespace tn {

namespace {

constexpr int largest_table = 60, confused_shown = 10;

const std::string& class_name(const std::vector<std::string>& classes, int c) {
    if (c < 0 || c >= std::ssize(classes))
        throw Error(fmt::format("a report of {} classes cannot show class {}", classes.size(), c));
    return classes[c];
}

std::string confusion_table(const Confusion& c, const std::vector<std::string>& classes) {
    std::string text = fmt::format("<div class=\"scroll\"><table class=\"confusion{}\"><thead><tr><td></td>",
                                   c.classes() > 20 ? " dense" : "");
    for (int p = 0; p < c.classes(); ++p)
        text += fmt::format("<th scope=\"col\">{}</th>", html_text(class_name(classes, p)));
    text += "</tr></thead><tbody>";
    for (int t = 0; t < c.classes(); ++t) {
        int row = 0;
        for (int p = 0; p < c.classes(); ++p) row += c.count(t, p);
        text += fmt::format("<tr><th scope=\"row\">{}</th>", html_text(class_name(classes, t)));
        for (int p = 0; p < c.classes(); ++p) {
            const int count = c.count(t, p);
            const double share = count ? static_cast<double>(count) / row : 0;
            if (count)
                text += fmt::format("<td class=\"{}{}\" style=\"--s:{:.2f}\">{}</td>", t == p ? "right" : "error",
                                    share > 0.5 ? " strong" : "", share, count);
            else
                text += "<td></td>";
        }
        text += "</tr>";
    }
    return text + "</tbody></table></div>";
}

std::string most_confused(const Confusion& c, const std::vector<std::string>& classes) {
    struct Pair {
        int truth, predicted, count;
    };
    std::vector<Pair> pairs;
    for (int t = 0; t < c.classes(); ++t)
        for (int p = 0; p < c.classes(); ++p)
            if (const int count = c.count(t, p); t != p && count) pairs.push_back({t, p, count});
    std::stable_sort(pairs.begin(), pairs.end(), [](const Pair& a, const Pair& b) { return a.count > b.count; });
    if (pairs.size() > confused_shown) pairs.resize(confused_shown);
    std::string text;
    for (const Pair& p : pairs)
        text += fmt::format("<li>{} taken for {}: {}</li>", html_text(class_name(classes, p.truth)),
                            html_text(class_name(classes, p.predicted)), p.count);
    return text.empty() ? "" : "<h2>Most confused</h2><ul>" + text + "</ul>";
}

}  // namespace

std::string section(const std::string& title, const std::string& content) {
    return fmt::format("<section><h2>{}</h2>{}</section>\n", html_text(title), content);
}

std::string note(const std::string& words) { return fmt::format("<p>{}</p>", html_text(words)); }

std::string page_begin(const std::string& title, const std::vector<std::pair<std::string, std::string>>& facts) {
    std::string page = fmt::format(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
        "content=\"width=device-width,initial-scale=1\"><title>{0}</title><style>{1}</style></head>\n"
        "<body><main><h1>{0}</h1>\n<dl class=\"facts\">",
        html_text(title), report_style);
    for (const auto& [name, value] : facts)
        page += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>", html_text(name), html_text(value));
    return page + "</dl>\n";
}

std::string page_end() { return "</main></body></html>\n"; }

std::string curves_section(const std::vector<Panel>& panels, const std::string& x_title) {
    std::string curves = "<div class=\"two\">";
    for (const Panel& panel : panels) curves += curves_svg({&panel, 1}, x_title);
    return section("Curves", curves + "</div>");
}

std::string confusion_section(const Confusion& c, const std::vector<std::string>& classes) {
    if (c.classes() <= largest_table)
        return section("Confusion", note("Rows: what it is. Columns: what it was taken for.") +
                                        confusion_table(c, classes) + most_confused(c, classes));
    return section("Confusion",
                   fmt::format("<div class=\"scroll\"><img class=\"wide\" alt=\"confusion matrix\" src=\"{}\"></div>",
                               data_uri(draw_confusion(c, classes))) +
                       most_confused(c, classes));
}

std::string memory_section(const ArenaMap& arena, std::span<const MemoryPoint> curve, const std::string& curve_of) {
    std::string content;
    if (!arena.parts.empty())
        content +=
            note(
                "One block of memory, from the first layer of a step at the left to the last gradient at the right: "
                "buffers that are never needed together have the same place. Each names itself when it is "
                "pointed at.") +
            "<div class=\"scroll\">" + arena_svg(arena) + "</div>";
    const auto rows = memory_curve_rows(curve);
    if (rows.size() > 1) {
        content +=
            note(
                "Within less memory (Within<...> in the network's type) layers are computed again in backward "
                "instead of kept, and the weights come out the same; or a batch is taken in parts, whose gradients are "
                "summed and whose batch normalisation is of each part. Here for " +
                curve_of + ".") +
            "<div class=\"two\">" + memory_curve_svg(curve) +
            "<div><table><thead><tr><th scope=\"col\">memory to train</th><th scope=\"col\">extra work"
            "</th></tr></thead><tbody>";
        for (const auto& [bytes, work] : rows) content += fmt::format("<tr><td>{}</td><td>{}</td></tr>", bytes, work);
        content += "</tbody></table></div></div>";
    }
    return content.empty() ? "" : section("Memory", content);
}

std::string network_section(const Summary& n, std::size_t train_bytes) {
    std::string text =
        "<div class=\"scroll\"><table><thead><tr><th scope=\"col\">index</th><th class=\"left\" scope=\"col\">"
        "layer</th><th class=\"left\" scope=\"col\">output</th><th scope=\"col\">parameters</th>"
        "<th scope=\"col\">bytes of a batch</th></tr></thead><tbody>";
    text += fmt::format("<tr><td></td><td class=\"left\">input</td><td class=\"left\">{}</td><td></td><td></td></tr>",
                        html_text(n.input));
    for (const SummaryRow& row : n.rows)
        text += fmt::format(
            "<tr><td>{}</td><td class=\"left\">{}</td><td class=\"left\">{}</td><td>{}</td><td>{}</td></tr>",
            html_text(row.path), html_text(row.layer), html_text(row.output),
            row.parameters ? fmt::format("{}", row.parameters) : "", format_bytes(row.bytes));
    return section(
        "Network",
        text + "</tbody></table></div>" +
            note(fmt::format("{} parameters, {}, batch {}. Training needs {}, inference {}: less than the sum of the "
                             "layers, because buffers are fused and used again.",
                             n.parameters, n.loss, n.batch, format_bytes(train_bytes), format_bytes(n.infer_bytes))));
}

}  // namespace tn
