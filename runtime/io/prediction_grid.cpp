#include "runtime/io/prediction_grid.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "runtime/io/canvas.hpp"

namespace tn {

std::vector<Prediction> choose(const Pictures& pictures, std::span<const Prediction> all, int count) {
    std::vector<Prediction> wrong, right;
    for (const Prediction& p : all)
        (pictures.labels[static_cast<std::size_t>(p.picture)] == p.predicted ? right : wrong).push_back(p);
    std::stable_sort(wrong.begin(), wrong.end(),
                     [](const Prediction& a, const Prediction& b) { return a.probability > b.probability; });
    const auto limit = static_cast<std::size_t>(count);
    if (wrong.size() > limit) wrong.resize(limit);
    const std::size_t rest = std::min(limit - wrong.size(), right.size());
    for (std::size_t i = 0; i < rest; ++i) wrong.push_back(right[i * right.size() / rest]);
    return wrong;
}

Picture draw_predictions(const Pictures& pictures, std::span<const Prediction> predictions, int columns) {
    const PictureShape s = pictures.shape;
    const int zoom = std::max(1, 128 / std::max(s.width, 1));
    const int width = std::clamp(s.width * zoom, 16, 256), height = std::clamp(s.height * zoom, 16, 256);
    const int cell = std::max(width, 128) + 12, line = height + 34;
    const int rows = (static_cast<int>(predictions.size()) + columns - 1) / columns;
    Canvas canvas(columns * cell + 12, std::max(1, rows) * line + 12);
    for (std::size_t i = 0; i < predictions.size(); ++i) {
        const Prediction& p = predictions[i];
        const int x = 12 + static_cast<int>(i) % columns * cell, y = 12 + static_cast<int>(i) / columns * line;
        const auto bytes = pictures.picture(p.picture);
        const int truth = pictures.labels[static_cast<std::size_t>(p.picture)];
        const auto& name = [&](int c) { return pictures.classes[static_cast<std::size_t>(c)]; };
        const bool right = truth == p.predicted;
        canvas.picture(x, y, width, height, {s, {bytes.begin(), bytes.end()}});
        canvas.frame(x - 3, y - 3, width + 6, height + 6, 3, right ? color::light : Color{208, 32, 32});
        const std::string share = fmt::format(" {:.0f}%", 100 * p.probability);
        const std::string text = right ? name(truth) : name(p.predicted) + ", not " + name(truth);
        canvas.text(x, y + height + 6, text_cut(text, cell - 14 - text_width(share)) + share,
                    right ? color::ink : Color{208, 32, 32});
    }
    return canvas.finish();
}

}  // namespace tn
