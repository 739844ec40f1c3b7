#include "runtime/report/prediction_grid.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "runtime/core/error.hpp"
#include "runtime/report/canvas.hpp"
#include "runtime/report/plain_text.hpp"

namespace tn {

namespace {
constexpr Color red{208, 32, 32};
}

std::vector<Prediction> choose(const Pictures& pictures, std::span<const Prediction> all, int count) {
    std::vector<Prediction> wrong, right;
    for (const Prediction& p : all) (pictures.labels[p.picture] == p.predicted ? right : wrong).push_back(p);
    std::stable_sort(wrong.begin(), wrong.end(),
                     [](const Prediction& a, const Prediction& b) { return a.probability > b.probability; });
    const std::size_t limit = std::max(count, 0);
    if (wrong.size() > limit) wrong.resize(limit);
    const std::size_t rest = std::min(limit - wrong.size(), right.size());
    for (std::size_t i = 0; i < rest; ++i) wrong.push_back(right[i * right.size() / rest]);
    return wrong;
}

Picture draw_predictions(const Pictures& pictures, std::span<const Prediction> predictions, const std::string& title,
                         int columns) {
    if (columns < 1) throw Error(fmt::format("a grid of predictions must have at least 1 column, not {}", columns));
    const PictureShape s = pictures.shape;
    const int zoom = std::max(1, 128 / std::max(s.width, 1));
    const int width = std::clamp(s.width * zoom, 16, 256), height = std::clamp(s.height * zoom, 16, 256);
    const int cell = std::max(width, 128) + 12, line = height + 46;
    const int count = static_cast<int>(predictions.size()), rows = (count + columns - 1) / columns;
    const int top = title.empty() ? 12 : 44;
    const std::vector<std::string> names = drawn_names(pictures.classes);
    Canvas canvas(columns * cell + 12, (rows == 0 && !title.empty() ? 0 : std::max(1, rows) * line) + top);
    canvas.text(12, 12, text_cut(title, columns * cell - 12, 2), color::ink, Align::left, 2);
    for (int i = 0; i < count; ++i) {
        const Prediction& p = predictions[i];
        const int x = 12 + i % columns * cell, y = top + i / columns * line;
        const auto bytes = pictures.picture(p.picture);
        const int truth = pictures.labels[p.picture];
        const auto name = [&](int c) { return names[c]; };
        const bool right = truth == p.predicted;
        canvas.picture(x, y, width, height, {s, {bytes.begin(), bytes.end()}});
        canvas.frame(x - 3, y - 3, width + 6, height + 6, 3, right ? color::light : red);
        const Color ink = right ? color::ink : red;
        const std::string share = fmt::format(" {:.0f}%", 100 * p.probability);
        canvas.text(x, y + height + 6, text_cut(name(p.predicted), cell - 14 - text_width(share)) + share, ink);
        if (!right) canvas.text(x, y + height + 21, text_cut("not " + name(truth), cell - 14), ink);
    }
    return canvas.finish();
}

std::string title_of(const Pictures& pictures, std::span<const Prediction> all, std::size_t shown) {
    if (all.empty()) return "no photograph to test on";
    const std::size_t wrong = std::count_if(
        all.begin(), all.end(), [&](const Prediction& p) { return pictures.labels[p.picture] != p.predicted; });
    return fmt::format("{} of {} photographs wrong{}", wrong, all.size(),
                       wrong > shown ? fmt::format("; the {} surest of these", shown) : "");
}

}  // namespace tn
