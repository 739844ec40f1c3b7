#include "runtime/report/confusion_chart.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "runtime/core/error.hpp"
#include "runtime/report/canvas.hpp"
#include "runtime/report/plain_text.hpp"

namespace tn {

Picture draw_confusion(const Confusion& confusion, std::span<const std::string> names) {
    const int n = confusion.classes();
    if (std::ssize(names) != n)
        throw Error(fmt::format("a confusion of {} classes must have as many names, not {}", n, names.size()));
    const int cell = n <= 10 ? 64 : n <= 60 ? 24 : std::max(1, 1400 / n);
    const int names_width = n <= 60 ? 130 : 20, side = cell * n;
    const std::string title =
        fmt::format("accuracy {:.1f} %  ({} pictures)", 100 * confusion.accuracy(), confusion.total());
    const std::string axes = "rows: truth, columns: prediction";
    const double left = names_width + 20, top = names_width + 50;
    const double width = std::max({left + side, left + text_width(axes), 20 + text_width(title, 2)}) + 20;
    const std::vector<std::string> drawn = drawn_names(names);
    Canvas canvas(static_cast<int>(width), names_width + side + 90);
    canvas.text(20, 16, title, color::ink, Align::left, 2);
    for (int t = 0; t < n; ++t) {
        int row = 0;
        for (int p = 0; p < n; ++p) row += confusion.count(t, p);
        for (int p = 0; p < n; ++p) {
            const int count = confusion.count(t, p);
            const double share = row ? static_cast<double>(count) / row : 0;
            // A cell of a few pixels without its number must be seen at all.
            const double shade = n > 60 && count ? std::max(share, 0.35) : share;
            const Color fill = mix(color::faint, t == p ? color::blue : color::orange, shade);
            const double x = left + cell * p, y = top + cell * t, gap = cell > 8 ? 1 : 0;
            canvas.rectangle(x, y, cell - gap, cell - gap, fill);
            if (count && n <= 60) {
                const double scale = n <= 10 ? 2 : 1;
                const int middle = cell / 2;
                canvas.text(x + middle, y + middle - text_height(scale) / 2, std::to_string(count),
                            share > 0.5 ? color::white : color::ink, Align::centre, scale);
            }
        }
        if (n > 60) continue;
        const double scale = n <= 10 ? 1.5 : 1;
        const std::string name = text_cut(drawn[t], names_width - 10, scale);
        canvas.text(left - 8, top + cell * (t + 0.5) - text_height(scale) / 2, name, color::ink, Align::right, scale);
        canvas.text_upwards(left + cell * (t + 0.5) - text_height(scale) / 2, top - 8, name, color::ink, Align::left,
                            scale);
    }
    canvas.text(left, top + side + 10, axes, color::grey);
    return canvas.finish();
}

}  // namespace tn
