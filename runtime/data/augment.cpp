#include "runtime/data/augment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "dsl/core/index.hpp"
#include "runtime/core/error.hpp"
#include "runtime/data/augment_draw.hpp"
#include "runtime/data/pixel_rows.hpp"

namespace tn {

namespace {

/// The elastic displacements along one axis of `side` pixels, for a row at height v in 0 .. 1: the control points of a
/// spline over the columns.
std::array<float, elastic_points> elastic_row(const float* move, float v, int side) {
    const auto [first, weight] = elastic_spline(v);
    std::array<float, elastic_points> result{};
    for (std::size_t k = 0; k < 4; ++k)
        for (std::size_t c = 0; c < result.size(); ++c)
            result[c] += weight[k] * move[(first + k) * elastic_points + c] * static_cast<float>(side);
    return result;
}

/// The spline between two points of a row as a cubic of 0 .. 1, given the four points around.
void elastic_cubic(const float* p, float (&out)[4]) {
    out[0] = (p[0] + 4 * p[1] + p[2]) / 6;
    out[1] = (p[2] - p[0]) / 2;
    out[2] = (p[0] - 2 * p[1] + p[2]) / 2;
    out[3] = (p[3] - p[0] + 3 * (p[1] - p[2])) / 6;
}

/// Samples every channel of `in` at the places that were drawn, in 0 .. 255.
void sample(const PixelRows& rows, std::span<const std::uint8_t> in, PictureShape s, const AugmentDraw& d,
            std::span<float> out) {
    const float mx = static_cast<float>(s.width - 1) / 2, my = static_cast<float>(s.height - 1) / 2;
    std::array<float, 2 * ElasticDraw::per_axis> moves{};
    if (d.elastic) moves = d.points.moves();
    RowPiece pieces[elastic_cells];
    const int count = d.elastic ? elastic_cells : 1;
    for (int cell = 0; cell < count; ++cell) {
        pieces[cell].scale[0] = d.xx;
        pieces[cell].scale[1] = d.yx;
        pieces[cell].cells = static_cast<float>(count) / static_cast<float>(s.width);
        pieces[cell].cell = static_cast<float>(cell);
        pieces[cell].end = (2 * (cell + 1) * s.width + count - 1) / (2 * count);  // there the next cell's middles begin
    }
    for (int y = 0; y < s.height; ++y) {
        const float v = static_cast<float>(y) - my;
        std::array<float, elastic_points> points[2];
        if (d.elastic) {
            const float height = (static_cast<float>(y) + 0.5f) / static_cast<float>(s.height);
            points[0] = elastic_row(moves.data(), height, s.width);
            points[1] = elastic_row(moves.data() + ElasticDraw::per_axis, height, s.height);
        }
        for (int cell = 0; cell < count; ++cell) {
            RowPiece& piece = pieces[cell];
            piece.at[0] = d.xy * v + d.dx + mx;
            piece.at[1] = d.yy * v + d.dy + my;
            for (std::size_t axis = 0; d.elastic && axis < 2; ++axis)
                elastic_cubic(points[axis].data() + cell, piece.cubic[axis]);
        }
        rows.sample(in.data(), s.channels, s.height, s.width, pieces, out.data() + Index{y} * s.width);
    }
}

/// Changes of colour and light, erasing and noise on values of 0 .. 255, and their normalising.
void change_values(const PixelRows& rows, const AugmentDraw& d, PictureShape s, const Normalise& n,
                   std::span<float> v) {
    const std::size_t plane = v.size() / s.channels;
    if (s.channels == 3 && d.colours.any())
        rows.recolour(d.colours, v.data(), v.data() + plane, v.data() + 2 * plane, plane);
    RowLight light;
    if (d.contrast) {
        light.gain = d.gain;
        light.add = static_cast<float>((1 - static_cast<double>(d.gain)) * rows.sum(v.data(), v.size()) /
                                       static_cast<double>(v.size()));
    }
    light.add += d.brighter;
    light.grey = d.grey;
    light.noise = d.noise;
    light.noise_key = d.noise_key;
    std::uint32_t first = 0;
    for (int c = 0; c < s.channels; ++c) {
        const Normalise::Scaling to = n.scaling(c);
        light.scale = to.scale;
        light.shift = to.shift;
        for (int y = 0; y < s.height; ++y, first += s.width) {
            const bool within = y >= d.erase_y && y < d.erase_y + d.erase_height;
            light.erase_begin = within ? d.erase_x : 0;
            light.erase_end = within ? d.erase_x + d.erase_width : 0;
            rows.light(light, first, v.data() + first, s.width);
        }
    }
}

void check_sizes(std::size_t in, PictureShape shape, std::size_t out) {
    check_picture_shape(shape, "a picture to augment");
    if (in != shape.size() || out != shape.size())
        throw Error(fmt::format("a picture to augment has {} bytes and {} values, but its shape needs {}", in, out,
                                shape.size()));
}

}  // namespace

Normalise fit_normalise(const Pictures& pictures) {
    Normalise n;
    const int channels = pictures.shape.channels;
    if (pictures.size() == 0) return n;
    const std::size_t plane = pictures.shape.size() / channels;
    for (int c = 0; c < std::min(channels, 3); ++c) {
        double sum = 0, squares = 0;
        for (int i = 0; i < pictures.size(); ++i)
            for (std::size_t k = 0; k < plane; ++k) {
                const double v = pictures.pixels[i * pictures.shape.size() + c * plane + k];
                sum += v;
                squares += v * v;
            }
        const double count = static_cast<double>(plane) * pictures.size(), mean = sum / count;
        n.mean[c] = static_cast<float>(mean / 255);
        n.deviation[c] = static_cast<float>(std::sqrt(std::max(squares / count - mean * mean, 1.0)) / 255);
    }
    return n;
}

void normalise(std::span<const std::uint8_t> in, PictureShape shape, const Normalise& n, std::span<float> out) {
    check_sizes(in.size(), shape, out.size());
    const PixelRows& rows = pixel_rows(best_isa());
    const std::size_t plane = in.size() / shape.channels;
    for (int c = 0; c < shape.channels; ++c) {
        const Normalise::Scaling to = n.scaling(c);
        rows.plain(in.data() + c * plane, plane, to.scale, to.shift, out.data() + c * plane);
    }
}

void augment(std::span<const std::uint8_t> in, PictureShape shape, const Augmentation& a, const Normalise& n,
             Random random, std::span<float> out, Isa isa) {
    check_sizes(in.size(), shape, out.size());
    check_augmentation(a, shape);
    if (a == Augmentation{}) return normalise(in, shape, n, out);
    const PixelRows& rows = pixel_rows(isa);
    const AugmentDraw drawn = draw_augmentation(a, shape, random);
    if (drawn.trivial.changes_values()) {
        thread_local std::vector<std::uint8_t> changed;
        changed.resize(in.size());
        change_trivially(drawn.trivial, in, shape, changed);
        in = changed;
    }
    sample(rows, in, shape, drawn, out);
    change_values(rows, drawn, shape, n, out);
}

Picture augmentation_sheet(const Pictures& pictures, const Augmentation& a, std::uint64_t seed, int rows, int columns) {
    rows = std::min(rows, pictures.size());
    const PictureShape s = pictures.shape;
    Picture sheet{{s.channels, rows * s.height, columns * s.width}, {}};
    check_picture_shape(sheet.shape, "a sheet of augmented pictures");
    sheet.pixels.resize(sheet.shape.size());
    std::vector<float> values(s.size());
    Normalise as_bytes;
    as_bytes.mean = {0, 0, 0};
    as_bytes.deviation = {1.0f / 255, 1.0f / 255, 1.0f / 255};
    for (int r = 0; r < rows; ++r) {
        const int index = part_begin(pictures.size(), r, rows);
        for (int c = 0; c < columns; ++c) {
            augment(pictures.picture(index), s, c == 0 ? Augmentation::none() : a, as_bytes,
                    Random(seed, stream::augment, r * columns + c), values);
            for (int k = 0; k < s.channels; ++k)
                for (int y = 0; y < s.height; ++y)
                    for (int x = 0; x < s.width; ++x)
                        sheet.pixels[(Index{k} * sheet.shape.height + r * s.height + y) * sheet.shape.width +
                                     c * s.width + x] =
                            static_cast<std::uint8_t>(std::lround(values[(Index{k} * s.height + y) * s.width + x]));
        }
    }
    return sheet;
}

}  // namespace tn
