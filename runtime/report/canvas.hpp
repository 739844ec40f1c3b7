// A drawing surface for the small charts that a training run leaves behind: rectangles, smooth lines, text, pictures.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/data/image.hpp"

namespace tn {

/// A colour, 0 to 255 a component.
struct Color {
    std::uint8_t red = 0, green = 0, blue = 0;
    bool operator==(const Color&) const = default;
};

/// The mix of two colours: `from` at 0, `to` at 1; a share outside 0 to 1 is taken as the nearest of the two.
Color mix(Color from, Color to, double share);

/// The colours that the charts share. Blue and orange are told apart by every common kind of colour blindness
/// (Okabe and Ito, "Color Universal Design", 2008).
namespace color {
inline constexpr Color white{255, 255, 255}, black{0, 0, 0}, ink{38, 43, 51}, grey{110, 117, 128}, light{225, 229, 235},
    faint{246, 247, 249}, blue{0, 114, 178}, orange{213, 94, 0}, green{0, 158, 115};
}

/// Where the given x lies in a text.
enum class Align { left, centre, right };

/// A place in pixels, from the left and from the top.
struct Point {
    double x = 0, y = 0;
};

/// An RGB picture under construction. Places are in pixels, may be fractions, and may lie outside: what is outside is
/// not drawn, and neither is a shape with a place that is not finite.
class Canvas {
public:
    /// Throws Error when a side is not 1 to 16384 pixels.
    Canvas(int width, int height, Color background = color::white);

    int width() const { return width_; }
    int height() const { return height_; }
    /// The colour of a pixel of the canvas.
    Color at(int x, int y) const;

    /// Fills a rectangle; edges between pixels are smoothed.
    void rectangle(double x, double y, double width, double height, Color color);
    /// Draws the border of a rectangle, `thickness` pixels inwards.
    void frame(double x, double y, double width, double height, double thickness, Color color);
    /// A line with round ends, smoothed.
    void line(Point from, Point to, double thickness, Color color);
    /// Lines from point to point. A point that is not finite leaves a gap, and one between two gaps is drawn as a dot.
    void polyline(std::span<const Point> points, double thickness, Color color);
    /// A filled disc, smoothed.
    void dot(Point centre, double radius, Color color) { line(centre, centre, 2 * radius, color); }

    /// One line of text, its top at y; `scale` times 7 pixels is the height of a capital. ASCII has one look
    /// everywhere; UTF-8 with other characters is drawn by the installed fonts that have them, and as plain_text has it
    /// if none do.
    void text(double x, double y, std::string_view text, Color color, Align align = Align::left, double scale = 1.5);
    /// The same, read from bottom to top: x is the left of the line, and `align` says where y lies in the text.
    void text_upwards(double x, double y, std::string_view text, Color color, Align align = Align::left,
                      double scale = 1.5);

    /// Draws a grey or RGB picture, stretched to width x height: from nearest pixels when it grows by whole multiples,
    /// otherwise smoothly. Throws Error when the picture has neither 1 nor 3 channels or not as many bytes as its
    /// shape.
    void picture(int x, int y, int width, int height, const Picture& picture);

    /// What was drawn, as a picture of 3 x height x width.
    Picture finish() const;

private:
    void blend(int x, int y, double share, Color color);
    template <class Place> void strokes(std::string_view text, double scale, Color color, Place place);
    template <class Place> void write(std::string_view text, double scale, Color color, Place place);

    int width_, height_;
    std::vector<Color> pixels_;
};

/// The width of a line of text in pixels.
double text_width(std::string_view text, double scale = 1.5);
/// The height of a line of text in pixels, from the top of a capital to the bottom of a 'g'.
double text_height(double scale = 1.5);
/// The text, or as much of its beginning followed by ".." as is at most `width` pixels wide; "" when not even that is.
std::string text_cut(std::string_view text, double width, double scale = 1.5);

}  // namespace tn
