#include "runtime/report/canvas.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "dsl/core/index.hpp"
#include "runtime/core/error.hpp"
#include "runtime/report/installed_fonts.hpp"
#include "runtime/report/plain_text.hpp"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#include <stb/stb_easy_font.h>
#pragma GCC diagnostic pop

namespace tn {
namespace {

constexpr int max_side = 16384;

// The font's unit is one pixel at scale 1: capitals are 7 high, and nothing is lower than 10.
constexpr double font_height = 10, capital_height = 7;

bool is_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

/// What is ASCII is drawn by the embedded font, so that it looks the same on every machine.
bool needs_installed_fonts(std::string_view text) { return !is_ascii(text) && installed_fonts_have(text); }

bool begins_a_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

std::uint8_t mix(std::uint8_t from, std::uint8_t to, double share) {
    return static_cast<std::uint8_t>(std::lround(from + (to - from) * share));
}

/// The first and one past the last whole pixel that [low, high) touches, within 0 .. side.
std::pair<int, int> touched(double low, double high, int side) {
    return {static_cast<int>(std::floor(std::clamp(low, 0.0, double(side)))),
            static_cast<int>(std::ceil(std::clamp(high, 0.0, double(side))))};
}

}  // namespace

Color mix(Color from, Color to, double share) {
    share = share > 0 ? std::min(share, 1.0) : 0;
    return {mix(from.red, to.red, share), mix(from.green, to.green, share), mix(from.blue, to.blue, share)};
}

Canvas::Canvas(int width, int height, Color background) : width_(width), height_(height) {
    if (width < 1 || height < 1 || width > max_side || height > max_side) {
        throw Error(fmt::format("a canvas of {}x{} pixels: each side must be 1 to {}", width, height, max_side));
    }
    pixels_.assign(Index{width} * height, background);
}

Color Canvas::at(int x, int y) const {
    if (x < 0 || y < 0 || x >= width_ || y >= height_) {
        throw Error(fmt::format("pixel ({}, {}) is outside a canvas of {}x{}", x, y, width_, height_));
    }
    return pixels_[Index{y} * width_ + x];
}

void Canvas::blend(int x, int y, double share, Color color) {
    Color& pixel = pixels_[Index{y} * width_ + x];
    pixel = mix(pixel, color, share);
}

void Canvas::rectangle(double x, double y, double width, double height, Color color) {
    if (!std::isfinite(x + y + width + height)) return;
    const auto [left, right] = touched(x, x + width, width_);
    const auto [top, bottom] = touched(y, y + height, height_);
    for (int row = top; row < bottom; ++row) {
        const double down = std::min(row + 1.0, y + height) - std::max<double>(row, y);
        for (int column = left; column < right; ++column) {
            const double across = std::min(column + 1.0, x + width) - std::max<double>(column, x);
            blend(column, row, across * down, color);
        }
    }
}

void Canvas::frame(double x, double y, double width, double height, double thickness, Color color) {
    rectangle(x, y, width, thickness, color);
    rectangle(x, y + height - thickness, width, thickness, color);
    rectangle(x, y + thickness, thickness, height - 2 * thickness, color);
    rectangle(x + width - thickness, y + thickness, thickness, height - 2 * thickness, color);
}

void Canvas::line(Point from, Point to, double thickness, Color color) {
    const double dx = to.x - from.x, dy = to.y - from.y, length2 = dx * dx + dy * dy, reach = thickness / 2 + 0.5;
    if (!std::isfinite(length2 + from.x + from.y + thickness)) return;
    const auto [left, right] = touched(std::min(from.x, to.x) - reach, std::max(from.x, to.x) + reach, width_);
    const auto [top, bottom] = touched(std::min(from.y, to.y) - reach, std::max(from.y, to.y) + reach, height_);
    for (int row = top; row < bottom; ++row) {
        for (int column = left; column < right; ++column) {
            const double px = column + 0.5 - from.x, py = row + 0.5 - from.y;
            const double along = length2 > 0 ? std::clamp((px * dx + py * dy) / length2, 0.0, 1.0) : 0;
            const double distance = std::hypot(px - along * dx, py - along * dy);
            if (distance < reach) blend(column, row, std::min(reach - distance, 1.0), color);
        }
    }
}

void Canvas::polyline(std::span<const Point> points, double thickness, Color color) {
    const auto drawn = [&](std::size_t i) {
        return i < points.size() && std::isfinite(points[i].x) && std::isfinite(points[i].y);
    };
    for (std::size_t i = 0; i < points.size(); ++i) {
        if (!drawn(i)) continue;
        const bool before = i > 0 && drawn(i - 1);
        if (drawn(i + 1)) {
            line(points[i], points[i + 1], thickness, color);
        } else if (!before) {
            dot(points[i], 1.5 * thickness, color);
        }
    }
}

/// Calls line() for each stroke of the text; `place` takes a point in pixels from the text's top left to the canvas.
template <class Place> void Canvas::strokes(std::string_view text, double scale, Color color, Place place) {
    struct Corner {
        float x, y, z;
        std::uint32_t color;
    };
    std::array<std::array<Corner, 4>, 64> quads;  // no character of the font has more than 16 strokes
    double advance = 0;
    for (const char c : plain_text(text)) {
        std::array<char, 2> one{c, '\0'};
        const int count = stb_easy_font_print(0, 0, one.data(), nullptr, quads.data(), sizeof quads);
        for (int i = 0; i < count; ++i) {
            // A stroke is a box one unit thick: the line along its middle, with ends that round its corners.
            const Corner& low = quads[i][0];
            const Corner& high = quads[i][2];
            line(place(Point{(advance + low.x + 0.5) * scale, (low.y + 0.5) * scale}),
                 place(Point{(advance + high.x - 0.5) * scale, (high.y - 0.5) * scale}), scale, color);
        }
        advance += stb_easy_font_width(one.data());
    }
}

/// The same for a text in any script.
template <class Place> void Canvas::write(std::string_view text, double scale, Color color, Place place) {
    if (!needs_installed_fonts(text)) return strokes(text, scale, color, place);
    const InkedText inked = installed_fonts_ink(text, capital_height * scale);
    for (int row = 0; row < inked.height; ++row) {
        for (int column = 0; column < inked.width; ++column) {
            const Point middle = place(Point{inked.left + column + 0.5, inked.top + row + 0.5});
            if (!(middle.x >= 0 && middle.y >= 0 && middle.x < width_ && middle.y < height_)) continue;
            blend(static_cast<int>(middle.x), static_cast<int>(middle.y),
                  inked.ink[Index{row} * inked.width + column] / 255.0, color);
        }
    }
}

void Canvas::text(double x, double y, std::string_view text, Color color, Align align, double scale) {
    const double share = align == Align::left ? 0 : align == Align::centre ? 0.5 : 1;
    const double left = std::round(x - share * text_width(text, scale)), top = std::round(y);
    write(text, scale, color, [&](Point p) { return Point{left + p.x, top + p.y}; });
}

void Canvas::text_upwards(double x, double y, std::string_view text, Color color, Align align, double scale) {
    const double share = align == Align::left ? 0 : align == Align::centre ? 0.5 : 1;
    const double left = std::round(x), bottom = std::round(y + share * text_width(text, scale));
    write(text, scale, color, [&](Point p) { return Point{left + p.y, bottom - p.x}; });
}

void Canvas::picture(int x, int y, int width, int height, const Picture& picture) {
    const PictureShape shape = picture.shape;
    if ((shape.channels != 1 && shape.channels != 3) || shape.height < 1 || shape.width < 1 ||
        picture.pixels.size() != shape.size()) {
        throw Error(
            fmt::format("a picture of {}x{}x{} with {} bytes cannot be drawn: it must have 1 or 3 channels and "
                        "one byte a value",
                        shape.channels, shape.height, shape.width, picture.pixels.size()));
    }
    const bool smooth = width % shape.width != 0 || height % shape.height != 0;
    const auto value = [&](int channel, int row, int column) {
        const Index line = Index{channel} * shape.height + std::clamp(row, 0, shape.height - 1);
        return double{1} * picture.pixels[line * shape.width + std::clamp(column, 0, shape.width - 1)];
    };
    const auto sample = [&](int channel, double v, double u) {  // v and u are in pixels of the picture
        if (!smooth) return value(channel, static_cast<int>(v), static_cast<int>(u));
        const int row = static_cast<int>(std::floor(v - 0.5)), column = static_cast<int>(std::floor(u - 0.5));
        const double down = v - 0.5 - row, across = u - 0.5 - column;
        return std::lerp(std::lerp(value(channel, row, column), value(channel, row, column + 1), across),
                         std::lerp(value(channel, row + 1, column), value(channel, row + 1, column + 1), across), down);
    };
    for (int row = std::max(0, -y); row < height && y + row < height_; ++row) {
        const double v = (row + 0.5) * shape.height / height;
        for (int column = std::max(0, -x); column < width && x + column < width_; ++column) {
            const double u = (column + 0.5) * shape.width / width;
            std::array<std::uint8_t, 3> rgb;
            for (int channel = 0; channel < 3; ++channel) {
                rgb[channel] = static_cast<std::uint8_t>(std::lround(sample(shape.channels == 3 ? channel : 0, v, u)));
            }
            blend(x + column, y + row, 1, Color{rgb[0], rgb[1], rgb[2]});
        }
    }
}

Picture Canvas::finish() const {
    Picture result;
    result.shape = {3, height_, width_};
    result.pixels.reserve(result.shape.size());
    for (const auto component : {&Color::red, &Color::green, &Color::blue}) {
        for (const Color& pixel : pixels_) result.pixels.push_back(pixel.*component);
    }
    return result;
}

double text_width(std::string_view text, double scale) {
    if (needs_installed_fonts(text)) return installed_fonts_width(text, capital_height * scale);
    return stb_easy_font_width(plain_text(text).data()) * scale;
}

double text_height(double scale) { return font_height * scale; }

std::string text_cut(std::string_view text, double width, double scale) {
    if (text_width(text, scale) <= width) return std::string(text);
    std::string whole = needs_installed_fonts(text) ? std::string(text) : plain_text(text);
    while (!whole.empty()) {
        while (!begins_a_character(whole.back())) whole.pop_back();
        whole.pop_back();
        if (std::string cut = whole + ".."; text_width(cut, scale) <= width) return cut;
    }
    return "";
}

}  // namespace tn
