#include "runtime/data/decoded_cache.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <zlib.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <limits>
#include <optional>
#include <string_view>
#include <system_error>

#include "runtime/core/error.hpp"
#include "runtime/core/file.hpp"
#include "runtime/core/fnv.hpp"
#include "runtime/data/output_folder.hpp"

// The file: the line `begin`; the decoders and a line's end; then numbers of 8 bytes each in the machine's byte order:
// channels, height, width, fit, number of pictures; for each its bytes, inode, mtime, ctime, the length of its path and
// the path; then all pixels, and the CRC-32 of everything before it.

namespace tn {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view begin = "typenet decoded pictures 3\n";

std::uint64_t checksum(std::span<const std::uint8_t> bytes) { return crc32_z(0, bytes.data(), bytes.size()); }

/// A short name for a long path.
std::uint64_t short_name(std::string_view text) {
    Fnv fnv;
    for (char c : text) fnv.add(static_cast<unsigned char>(c));
    return fnv.hash;
}

void put(std::vector<std::uint8_t>& out, std::uint64_t number) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(&number);
    out.insert(out.end(), bytes, bytes + sizeof number);
}

/// Takes parts off the front of bytes; what is not there is nullopt.
struct Reader {
    std::span<const std::uint8_t> rest;

    std::optional<std::string_view> text(std::uint64_t length) {
        if (length > rest.size()) return {};
        const std::string_view taken(reinterpret_cast<const char*>(rest.data()), static_cast<std::size_t>(length));
        rest = rest.subspan(taken.size());
        return taken;
    }
    std::optional<std::uint64_t> number() {
        const auto taken = text(sizeof(std::uint64_t));
        if (!taken) return {};
        std::uint64_t value = 0;
        std::memcpy(&value, taken->data(), sizeof value);
        return value;
    }
    bool next_is(std::uint64_t wanted) { return number() == wanted; }
};

/// Where the pictures of a file with a right checksum lie in it; none if it does not begin so, or is of another shape
/// or fit.
std::map<PictureStamp, std::size_t> places(std::span<const std::uint8_t> file, const std::string& heading,
                                           PictureShape shape, Fit fit) {
    Reader in{file};
    if (in.text(heading.size()) != heading || !in.next_is(static_cast<std::uint64_t>(shape.channels)) ||
        !in.next_is(static_cast<std::uint64_t>(shape.height)) || !in.next_is(static_cast<std::uint64_t>(shape.width)) ||
        !in.next_is(static_cast<std::uint64_t>(fit)))
        return {};
    const auto count = in.number();
    std::vector<PictureStamp> stamps;
    for (std::uint64_t i = 0; count && i < *count; ++i) {
        const auto bytes = in.number(), inode = in.number(), modified = in.number(), changed = in.number(),
                   length = in.number();
        const auto path = length ? in.text(*length) : std::nullopt;
        if (!path) return {};
        stamps.push_back({std::string(*path), *bytes, *inode, static_cast<std::int64_t>(*modified),
                          static_cast<std::int64_t>(*changed)});
    }
    if (in.rest.size() != stamps.size() * shape.size()) return {};
    std::map<PictureStamp, std::size_t> found;
    std::size_t at = file.size() - in.rest.size();
    for (PictureStamp& stamp : stamps) {
        found.emplace(std::move(stamp), at);
        at += shape.size();
    }
    return found;
}

}  // namespace

PictureStamp stamp_of(const fs::path& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0)
        throw Error(fmt::format("{}: {}", path.string(), std::generic_category().message(errno)));
    const auto nanoseconds = [](const timespec& t) { return std::int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec; };
    return {fs::absolute(path).lexically_normal().string(), static_cast<std::uint64_t>(status.st_size),
            std::uint64_t{status.st_ino}, nanoseconds(status.st_mtim), nanoseconds(status.st_ctim)};
}

std::string decoding_on(Ground ground) { return picture_decoders() + "; transparent ones on " + to_text(ground); }

DecodedCache::DecodedCache(const fs::path& folder, const fs::path& pictures, PictureShape shape, Fit fit,
                           const std::string& decoders)
    : shape_(shape), fit_(fit), heading_(fmt::format("{}{}\n", begin, decoders)) {
    const std::string of =
        fmt::format("{}x{}x{} {} {} {}", shape.channels, shape.height, shape.width, static_cast<int>(fit), decoders,
                    fs::absolute(pictures).lexically_normal().string());
    path_ = folder / fmt::format("{:016x}.pictures", short_name(of));
    try {
        file_ = read_file(path_, std::numeric_limits<std::uint64_t>::max());
    } catch (const Error&) {
        return;  // not there yet: it will be written
    }
    constexpr std::size_t tail = sizeof(std::uint64_t);
    if (file_.size() < tail) return;
    const std::span<const std::uint8_t> content(file_.data(), file_.size() - tail);
    if (Reader{std::span(file_).last(tail)}.next_is(checksum(content))) place_ = places(content, heading_, shape, fit);
}

std::span<const std::uint8_t> DecodedCache::find(const PictureStamp& stamp) const {
    const auto found = place_.find(stamp);
    if (found == place_.end()) return {};
    return {file_.data() + found->second, shape_.size()};
}

void DecodedCache::keep(const std::vector<PictureStamp>& stamps, std::span<const std::uint8_t> pixels) const {
    if (pixels.size() != stamps.size() * shape_.size())
        throw Error(fmt::format("{}: {} pictures to keep must have {} bytes each, not {} in all", path_.string(),
                                stamps.size(), shape_.size(), pixels.size()));
    const OutputFolder folder(path_.parent_path());
    // Each may be as large as the cache; but processes on other machines may be writing theirs just now.
    remove_leftovers(path_.parent_path(), std::chrono::hours(1));
    std::vector<std::uint8_t> out(heading_.begin(), heading_.end());
    for (int number : {shape_.channels, shape_.height, shape_.width, static_cast<int>(fit_)})
        put(out, static_cast<std::uint64_t>(number));
    put(out, stamps.size());
    for (const PictureStamp& stamp : stamps) {
        for (const std::uint64_t number : {stamp.bytes, stamp.inode, static_cast<std::uint64_t>(stamp.modified),
                                           static_cast<std::uint64_t>(stamp.changed), std::uint64_t{stamp.path.size()}})
            put(out, number);
        out.insert(out.end(), stamp.path.begin(), stamp.path.end());
    }
    out.insert(out.end(), pixels.begin(), pixels.end());
    put(out, checksum(out));
    write_file(path_, out);
}

}  // namespace tn
