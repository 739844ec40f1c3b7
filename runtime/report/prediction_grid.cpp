#include "runtime/report/prediction_grid.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "runtime/core/error.hpp"
#include "runtime/report/canvas.hpp"
#include "runtime/report/plain_text.hpp"

namespace tn {

namespace {

constexpr Color red{208, 32, 32};

bool is_wrong(const Pictures& pictures, const Prediction& p) { return pictures.labels[p.picture] != p.predicted; }

/// One place of the grid.
struct Cell {
    Picture picture;
    Color frame, ink;
    std::string caption, share, below;
};

std::vector<Cell> cells_of(const Pictures& pictures, std::span<const Prediction> predictions, const Explain& explain) {
    const std::vector<std::string> names = drawn_names(pictures.classes);
    std::vector<Cell> cells;
    for (const Prediction& p : predictions) {
        const auto bytes = pictures.picture(p.picture);
        const bool wrong = is_wrong(pictures, p);
        cells.push_back({{pictures.shape, {bytes.begin(), bytes.end()}},
                         wrong ? red : color::light,
                         wrong ? red : color::ink,
                         names[p.predicted],
                         fmt::format(" {:.0f}%", 100 * p.probability),
                         wrong ? "not " + names[pictures.labels[p.picture]] : ""});
        if (wrong && explain)
            cells.push_back({explain(p), color::light, color::ink, "where it saw", "", names[p.predicted]});
    }
    return cells;
}

}  // namespace

std::vector<Prediction> choose(const Pictures& pictures, std::span<const Prediction> all, int count,
                               int places_of_wrong) {
    std::vector<Prediction> wrong, right;
    for (const Prediction& p : all) (is_wrong(pictures, p) ? wrong : right).push_back(p);
    std::stable_sort(wrong.begin(), wrong.end(),
                     [](const Prediction& a, const Prediction& b) { return a.probability > b.probability; });
    const std::size_t places = std::max(count, 0), each = std::max(places_of_wrong, 1);
    const std::size_t for_right = std::min(places / 3, right.size());
    if (wrong.size() > (places - for_right) / each) wrong.resize((places - for_right) / each);
    const std::size_t rest = std::min(places - wrong.size() * each, right.size());
    for (std::size_t i = 0; i < rest; ++i) wrong.push_back(right[i * right.size() / rest]);
    return wrong;
}

Picture draw_predictions(const Pictures& pictures, std::span<const Prediction> predictions, const std::string& title,
                         int columns, const Explain& explain) {
    if (columns < 1) throw Error(fmt::format("a grid of predictions must have at least 1 column, not {}", columns));
    const PictureShape s = pictures.shape;
    const int zoom = std::max(1, 128 / std::max(s.width, 1));
    const int width = std::clamp(s.width * zoom, 16, 256), height = std::clamp(s.height * zoom, 16, 256);
    const int cell = std::max(width, 128) + 12, line = height + 46;
    const std::vector<Cell> cells = cells_of(pictures, predictions, explain);
    const int count = static_cast<int>(cells.size()), rows = (count + columns - 1) / columns;
    const int top = title.empty() ? 12 : 44;
    Canvas canvas(columns * cell + 12, (rows == 0 && !title.empty() ? 0 : std::max(1, rows) * line) + top);
    canvas.text(12, 12, text_cut(title, columns * cell - 12, 2), color::ink, Align::left, 2);
    for (int i = 0; i < count; ++i) {
        const Cell& c = cells[i];
        const int x = 12 + i % columns * cell, y = top + i / columns * line;
        canvas.picture(x, y, width, height, c.picture);
        canvas.frame(x - 3, y - 3, width + 6, height + 6, 3, c.frame);
        canvas.text(x, y + height + 6, text_cut(c.caption, cell - 14 - text_width(c.share)) + c.share, c.ink);
        if (!c.below.empty()) canvas.text(x, y + height + 21, text_cut(c.below, cell - 14), c.ink);
    }
    return canvas.finish();
}

std::string title_of(const Pictures& pictures, std::span<const Prediction> all, std::span<const Prediction> shown) {
    if (all.empty()) return "no photograph to test on";
    const auto wrong_of = [&](std::span<const Prediction> some) {
        return std::count_if(some.begin(), some.end(), [&](const Prediction& p) { return is_wrong(pictures, p); });
    };
    const auto wrong = wrong_of(all), of_these = wrong_of(shown);
    return fmt::format("{} of {} photographs wrong{}", wrong, all.size(),
                       wrong > of_these ? fmt::format("; the {} surest of these", of_these) : "");
}

}  // namespace tn
