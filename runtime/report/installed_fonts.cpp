#include "runtime/report/installed_fonts.hpp"

#include <fontconfig/fontconfig.h>
#include <ft2build.h>

#include <algorithm>
#include <boost/locale/utf.hpp>
#include <cmath>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include FT_FREETYPE_H
#include FT_OUTLINE_H
#include <hb-ft.h>
#include <hb.h>

namespace tn {

namespace {

template <class T, auto Destroy> struct Destroyer {
    void operator()(T* t) const { Destroy(t); }
};
template <class T, auto Destroy> using Owned = std::unique_ptr<T, Destroyer<T, Destroy>>;

constexpr double unit = 64;  ///< of FreeType's and HarfBuzz's places, a pixel
/// Without bitmaps, which have one size, and with stems that are moved in height only, so that widths stay in
/// proportion.
constexpr FT_Int32 load_flags = FT_LOAD_NO_BITMAP | FT_LOAD_TARGET_LIGHT;

/// The characters of UTF-8; none if it is something else.
std::optional<std::u32string> characters(std::string_view utf8) {
    namespace utf = boost::locale::utf;
    std::u32string result;
    for (auto at = utf8.begin(); at != utf8.end();) {
        const utf::code_point c = utf::utf_traits<char>::decode(at, utf8.end());
        if (!utf::is_valid_codepoint(c)) return std::nullopt;
        result += static_cast<char32_t>(c);
    }
    return result;
}

bool is_control(char32_t c) { return c < 0x20 || (c >= 0x7F && c < 0xA0); }

/// An accent, a joiner or a selector of a variant: it is shaped with the character before it.
bool belongs_to_the_one_before(char32_t c) {
    return (c >= 0x300 && c < 0x370) || c == 0x200C || c == 0x200D || (c >= 0xFE00 && c < 0xFE10);
}

/// Part of a text in one font.
struct Run {
    FT_Face face;
    std::u32string text;
};

/// All that was opened so far; FreeType's faces are no thing for two threads.
class Fonts {
public:
    static Fonts& all() {
        static Fonts fonts;
        return fonts;
    }

    std::mutex& mutex() { return mutex_; }

    /// Empty if some character has no font.
    std::vector<Run> runs(std::string_view utf8) {
        const auto text = characters(utf8);
        if (!text || !config_) return {};
        std::vector<Run> runs;
        for (const char32_t c : *text) {
            if (is_control(c)) return {};
            if (!runs.empty() && (belongs_to_the_one_before(c) || FT_Get_Char_Index(runs.back().face, c) != 0)) {
                runs.back().text += c;
                continue;
            }
            const FT_Face face = face_of(c);
            if (!face) return {};
            runs.push_back({face, std::u32string(1, c)});
        }
        return runs;
    }

private:
    Fonts() {
        FT_Library library = nullptr;
        if (FT_Init_FreeType(&library) != 0) return;
        library_.reset(library);
        config_.reset(FcInitLoadConfigAndFonts());
    }

    /// Null: none of the installed fonts has it.
    FT_Face face_of(char32_t c) {
        const auto [place, is_new] = of_character_.try_emplace(c, nullptr);
        if (is_new) place->second = find(c);
        return place->second;
    }

    FT_Face find(char32_t c) {
        const Owned<FcCharSet, FcCharSetDestroy> wanted(FcCharSetCreate());
        const Owned<FcPattern, FcPatternDestroy> pattern(FcPatternCreate());
        if (!wanted || !pattern || !FcCharSetAddChar(wanted.get(), c)) return nullptr;
        FcPatternAddCharSet(pattern.get(), FC_CHARSET, wanted.get());
        FcPatternAddString(pattern.get(), FC_FAMILY, reinterpret_cast<const FcChar8*>("sans-serif"));
        FcPatternAddInteger(pattern.get(), FC_WEIGHT, FC_WEIGHT_REGULAR);
        FcPatternAddBool(pattern.get(), FC_OUTLINE, FcTrue);
        FcConfigSubstitute(config_.get(), pattern.get(), FcMatchPattern);
        FcDefaultSubstitute(pattern.get());
        FcResult result = FcResultNoMatch;
        const Owned<FcPattern, FcPatternDestroy> match(FcFontMatch(config_.get(), pattern.get(), &result));
        FcChar8* path = nullptr;
        int index = 0;
        if (!match || FcPatternGetString(match.get(), FC_FILE, 0, &path) != FcResultMatch) return nullptr;
        FcPatternGetInteger(match.get(), FC_INDEX, 0, &index);
        const FT_Face face = open(reinterpret_cast<const char*>(path), index);
        return face && FT_Get_Char_Index(face, c) != 0 ? face : nullptr;
    }

    /// Null when FreeType cannot read it, or it has no outlines.
    FT_Face open(const std::string& path, int index) {
        const auto [place, is_new] = of_file_.try_emplace({path, index});
        FT_Face face = nullptr;
        if (is_new && FT_New_Face(library_.get(), path.c_str(), index, &face) == 0) {
            place->second.reset(face);
            if (!FT_IS_SCALABLE(face)) place->second.reset();
        }
        return place->second.get();
    }

    std::mutex mutex_;
    Owned<FcConfig, FcConfigDestroy> config_;  // ours: the process' one is for whoever else uses Fontconfig
    Owned<FT_LibraryRec_, FT_Done_FreeType> library_;
    std::map<std::pair<std::string, int>, Owned<FT_FaceRec_, FT_Done_Face>> of_file_;  // after the library it is of
    std::map<char32_t, FT_Face> of_character_;
};

/// Calls glyph(face, index, x, y) for each, where x and y are in 1/64 pixels to the right of where the line begins and
/// above its baseline, and returns where the line ends.
template <class Glyph> double shape(const std::vector<Run>& runs, double capital, Glyph glyph) {
    double x = 0;
    for (const Run& run : runs) {
        // A capital is about 0.73 of the size, in most fonts.
        FT_Set_Char_Size(run.face, 0, std::max(1L, std::lround(capital / 0.73 * unit)), 72, 72);
        const Owned<hb_font_t, hb_font_destroy> font(hb_ft_font_create_referenced(run.face));
        hb_ft_font_set_load_flags(font.get(), load_flags);
        const Owned<hb_buffer_t, hb_buffer_destroy> buffer(hb_buffer_create());
        hb_buffer_add_codepoints(buffer.get(), reinterpret_cast<const hb_codepoint_t*>(run.text.data()),
                                 static_cast<int>(run.text.size()), 0, static_cast<int>(run.text.size()));
        hb_buffer_guess_segment_properties(buffer.get());
        hb_shape(font.get(), buffer.get(), nullptr, 0);
        unsigned count = 0;
        const hb_glyph_info_t* infos = hb_buffer_get_glyph_infos(buffer.get(), &count);
        const hb_glyph_position_t* places = hb_buffer_get_glyph_positions(buffer.get(), &count);
        for (unsigned i = 0; i < count; ++i) {
            glyph(run.face, infos[i].codepoint, x + places[i].x_offset, double{1} * places[i].y_offset);
            x += places[i].x_advance;
        }
    }
    return x;
}

/// Calls drawn(bitmap, left, top) for each glyph that has ink, with the pixel of its upper left corner, from where the
/// line begins and above its baseline. The bitmap is valid during the call.
template <class Drawn> void draw(const std::vector<Run>& runs, double capital, Drawn drawn) {
    shape(runs, capital, [&](FT_Face face, FT_UInt index, double x, double y) {
        if (FT_Load_Glyph(face, index, load_flags) != 0 || face->glyph->format != FT_GLYPH_FORMAT_OUTLINE) return;
        const double column = std::floor(x / unit), row = std::floor(y / unit);
        FT_Outline_Translate(&face->glyph->outline, std::lround(x - column * unit), std::lround(y - row * unit));
        if (FT_Render_Glyph(face->glyph, FT_RENDER_MODE_NORMAL) != 0) return;
        drawn(face->glyph->bitmap, static_cast<int>(column) + face->glyph->bitmap_left,
              static_cast<int>(row) + face->glyph->bitmap_top);
    });
}

}  // namespace

bool installed_fonts_have(std::string_view utf8) {
    const std::lock_guard lock(Fonts::all().mutex());
    return !Fonts::all().runs(utf8).empty();
}

double installed_fonts_width(std::string_view utf8, double capital) {
    const std::lock_guard lock(Fonts::all().mutex());
    return shape(Fonts::all().runs(utf8), capital, [](FT_Face, FT_UInt, double, double) {}) / unit;
}

InkedText installed_fonts_ink(std::string_view utf8, double capital) {
    const std::lock_guard lock(Fonts::all().mutex());
    const std::vector<Run> runs = Fonts::all().runs(utf8);
    const int baseline = static_cast<int>(std::lround(capital));
    int left = 0, right = 0, top = 0, bottom = 0;
    draw(runs, capital, [&](const FT_Bitmap& bitmap, int x, int y) {
        left = std::min(left, x), right = std::max(right, x + static_cast<int>(bitmap.width));
        top = std::min(top, baseline - y), bottom = std::max(bottom, baseline - y + static_cast<int>(bitmap.rows));
    });
    InkedText text{left, top, right - left, bottom - top, {}};
    text.ink.resize(std::size_t{1} * text.width * text.height);
    draw(runs, capital, [&](const FT_Bitmap& bitmap, int x, int y) {
        for (unsigned row = 0; row < bitmap.rows; ++row) {
            const std::uint8_t* from = bitmap.buffer + static_cast<std::ptrdiff_t>(row) * bitmap.pitch;
            std::uint8_t* to = &text.ink[std::size_t{1} * (baseline - y - top + row) * text.width + (x - left)];
            // Neighbours may overlap: where they do, the darker is seen.
            for (unsigned column = 0; column < bitmap.width; ++column) to[column] = std::max(to[column], from[column]);
        }
    });
    return text;
}

}  // namespace tn
