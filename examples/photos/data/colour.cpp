#include "examples/photos/data/colour.hpp"

#include <algorithm>
#include <string>
#include <system_error>
#include <vector>

#include "dsl/core/index.hpp"
#include "runtime/core/error.hpp"
#include "runtime/data/folder.hpp"
#include "runtime/data/image.hpp"

namespace photos {

namespace {

/// Whether over a hundredth of its pixels are far from grey; a tinge of old paper or of a lamp is no colour.
bool is_in_colour(const std::string& file) {
    constexpr tn::PictureShape small{3, 64, 64};
    constexpr std::size_t plane = 64 * 64;
    constexpr int far = 48;
    const tn::Picture picture = tn::resize(tn::read_picture(file, 3), small);
    std::size_t coloured = 0;
    for (std::size_t i = 0; i < plane; ++i) {
        const auto [least, most] =
            std::minmax({picture.pixels[i], picture.pixels[plane + i], picture.pixels[2 * plane + i]});
        coloured += most - least > far;
    }
    return coloured * 100 > plane;
}

/// Looks at a few of `count` photographs, from the first to the last; what cannot be read is passed over.
template <class File> bool one_is_in_colour(tn::Index count, const File& file) {
    constexpr int looks = 5;
    for (int i = 0; i < looks && count > 0; ++i) try {
            if (is_in_colour(file((count - 1) * i / (looks - 1)))) return true;
        } catch (const tn::Error&) {
            continue;
        }
    return false;
}

}  // namespace

bool are_in_colour(const tn::Pictures& pictures) {
    return one_is_in_colour(pictures.size(), [&](tn::Index i) { return pictures.files[i]; });
}

bool folder_is_in_colour(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> classes;
    std::error_code error;
    for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
        if (entry->is_directory(error)) classes.push_back(entry->path());
    std::ranges::sort(classes);
    return one_is_in_colour(std::ssize(classes), [&](tn::Index i) { return tn::picture_files(classes[i]).files[0]; });
}

}  // namespace photos
