// What was probably meant by a folder of photographs that cannot be used as it is.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/data/dataset.hpp"

namespace tn {

/// Reasons with the files that they are about: "0.webp, 1.webp, 2.webp and 7 more (REASON); ...". Three of each are
/// named.
class Reasons {
public:
    void add(const std::string& name, const std::string& reason);
    std::size_t count() const { return count_; }
    std::string text() const;

private:
    struct Group {
        std::string reason;
        std::vector<std::string> names;
        std::size_t count = 0;
    };
    std::vector<Group> groups_;
    std::map<std::string, std::size_t> group_of_;
    std::size_t count_ = 0;
};

/// How many files with a picture's extension lie directly in a folder.
std::size_t pictures_in(const std::filesystem::path& folder);

/// Whether a system left this folder beside one's own: `__MACOSX` of ZIP archives, `@eaDir` of network drives.
bool is_left_by_a_system(const std::filesystem::path& folder);

/// "a folder inside a class", and how many pictures are in it.
std::string inside_a_class(const std::filesystem::path& folder);

/// What the sub-folders of `root` look like instead of classes, as "; did you mean ...?"; "" when nothing is known.
std::string layout_hint(const std::filesystem::path& root);

/// The same for a class's folder without pictures.
std::string class_hint(const std::filesystem::path& folder);

/// Throws Error when two classes have names that differ only in how their accents are composed.
void check_names(const std::filesystem::path& root, const std::vector<std::string>& classes);

/// Why a folder is not one of these classes: the name that differs only in how its accents are composed, or in upper
/// and lower case; "" when there is none.
std::string name_hint(std::string_view name, const std::vector<std::string>& classes);

}  // namespace tn
