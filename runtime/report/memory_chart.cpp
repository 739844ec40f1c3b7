#include "runtime/report/memory_chart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "dsl/net/summary.hpp"
#include "runtime/report/axis.hpp"
#include "runtime/report/curves.hpp"
#include "runtime/report/html.hpp"

namespace tn {

namespace {

constexpr double width = 1120, height = 620, left = 78, right = 14, top = 58, bottom = 46;
constexpr double letter = 6.6, line = 14;  // of a label, in pixels: what fits

struct KindOfPart {
    BufferUse::Kind kind;
    const char *style, *words;
};
constexpr std::array kinds{KindOfPart{BufferUse::persistent, "tn-k0", "weights, their gradients, the optimizer"},
                           KindOfPart{BufferUse::value, "tn-k1", "outputs of layers"},
                           KindOfPart{BufferUse::gradient, "tn-k2", "their gradients"},
                           KindOfPart{BufferUse::saved, "tn-k3", "kept for backward besides"},
                           KindOfPart{BufferUse::scratch, "tn-k4", "scratch of one pass"}};

constexpr const char* style =
    "<style>.tn-map text{font:13px system-ui,sans-serif;fill:#5b626c}.tn-map .tn-title{font-size:16px;"
    "font-weight:600;fill:#262b33}.tn-map .tn-label{font-size:11px;fill:#14191f;pointer-events:none}"
    ".tn-map .tn-grid{stroke:#e1e5eb}.tn-map .tn-loss{stroke:#5b626c;stroke-dasharray:4 3}"
    ".tn-map rect{stroke:#fff;stroke-width:.7}.tn-map rect:hover{stroke:#14191f;stroke-width:1.6}"
    ".tn-k0{fill:#d3d8df}.tn-k1{fill:#9bcbed}.tn-k2{fill:#f6b98a}.tn-k3{fill:#9ddcc0}.tn-k4{fill:#d9c8ec}"
    "@media(prefers-color-scheme:dark){.tn-map text{fill:#a8b0bb}.tn-map .tn-title{fill:#e8ebf0}"
    ".tn-map .tn-label{fill:#f3f5f8}.tn-map .tn-grid{stroke:#343a44}.tn-map .tn-loss{stroke:#a8b0bb}"
    ".tn-map rect{stroke:#1d2128}.tn-map rect:hover{stroke:#f3f5f8}.tn-k0{fill:#4b535f}.tn-k1{fill:#1d618f}"
    ".tn-k2{fill:#9a4f17}.tn-k3{fill:#17714f}.tn-k4{fill:#65508a}}</style>";

/// The text in so many pixels, shortened where it has to be; nothing where hardly any of it would be left.
std::string fitted(const std::string& text, double pixels) {
    const auto letters = static_cast<std::size_t>(std::max(0.0, pixels / letter));
    if (text.size() <= letters) return html_text(text);
    return letters < 9 ? "" : html_text(text.substr(0, letters - 1)) + "\xe2\x80\xa6";
}

std::string part_svg(const ArenaPart& part, double x, double y, double w, double h) {
    const std::string bytes = format_bytes(part.bytes);
    const auto* kind = std::ranges::find(kinds, part.kind, &KindOfPart::kind);
    std::string svg = fmt::format(
        "<rect class=\"{}\" x=\"{:.2f}\" y=\"{:.2f}\" width=\"{:.2f}\" height=\"{:.2f}\"><title>{}, {}</title></rect>",
        kind->style, x, y, w, h, html_text(part.name), bytes);
    const std::string label = h >= 2 * line + 2 ? fitted(part.label, w - 8) : "";
    const std::string size = fitted(bytes, w - 6).size() == bytes.size() ? bytes : "";
    const std::string one = h >= line ? fitted(part.label + ", " + bytes, w - 8) : "";
    const auto put = [&](const std::string& text, double at) {
        if (!text.empty())
            svg += fmt::format("<text class=\"tn-label\" x=\"{:.2f}\" y=\"{:.2f}\">{}</text>", x + 4, at, text);
    };
    if (!label.empty()) {
        put(label, y + h / 2 - 2);
        put(size, y + h / 2 + line - 3);
    } else if (one.size() >= bytes.size() && one.ends_with(bytes)) {
        put(one, y + h / 2 + 4);
    } else if (h >= line) {
        put(size, y + h / 2 + 4);
    }
    return svg;
}

}  // namespace

std::string arena_svg(const ArenaMap& map) {
    const double mebibytes = static_cast<double>(map.bytes) / (1 << 20), base = height - bottom;
    const double of_step = (width - left - right) / std::max(1, map.steps),
                 of_byte = (base - top) / static_cast<double>(std::max<std::size_t>(1, map.bytes));
    std::string svg = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"tn-map\" viewBox=\"0 0 {:g} {:g}\" role=\"img\" "
        "aria-label=\"what lies where in the memory of a training step\">{}<text class=\"tn-title\" x=\"{:g}\" "
        "y=\"20\">{} from the first forward pass to the last backward pass{}</text>",
        width, height, style, left, format_bytes(map.bytes),
        map.in_parts > 1 ? fmt::format(", for each of {} parts of a batch", map.in_parts) : "");
    double at = left;
    for (const KindOfPart& kind : kinds) {
        svg += fmt::format(
            "<rect class=\"{}\" x=\"{:g}\" y=\"33\" width=\"13\" height=\"13\"/><text x=\"{:g}\" "
            "y=\"44\">{}</text>",
            kind.style, at, at + 18, kind.words);
        at += 46 + 7 * static_cast<double>(std::string_view(kind.words).size());
    }
    for (const double v : ticks(mebibytes, 7)) {
        const double y = base - (base - top) * (v / mebibytes);
        svg += fmt::format(
            "<line class=\"tn-grid\" x1=\"{0:g}\" x2=\"{1:g}\" y1=\"{2:.1f}\" y2=\"{2:.1f}\"/>"
            "<text x=\"{3:g}\" y=\"{4:.1f}\" text-anchor=\"end\">{5} MiB</text>",
            left, width - right, y, left - 6, y + 4.5, axis_label(v, false));
    }
    for (const ArenaPart& part : map.parts) {
        const double h = of_byte * static_cast<double>(part.bytes);
        if (h < 0.1) continue;  // less than can be seen or pointed at
        svg += part_svg(part, left + of_step * part.first, base - of_byte * static_cast<double>(part.offset) - h,
                        of_step * (part.last - part.first + 1), h);
    }
    const double loss = left + of_step * (map.loss + 0.5);
    svg += fmt::format(
        "<line class=\"tn-loss\" x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1:g}\" y2=\"{2:g}\"/><text x=\"{0:.1f}\" "
        "y=\"{3:g}\" text-anchor=\"middle\">loss</text><text x=\"{4:.1f}\" y=\"{3:g}\" text-anchor=\"middle\">forward "
        "</text><text x=\"{5:.1f}\" y=\"{3:g}\" text-anchor=\"middle\">backward</text>",
        loss, top, base + 6, base + 22, (left + loss) / 2, (loss + width - right) / 2);
    return svg + "</svg>\n";
}

std::string memory_curve_svg(std::span<const MemoryPoint> curve) {
    Panel panel{"Memory to train, in MiB", {{"whole batches", {}, {}}, {"parts of a batch", {}, {}}}, false};
    for (const MemoryPoint& p : curve) {
        Curve& drawn = panel.curves[p.parts > 1];
        drawn.x.push_back(100 * p.extra_work);
        drawn.y.push_back(static_cast<double>(p.bytes) / (1 << 20));
    }
    if (panel.curves[1].x.empty()) panel.curves.pop_back();
    return curves_svg({&panel, 1}, "extra work, in % of a step");
}

std::vector<std::pair<std::string, std::string>> memory_curve_rows(std::span<const MemoryPoint> curve) {
    std::vector<std::pair<std::string, std::string>> rows;
    std::size_t last = 0;
    for (const MemoryPoint& p : curve) {
        if (p.bytes == last) continue;
        last = p.bytes;
        std::string work = p.extra_work > 0 ? fmt::format("+{:.1f} %", 100 * p.extra_work) : "none";
        if (p.parts > 1) work += fmt::format(" in {} parts", p.parts);
        rows.emplace_back(format_bytes(p.bytes), work);
    }
    return rows;
}

}  // namespace tn
