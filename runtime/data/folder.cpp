#include "runtime/data/folder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <limits>
#include <new>
#include <optional>
#include <string_view>
#include <system_error>

#include "runtime/core/error.hpp"
#include "runtime/data/decoded_cache.hpp"

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

std::string extension_of(const fs::path& path) {
    std::string extension = path.extension().string();
    for (char& c : extension)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return extension;
}

bool is_picture_name(const fs::path& path) {
    constexpr std::array<std::string_view, 7> known{".jpg", ".jpeg", ".png", ".bmp", ".pgm", ".ppm", ".gif"};
    return std::find(known.begin(), known.end(), extension_of(path)) != known.end();
}

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

/// Why a symbolic link is not followed, or "".
std::string link_problem(const fs::path& path, const fs::path& canonical_root) {
    std::error_code error;
    if (!fs::is_symlink(path, error)) return "";
    const fs::path target = fs::canonical(path, error);
    if (error) return "a link that leads nowhere";
    const auto [in_root, in_target] =
        std::mismatch(canonical_root.begin(), canonical_root.end(), target.begin(), target.end());
    return in_root == canonical_root.end() ? "" : "a link that leaves " + canonical_root.string();
}

bool is_folder(const fs::path& path) {
    std::error_code error;
    return fs::is_directory(path, error);
}

/// The class folders of `root`; what else lies there goes to `skipped`.
std::vector<fs::path> class_folders(const fs::path& root, const fs::path& canonical_root,
                                    std::vector<SkippedFile>& skipped) {
    std::vector<fs::path> folders;
    for (const fs::path& entry : entries_of(root)) {
        if (std::string problem = link_problem(entry, canonical_root); !problem.empty())
            skipped.push_back({entry.string(), std::move(problem)});
        else if (is_folder(entry))
            folders.push_back(entry);
        else
            skipped.push_back({entry.string(), "not in the folder of a class"});
    }
    return folders;
}

std::vector<std::string> class_names(const fs::path& root, const std::vector<fs::path>& folders,
                                     const std::vector<std::string>& given) {
    std::vector<std::string> names = given;
    if (given.empty())
        for (const fs::path& folder : folders) names.push_back(folder.filename().string());
    if (names.size() < 2)
        throw Error(fmt::format("{}: must have a sub-folder for each of at least 2 classes, not {}", root.string(),
                                names.size()));
    if (names.size() > max_classes)
        throw Error(fmt::format("{}: must have at most {} classes, not {}", root.string(), max_classes, names.size()));
    if (folders.empty()) throw Error(fmt::format("{}: has no sub-folder of a class", root.string()));
    return names;
}

int label_of(const fs::path& folder, const std::vector<std::string>& classes) {
    const auto found = std::find(classes.begin(), classes.end(), folder.filename().string());
    if (found == classes.end())
        throw Error(fmt::format("{}: the class is not one of the {} given ones", folder.string(), classes.size()));
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
            skipped.push_back({entry.string(), "a folder inside a class"});
        else
            skipped.push_back(
                {entry.string(), fmt::format("not a picture (its extension is '{}')", entry.extension().string())});
    }
}

/// Reads one picture into its place, from the cache if that knows it, and sets `stamp` then. Returns why not, or "";
/// `decoded` becomes true when the cache did not know it.
std::string read_into(const fs::path& path, PictureShape shape, Fit fit, const DecodedCache* cache, PictureStamp* stamp,
                      std::uint8_t* place, std::atomic<bool>& decoded) {
    const std::string prefix = path.string() + ": ";
    try {
        if (cache) {
            const auto known = cache->find(*stamp = stamp_of(path));
            std::copy(known.begin(), known.end(), place);
            if (!known.empty()) return "";
        }
        const Picture picture = resize(read_picture(path, shape.channels), shape, fit);
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

void refuse_too_many_failures(const fs::path& root, const std::vector<Candidate>& candidates) {
    std::size_t failed = 0;
    std::string examples;
    for (const Candidate& candidate : candidates)
        if (!candidate.reason.empty() && ++failed <= 3)
            examples += fmt::format("{}{} ({})", failed == 1 ? "" : "; ", candidate.path.string(), candidate.reason);
    if (failed * 20 > candidates.size())
        throw Error(fmt::format("{}: {} of {} pictures cannot be used, more than 5 %: {}{}", root.string(), failed,
                                candidates.size(), examples, failed > 3 ? "; ..." : ""));
}

}  // namespace

Pictures read_folder(const fs::path& root, PictureShape shape, ThreadPool& pool, const FolderOptions& options) {
    check_picture_shape(shape, "the size of the pictures");
    if (!is_folder(root)) throw Error(fmt::format("{}: must be a folder with a sub-folder a class", root.string()));
    std::error_code error;
    const fs::path canonical_root = fs::canonical(root, error);
    if (error) throw Error(fmt::format("{}: the folder cannot be read: {}", root.string(), error.message()));

    Pictures set;
    set.shape = shape;
    const std::vector<fs::path> folders = class_folders(root, canonical_root, set.skipped);
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
    if (!options.cache.empty()) cache.emplace(options.cache, root, shape, options.fit);
    std::vector<PictureStamp> stamps(cache ? candidates.size() : 0);
    std::atomic<bool> decoded{false};
    pool.run(static_cast<int>(candidates.size()), [&](int i) {
        const auto index = static_cast<std::size_t>(i);
        Candidate& candidate = candidates[index];
        if (candidate.reason.empty())
            candidate.reason = read_into(candidate.path, shape, options.fit, cache ? &*cache : nullptr,
                                         cache ? &stamps[index] : nullptr, set.pixels.data() + index * size, decoded);
    });
    refuse_too_many_failures(root, candidates);

    std::vector<bool> has_picture(set.classes.size());
    std::size_t kept = 0;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        Candidate& candidate = candidates[i];
        if (!candidate.reason.empty()) {
            set.skipped.push_back({candidate.path.string(), std::move(candidate.reason)});
            continue;
        }
        if (kept != i) std::copy_n(set.pixels.data() + i * size, size, set.pixels.data() + kept * size);
        if (cache) stamps[kept] = stamps[i];
        ++kept;
        set.labels.push_back(candidate.label);
        set.files.push_back(candidate.path.string());
        has_picture[static_cast<std::size_t>(candidate.label)] = true;
    }
    set.pixels.resize(kept * size);
    for (const fs::path& folder : folders)
        if (!has_picture[static_cast<std::size_t>(label_of(folder, set.classes))])
            throw Error(fmt::format("{}: the class must have at least one picture", folder.string()));
    if (cache) stamps.resize(kept);
    if (cache && (decoded || cache->size() != kept)) cache->keep(stamps, set.pixels);
    return set;
}

std::vector<std::string> picture_files(const fs::path& path) {
    std::error_code error;
    if (!fs::exists(path, error)) throw Error(fmt::format("{}: must be a picture or a folder", path.string()));
    if (!is_folder(path)) return {path.string()};
    std::vector<std::string> files;
    for (const fs::path& entry : entries_of(path))
        if (is_picture_name(entry) && !is_folder(entry)) files.push_back(entry.string());
    if (files.empty())
        throw Error(fmt::format("{}: has no picture (jpg, jpeg, png, bmp, pgm, ppm, gif)", path.string()));
    return files;
}

}  // namespace tn
