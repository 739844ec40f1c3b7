#include "runtime/data/folder_hints.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <system_error>

#include "runtime/core/error.hpp"
#include "runtime/core/unicode.hpp"
#include "runtime/data/image/format.hpp"

namespace tn {
namespace {

namespace fs = std::filesystem;

std::string lower(std::string_view text) {
    std::string out;
    for (const char c : text) out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return out;
}

/// The sub-folders that are not hidden, sorted by name.
std::vector<fs::path> folders_in(const fs::path& folder) {
    std::vector<fs::path> found;
    std::error_code error;
    for (fs::directory_iterator entry(folder, error); !error && entry != fs::directory_iterator();
         entry.increment(error)) {
        std::error_code unknown;
        if (entry->path().filename().native().front() != '.' && entry->is_directory(unknown) &&
            !is_left_by_a_system(entry->path()))
            found.push_back(entry->path());
    }
    std::sort(found.begin(), found.end());
    return found;
}

/// Whether its sub-folders look like classes.
bool has_classes(const fs::path& folder) {
    const std::vector<fs::path> folders = folders_in(folder);
    return std::count_if(folders.begin(), folders.end(), [](const fs::path& f) { return pictures_in(f) > 0; }) >= 2;
}

}  // namespace

void Reasons::add(const std::string& name, const std::string& reason) {
    const auto [at, fresh] = group_of_.try_emplace(reason, groups_.size());
    if (fresh) groups_.push_back({reason, {}, 0});
    Group& group = groups_[at->second];
    if (++group.count <= 3) group.names.push_back(name);
    ++count_;
}

std::string Reasons::text() const {
    std::string text;
    for (std::size_t i = 0; i < std::min<std::size_t>(groups_.size(), 3); ++i) {
        const Group& g = groups_[i];
        const std::string more = g.count > 3 ? fmt::format(" and {} more", g.count - 3) : "";
        text += fmt::format("{}{}{} ({})", i > 0 ? "; " : "", fmt::join(g.names, ", "), more, g.reason);
    }
    return groups_.size() > 3 ? text + "; ..." : text;
}

std::size_t pictures_in(const fs::path& folder) {
    std::size_t count = 0;
    std::error_code error;
    for (fs::directory_iterator entry(folder, error); !error && entry != fs::directory_iterator();
         entry.increment(error)) {
        std::error_code unknown;
        count += entry->path().filename().native().front() != '.' && !entry->is_directory(unknown) &&
                 image::is_picture_extension(entry->path().extension().string());
    }
    return count;
}

bool is_left_by_a_system(const fs::path& folder) {
    return folder.filename() == "__MACOSX" || folder.filename() == "@eaDir";
}

std::string inside_a_class(const fs::path& folder) {
    const std::size_t pictures = pictures_in(folder);
    return pictures > 0 ? fmt::format("a folder inside a class, whose pictures are not read: {}", pictures)
                        : "a folder inside a class";
}

std::string layout_hint(const fs::path& root) {
    constexpr std::array<std::string_view, 7> to_test{"test", "tests", "testing", "val", "valid", "validation", "eval"};
    fs::path train, test;
    const std::vector<fs::path> folders = folders_in(root);
    for (const fs::path& folder : folders) {
        const std::string name = lower(folder.filename().string());
        if ((name == "train" || name == "training") && has_classes(folder)) train = folder;
        if (std::find(to_test.begin(), to_test.end(), name) != to_test.end() && has_classes(folder)) test = folder;
    }
    if (!train.empty())
        return fmt::format("; it is split already: train on {}{}", train.string(),
                           test.empty() ? "" : fmt::format(", and test on {} (--test)", test.string()));
    if (folders.size() == 1 && has_classes(folders[0])) return fmt::format("; did you mean {}?", folders[0].string());
    if (const std::size_t loose = pictures_in(root); loose > 0 && folders.empty())
        return fmt::format("; its {} pictures lie in the folder itself, and each class needs a sub-folder", loose);
    return "";
}

std::string class_hint(const fs::path& folder) {
    for (const fs::path& deeper : folders_in(folder))
        if (pictures_in(deeper) > 0)
            return fmt::format("; pictures lie deeper, as in {}, and belong into the folder of the class itself",
                               deeper.string());
    return "";
}

void check_names(const fs::path& root, const std::vector<std::string>& classes) {
    std::map<std::string, std::string> seen;
    for (const std::string& name : classes)
        if (const auto [at, fresh] = seen.try_emplace(decomposed(name), name); !fresh && at->second != name)
            throw Error(
                fmt::format("{}: two classes are called {}, and differ only in how the accents are composed "
                            "(Unicode's NFC and NFD): give one of them another name, or join them",
                            root.string(), name));
}

std::string name_hint(std::string_view name, const std::vector<std::string>& classes) {
    for (const std::string& other : classes) {
        if (decomposed(other) == decomposed(name))
            return "; it differs from one of them only in how its accents are composed (Unicode's NFC and NFD): rename "
                   "it";
        if (lower(other) == lower(name)) return fmt::format("; did you mean {}?", other);
    }
    return "";
}

}  // namespace tn
