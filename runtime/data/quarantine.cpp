#include "runtime/data/quarantine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <sstream>
#include <system_error>
#include <utility>
#include <vector>

#include "runtime/core/error.hpp"
#include "runtime/core/escape_text.hpp"
#include "runtime/core/file.hpp"
#include "runtime/core/move_file.hpp"

namespace tn {

namespace {

namespace fs = std::filesystem;

bool taken(const fs::path& path) {
    std::error_code ignored;
    return fs::exists(fs::symlink_status(path, ignored));
}

/// The folder's own path: absolute and without links; what is not there yet is kept as it is.
fs::path whole(const fs::path& path) {
    std::error_code error;
    fs::path result = fs::weakly_canonical(fs::absolute(path), error);
    if (error) throw Error(fmt::format("{}: the folder cannot be used: {}", path.string(), error.message()));
    return result;
}

/// The same of a file, of which only the folder's links are followed: a link to a photograph is moved itself.
fs::path own_path(const fs::path& file) { return whole(file.parent_path()) / file.filename(); }

bool is_below(const fs::path& path, const fs::path& folder) {
    return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first == folder.end();
}

void make_folders(const fs::path& path) {
    std::error_code error;
    fs::create_directories(path, error);
    if (error) throw Error(fmt::format("{}: the folder cannot be made: {}", path.string(), error.message()));
}

void move_to(const fs::path& from, const fs::path& to) {
    make_folders(to.parent_path());
    move_file(from, to);
}

void remove_file(const fs::path& path) {
    std::error_code error;
    if (!fs::remove(path, error) || error)
        throw Error(fmt::format("{}: cannot be removed: {}", path.string(), error.message()));
}

/// Whether it is in the folder of another class: beside the folder that `from` is in.
bool is_in_another_class(const fs::path& from, const fs::path& to) {
    const fs::path mine = from.parent_path(), other = to.parent_path();
    return to.is_absolute() && to == to.lexically_normal() && other != mine &&
           other.parent_path() == mine.parent_path();
}

std::vector<FileMove> read_journal(const fs::path& journal, const fs::path& folder) {
    const auto bytes = read_file(journal, std::uint64_t{1} << 30);
    std::istringstream lines(std::string(bytes.begin(), bytes.end()));
    std::vector<FileMove> moves;
    int number = 0;
    for (std::string line; std::getline(lines, line);) {
        ++number;
        const std::size_t tab = line.find('\t');
        fs::path from, below;
        if (tab != line.npos) {
            from = unescape_text(std::string_view(line).substr(0, tab));
            below = unescape_text(std::string_view(line).substr(tab + 1));
        }
        const bool is_good = !below.empty() && (is_in_another_class(from, below) ||
                                                is_below((folder / below).lexically_normal(), folder));
        if (!from.is_absolute() || !is_good)
            throw Error(fmt::format("{}:{}: must be an absolute path, a tab and a path below the folder",
                                    journal.string(), number));
        moves.push_back({from, folder / below});
    }
    return moves;
}

/// Removes the folders from here up to `last` for as long as they are empty; one that is not there counts as removed.
void remove_empty(fs::path folder, const fs::path& last) {
    std::error_code error;
    for (; is_below(folder, last) && !error; folder = folder.parent_path()) fs::remove(folder, error);
}

}  // namespace

void check_quarantine(const fs::path& root, const fs::path& to) {
    const fs::path to_folder = whole(to);
    if (is_below(to_folder, whole(root)))
        throw Error(
            fmt::format("{}: must not lie within {}, where it would be taken for a class", to.string(), root.string()));
    if (taken(to_folder / journal_name))
        throw Error(fmt::format("{}: already holds moved files; put them back with --undo or name another folder",
                                to.string()));
}

void quarantine_files(const fs::path& root, std::span<const std::string> files, const fs::path& to) {
    const fs::path from_folder = whole(root), to_folder = whole(to);
    std::vector<FileMove> moves;
    for (const std::string& file : files)
        moves.push_back({file, to_folder / own_path(file).lexically_relative(from_folder)});
    move_files(root, moves, to);
}

void move_files(const fs::path& root, std::span<const FileMove> wanted, const fs::path& to) {
    check_quarantine(root, to);
    const fs::path from_folder = whole(root), to_folder = whole(to), journal = to_folder / journal_name;
    std::vector<FileMove> moves;
    std::set<fs::path> targets;
    std::string text;
    for (const FileMove& move : wanted) {
        const fs::path from = own_path(move.from), target = own_path(move.to);
        if (!is_below(from, from_folder))
            throw Error(fmt::format("{}: must lie within {}", move.from.string(), root.string()));
        if (!taken(from)) throw Error(fmt::format("{}: is not there any more", move.from.string()));
        const bool leaves = is_below(target, to_folder);
        if (!leaves && !(is_in_another_class(from, target) && is_below(target, from_folder)))
            throw Error(fmt::format("{}: must go to {} or to another class, not to {}", move.from.string(), to.string(),
                                    target.string()));
        if (taken(target) || !targets.insert(target).second)
            throw Error(fmt::format("{}: is already there", target.string()));
        const fs::path noted = leaves ? target.lexically_relative(to_folder) : target;
        text += fmt::format("{}\t{}\n", escape_text(from.string()), escape_text(noted.string()));
        moves.push_back({from, target});
    }
    make_folders(to_folder);
    write_file(journal, text);
    try {
        for (const FileMove& move : moves) move_to(move.from, move.to);
    } catch (const Error& e) {
        throw Error(fmt::format("{}; --undo {} puts back what was moved", e.what(), to.string()));
    }
}

int restore_quarantined(const fs::path& to) {
    const fs::path folder = whole(to), journal = folder / journal_name;
    if (!taken(journal))
        throw Error(fmt::format("{}: has no {}: no files were moved there", to.string(), journal_name));
    const std::vector<FileMove> moves = read_journal(journal, folder);
    int back = 0;
    std::vector<std::string> stuck;
    for (const FileMove& move : moves) {
        // Not moved before the interruption, or back already; its folder may have been made or be left even so.
        if (taken(move.from) && !taken(move.to)) {
            remove_empty(move.to.parent_path(), folder);
            continue;
        }
        // A move to another file system was interrupted after the copy, in this direction or the other.
        if (are_equal_files(move.from, move.to)) {
            remove_file(move.to);
            remove_empty(move.to.parent_path(), folder);
            continue;
        }
        if (taken(move.from) || !taken(move.to)) {
            stuck.push_back(taken(move.from) ? fmt::format("{}: is there again", move.from.string())
                                             : fmt::format("{}: is not there any more", move.to.string()));
            continue;
        }
        move_to(move.to, move.from);
        remove_empty(move.to.parent_path(), folder);
        ++back;
    }
    if (!stuck.empty())
        throw Error(fmt::format("{}, so that {} of {} files could not be put back; {} were", stuck[0], stuck.size(),
                                moves.size(), back));
    remove_file(journal);
    remove_leftovers(folder);  // of a journal that was not written to its end
    remove_empty(folder, folder);
    return back;
}

}  // namespace tn
