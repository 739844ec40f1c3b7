#include "runtime/data/folder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <limits>
#include <new>
#include <optional>
#include <set>
#include <string_view>
#include <system_error>

#include "runtime/core/error.hpp"
#include "runtime/data/decoded_cache.hpp"
#include "runtime/data/folder_hints.hpp"
#include "runtime/data/image/format.hpp"
#include "runtime/data/output_folder.hpp"

namespace tn {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_classes = 1000;

/// A file that should be a picture, and why it cannot be used ("" when it can).
struct Candidate {
    fs::path path;
    int label;
    std::string reason;
};

bool is_picture_name(const fs::path& path) { return image::is_picture_extension(path.extension().string()); }

/// What is directly in a folder, sorted by name, without hidden entries.
std::vector<fs::path> entries_of(const fs::path& folder) {
    std::vector<fs::path> entries;
    std::error_code error;
    fs::directory_iterator entry(folder, error);
    for (; !error && entry != fs::directory_iterator(); entry.increment(error))
        if (entry->path().filename().native().front() != '.') entries.push_back(entry->path());
    if (error) throw Error(fmt::format("{}: the folder cannot be read: {}", folder.string(), error.message()));
    std::sort(entries.begin(), entries.end(),
              [](const fs::path& a, const fs::path& b) { return a.filename().native() < b.filename().native(); });
    return entries;
}

/// Why a symbolic link is not followed, or ""; with no root every one is that leads somewhere.
std::string link_problem(const fs::path& path, const fs::path& canonical_root) {
    std::error_code error;
    if (!fs::is_symlink(path, error)) return "";
    const fs::path target = fs::canonical(path, error);
    if (error) return "a link that leads nowhere";
    if (canonical_root.empty()) return "";
    const auto [in_root, in_target] =
        std::mismatch(canonical_root.begin(), canonical_root.end(), target.begin(), target.end());
    if (in_root == canonical_root.end()) return "";
    return fmt::format("a link that leaves {}, which --follow-links follows", canonical_root.string());
}

bool is_folder(const fs::path& path) {
    std::error_code error;
    return fs::is_directory(path, error);
}

bool holds_pictures(const fs::path& folder) {
    const std::vector<fs::path> entries = entries_of(folder);
    return std::any_of(entries.begin(), entries.end(),
                       [](const fs::path& entry) { return is_picture_name(entry) && !is_folder(entry); });
}

/// Whether a sub-folder is for results: those of an earlier run, or those that will be written. Throws Error when
/// they would be written among pictures.
bool is_for_results(const fs::path& folder, const std::vector<fs::path>& outputs) {
    if (is_output_folder(folder)) return true;
    for (const fs::path& output : outputs) {
        std::error_code folder_error, target_error;
        const fs::path canonical_folder = fs::canonical(folder, folder_error),
                       target = fs::weakly_canonical(fs::absolute(output), target_error);
        if (folder_error || target_error) continue;  // it can be neither read nor written, which is said then
        const auto [in_folder, in_target] =
            std::mismatch(canonical_folder.begin(), canonical_folder.end(), target.begin(), target.end());
        if (in_folder != canonical_folder.end()) continue;
        if (!holds_pictures(folder)) return true;
        if (in_target == target.end())
            throw Error(
                fmt::format("{}: holds pictures, among which results would be taken for photographs: name "
                            "another folder to write to",
                            output.string()));
    }
    return false;
}

/// The class folders of `root`; what else lies there goes to `skipped`, except for results.
std::vector<fs::path> class_folders(const fs::path& root, const fs::path& canonical_root,
                                    const std::vector<fs::path>& outputs, std::vector<SkippedFile>& skipped) {
    std::vector<fs::path> folders;
    for (const fs::path& entry : entries_of(root)) {
        if (std::string problem = link_problem(entry, canonical_root); !problem.empty())
            skipped.push_back({entry.string(), std::move(problem)});
        else if (!is_folder(entry))
            skipped.push_back({entry.string(), "not in the folder of a class"});
        else if (is_left_by_a_system(entry))
            skipped.push_back({entry.string(), "left there by a system, and no class"});
        else if (!is_for_results(entry, outputs))
            folders.push_back(entry);
    }
    return folders;
}

std::vector<std::string> class_names(const fs::path& root, const std::vector<fs::path>& folders,
                                     const std::vector<std::string>& given) {
    std::vector<std::string> names = given;
    if (given.empty())
        for (const fs::path& folder : folders) names.push_back(folder.filename().string());
    if (names.size() < 2)
        throw Error(fmt::format("{}: must have a sub-folder for each of at least 2 classes, not {}{}", root.string(),
                                names.size(), layout_hint(root)));
    if (names.size() > max_classes)
        throw Error(fmt::format("{}: must have at most {} classes, not {}", root.string(), max_classes, names.size()));
    if (folders.empty())
        throw Error(fmt::format("{}: has no sub-folder of a class{}", root.string(), layout_hint(root)));
    check_names(root, names);
    return names;
}

int label_of(const fs::path& folder, const std::vector<std::string>& classes) {
    const std::string name = folder.filename().string();
    const auto found = std::find(classes.begin(), classes.end(), name);
    if (found == classes.end()) {
        const std::string hint = name_hint(name, classes);
        throw Error(fmt::format("{}: the class is not one of the {} given ones{}", folder.string(), classes.size(),
                                hint.empty() ? layout_hint(folder.parent_path()) : hint));
    }
    return static_cast<int>(found - classes.begin());
}

void list_class(const fs::path& folder, int label, const fs::path& canonical_root, std::vector<Candidate>& candidates,
                std::vector<SkippedFile>& skipped) {
    for (const fs::path& entry : entries_of(folder)) {
        std::string problem = link_problem(entry, canonical_root);
        if (is_picture_name(entry) && !(problem.empty() && is_folder(entry)))
            candidates.push_back({entry, label, std::move(problem)});
        else if (!problem.empty())
            skipped.push_back({entry.string(), std::move(problem)});
        else if (is_folder(entry))
            skipped.push_back({entry.string(), inside_a_class(entry)});
        else
            skipped.push_back({entry.string(), image::not_a_picture(entry)});
    }
}

/// Reads one picture into its place, from the cache if that knows it, and sets `stamp` then. Returns why not, or "";
/// `decoded` becomes true when the cache did not know it.
std::string read_into(const fs::path& path, PictureShape shape, const FolderOptions& options, const DecodedCache* cache,
                      PictureStamp* stamp, std::uint8_t* place, std::atomic<bool>& decoded) {
    const std::string prefix = path.string() + ": ";
    try {
        if (cache) {
            const auto known = cache->find(*stamp = stamp_of(path));
            std::copy(known.begin(), known.end(), place);
            if (!known.empty()) return "";
        }
        const Picture picture = resize(read_picture(path, shape.channels, options.ground), shape, options.fit);
        std::copy(picture.pixels.begin(), picture.pixels.end(), place);
        decoded = true;
        return "";
    } catch (const Error& error) {
        const std::string_view text = error.what();
        return std::string(text.substr(0, prefix.size()) == prefix ? text.substr(prefix.size()) : text);
    } catch (const std::bad_alloc&) {
        return "not enough memory to decode it";
    }
}

void refuse_too_many_failures(const fs::path& root, const std::vector<Candidate>& candidates,
                              const FolderOptions& options) {
    Reasons failed;
    for (const Candidate& candidate : candidates)
        if (!candidate.reason.empty()) failed.add(candidate.path.string(), candidate.reason);
    if (static_cast<double>(failed.count()) > options.unreadable * static_cast<double>(candidates.size()))
        throw Error(fmt::format("{}: {} of {} pictures cannot be used, more than {:g} %: {}{}", root.string(),
                                failed.count(), candidates.size(), 100 * options.unreadable, failed.text(),
                                options.unreadable_advice));
}

/// Says why none of what lies in a class's folder is a picture, for the first class that has none.
void refuse_class_without_picture(const fs::path& root, const std::vector<fs::path>& folders,
                                  const std::vector<Candidate>& candidates, const std::vector<SkippedFile>& skipped) {
    std::set<fs::path> with_picture;
    for (const Candidate& candidate : candidates)
        if (candidate.reason.empty()) with_picture.insert(candidate.path.parent_path());
    for (const fs::path& folder : folders) {
        if (with_picture.contains(folder)) continue;
        Reasons unused;
        const auto add = [&](const fs::path& path, const std::string& reason) {
            if (path.parent_path() == folder) unused.add(path.filename().string(), reason);
        };
        for (const SkippedFile& file : skipped) add(file.path, file.reason);
        for (const Candidate& candidate : candidates) add(candidate.path, candidate.reason);
        const std::string layout = layout_hint(root);
        throw Error(fmt::format("{}: the class must have at least one picture: {}{}", folder.string(),
                                unused.count() > 0 ? unused.text() : "the folder is empty",
                                layout.empty() ? class_hint(folder) : layout));
    }
}

/// Keeps the pixels and stamps of the candidates that could be read, closed up, and their labels; the others go to
/// `skipped`.
void keep_readable(std::vector<Candidate>& candidates, std::vector<PictureStamp>& stamps, Pictures& set) {
    const std::size_t size = set.shape.size();
    std::size_t kept = 0;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        Candidate& candidate = candidates[i];
        if (!candidate.reason.empty()) {
            set.skipped.push_back({candidate.path.string(), std::move(candidate.reason)});
            continue;
        }
        if (kept != i) std::copy_n(set.pixels.data() + i * size, size, set.pixels.data() + kept * size);
        if (!stamps.empty()) stamps[kept] = stamps[i];
        ++kept;
        set.labels.push_back(candidate.label);
        set.files.push_back(candidate.path.string());
    }
    set.pixels.resize(kept * size);
    if (!stamps.empty()) stamps.resize(kept);
}

}  // namespace

Pictures read_folder(const fs::path& root, PictureShape shape, ThreadPool& pool, const FolderOptions& options) {
    check_picture_shape(shape, "the size of the pictures");
    if (!is_folder(root)) throw Error(fmt::format("{}: must be a folder with one sub-folder per class", root.string()));
    std::error_code error;
    fs::path canonical_root = fs::canonical(root, error);
    if (error) throw Error(fmt::format("{}: the folder cannot be read: {}", root.string(), error.message()));
    if (options.follow_links) canonical_root.clear();

    Pictures set;
    set.shape = shape;
    std::vector<fs::path> outputs = options.outputs;
    if (!options.cache.empty()) outputs.push_back(options.cache);
    const std::vector<fs::path> folders = class_folders(root, canonical_root, outputs, set.skipped);
    set.classes = class_names(root, folders, options.classes);
    std::vector<Candidate> candidates;
    for (const fs::path& folder : folders)
        list_class(folder, label_of(folder, set.classes), canonical_root, candidates, set.skipped);

    const std::size_t size = shape.size();
    if (candidates.size() > std::min<std::uint64_t>(options.max_bytes / size, std::numeric_limits<int>::max()))
        throw Error(fmt::format("{}: {} pictures of {} bytes are over the limit of {} bytes; choose a smaller size",
                                root.string(), candidates.size(), size, options.max_bytes));
    set.pixels.resize(candidates.size() * size);
    std::optional<DecodedCache> cache;
    if (!options.cache.empty()) cache.emplace(options.cache, root, shape, options.fit, decoding_on(options.ground));
    std::vector<PictureStamp> stamps(cache ? candidates.size() : 0);
    std::atomic<bool> decoded{false};
    pool.run(static_cast<int>(candidates.size()), [&](int i) {
        const auto index = static_cast<std::size_t>(i);
        Candidate& candidate = candidates[index];
        if (candidate.reason.empty())
            candidate.reason = read_into(candidate.path, shape, options, cache ? &*cache : nullptr,
                                         cache ? &stamps[index] : nullptr, set.pixels.data() + index * size, decoded);
    });
    refuse_class_without_picture(root, folders, candidates, set.skipped);
    refuse_too_many_failures(root, candidates, options);
    keep_readable(candidates, stamps, set);
    if (cache && (decoded || cache->size() != stamps.size())) cache->keep(stamps, set.pixels);
    return set;
}

PictureFiles picture_files(const fs::path& path) {
    std::error_code error;
    if (!fs::exists(path, error)) throw Error(fmt::format("{}: must be a picture or a folder", path.string()));
    if (!is_folder(path)) return {{path.string()}, {}};
    if (is_output_folder(path))
        throw Error(fmt::format("{}: holds what a program wrote, not photographs ({})", path.string(), output_marker));
    PictureFiles found;
    for (const fs::path& entry : entries_of(path)) {
        if (is_folder(entry)) {
            if (!is_output_folder(entry))
                found.skipped.push_back({entry.string(), "a folder inside a folder of photographs"});
        } else if (is_picture_name(entry)) {
            found.files.push_back(entry.string());
        } else {
            found.skipped.push_back({entry.string(), image::not_a_picture(entry)});
        }
    }
    if (found.files.empty()) {
        Reasons unused;
        for (const SkippedFile& file : found.skipped) unused.add(fs::path(file.path).filename().string(), file.reason);
        throw Error(fmt::format("{}: has no picture ({}){}{}", path.string(), image::picture_extensions(),
                                unused.count() > 0 ? ": " : "", unused.text()));
    }
    return found;
}

}  // namespace tn
