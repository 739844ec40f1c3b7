#include "runtime/report/contact_sheet.hpp"

#include <algorithm>
#include <cmath>

namespace tn {

namespace {

constexpr int picture_width = 128, gap = 14, margin = 20, line_height = 15, sheet_width = 1180, title_height = 58;

int drawn_height(const Picture& p) {
    return std::clamp(static_cast<int>(std::lround(double{picture_width} * p.shape.height / p.shape.width)), 16, 256);
}

int entry_width(const SheetEntry& e) {
    const int count = std::max(1, static_cast<int>(e.pictures.size()));
    return count * picture_width + (count - 1) * 4;
}

int entry_height(const SheetEntry& e) {
    int high = 0;
    for (const Picture& p : e.pictures) high = std::max(high, drawn_height(p));
    return high + 8 + line_height * static_cast<int>(e.lines.size());
}

/// Calls place(entry, x, y) for each and returns the height of all rows.
template <class Place> int arrange(const SheetSection& section, Place place) {
    int x = margin, y = 0, row = 0;
    for (const SheetEntry& e : section.entries) {
        if (x > margin && x + entry_width(e) > sheet_width - margin) {
            y += row + gap;
            x = margin;
            row = 0;
        }
        place(e, x, y);
        row = std::max(row, entry_height(e));
        x += entry_width(e) + gap;
    }
    return y + row;
}

void draw_entry(Canvas& canvas, const SheetEntry& e, int x, int y) {
    int left = x, high = 0;
    for (const Picture& p : e.pictures) {
        high = std::max(high, drawn_height(p));
        canvas.picture(left, y, picture_width, drawn_height(p), p);
        left += picture_width + 4;
    }
    canvas.frame(x - 4, y - 4, entry_width(e) + 8, high + 8, 3, e.frame);
    for (int i = 0; i < std::ssize(e.lines); ++i)
        canvas.text(x, y + high + 8 + line_height * i, text_cut(e.lines[i], entry_width(e)),
                    i == 0 ? color::ink : color::grey);
}

}  // namespace

Picture draw_contact_sheet(std::span<const SheetSection> sections) {
    int height = margin;
    for (const SheetSection& s : sections)
        height += title_height + arrange(s, [](const SheetEntry&, int, int) {}) + 2 * gap;
    Canvas canvas(sheet_width, height);
    int top = margin;
    for (const SheetSection& s : sections) {
        canvas.text(margin, top, text_cut(s.title, sheet_width - 2 * margin, 2), color::ink, Align::left, 2);
        canvas.text(margin, top + 26, text_cut(s.note, sheet_width - 2 * margin), color::grey);
        top += title_height;
        top += arrange(s, [&](const SheetEntry& e, int x, int y) { draw_entry(canvas, e, x, top + y); }) + 2 * gap;
    }
    return canvas.finish();
}

}  // namespace tn
