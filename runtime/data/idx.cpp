#include "runtime/data/idx.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <zlib.h>

#include <algorithm>
#include <span>
#include <string>
#include <utility>

#include "runtime/core/error.hpp"
#include "runtime/core/file.hpp"
#include "runtime/data/image.hpp"

namespace tn {
namespace {

constexpr std::uint64_t max_bytes = std::uint64_t{2} << 30;
constexpr std::size_t max_dims = 8, longest_header = 4 + 4 * max_dims;

using Bytes = std::span<const std::uint8_t>;

/// zlib's state, which frees itself.
struct Inflater {
    z_stream stream{};
    Inflater() {
        if (inflateInit2(&stream, 15 + 16) != Z_OK) throw Error("not enough memory to read gzip");
    }
    ~Inflater() { inflateEnd(&stream); }
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;
};

/// The first `limit` bytes of what is compressed, or all if there are fewer; then its checksums are verified, too.
std::vector<std::uint8_t> inflate_up_to(Bytes compressed, std::size_t limit, const std::string& name) {
    Inflater inflater;
    z_stream& stream = inflater.stream;
    stream.next_in = const_cast<Bytef*>(compressed.data());  // zlib does not write there
    stream.avail_in = static_cast<uInt>(compressed.size());
    std::vector<std::uint8_t> out;
    std::size_t used = 0;
    while (used < limit) {
        // Grown as needed: a damaged header may promise far more than the file holds.
        if (used == out.size()) out.resize(std::min(limit, std::max<std::size_t>(1 << 16, 2 * used)));
        stream.next_out = out.data() + used;
        stream.avail_out = static_cast<uInt>(out.size() - used);
        const int status = inflate(&stream, Z_NO_FLUSH);
        used = out.size() - stream.avail_out;
        if (status == Z_STREAM_END) {
            if (stream.avail_in == 0) break;
            inflateReset(&stream);  // a gzip file may be several, one behind the other
        } else if (status == Z_BUF_ERROR || (status == Z_OK && stream.avail_in == 0 && stream.avail_out > 0)) {
            throw Error(fmt::format("{}: the gzip data end early", name));
        } else if (status != Z_OK) {
            throw Error(fmt::format("{}: the gzip data are damaged ({})", name, stream.msg ? stream.msg : "no memory"));
        }
    }
    out.resize(used);
    return out;
}

/// The sizes in an IDX header.
std::vector<int> read_dims(Bytes file, const std::string& name) {
    if (file.size() < 4 || file[0] != 0 || file[1] != 0)
        throw Error(fmt::format("{}: must be an IDX file, which begins with two zero bytes", name));
    if (file[2] != 0x08)
        throw Error(fmt::format("{}: must hold unsigned bytes (IDX type 0x08), not type {:#04x}", name, file[2]));
    const std::size_t count = file[3];
    if (count < 1 || count > max_dims)
        throw Error(fmt::format("{}: must have 1 to {} dimensions, not {}", name, max_dims, count));
    if (file.size() < 4 + 4 * count)
        throw Error(fmt::format("{}: has {} bytes, but its header alone has {}", name, file.size(), 4 + 4 * count));
    std::vector<int> dims;
    std::uint64_t product = 1;
    for (std::size_t i = 0; i < count; ++i) {
        const Bytes b = file.subspan(4 + 4 * i, 4);
        const std::uint32_t dim =
            std::uint32_t{b[0]} << 24 | std::uint32_t{b[1]} << 16 | std::uint32_t{b[2]} << 8 | b[3];
        if (!std::in_range<int>(dim) || (dim && product > max_bytes / dim))
            throw Error(fmt::format("{}: its sizes promise over {} bytes", name, max_bytes));
        product *= dim;
        dims.push_back(dim);
    }
    return dims;
}

}  // namespace

Idx read_idx(const std::filesystem::path& path) {
    const std::string name = path.string();
    std::vector<std::uint8_t> file = read_file(path, max_bytes + longest_header);
    const bool zipped = file.size() >= 2 && file[0] == 0x1F && file[1] == 0x8B;
    Idx idx;
    idx.dims = read_dims(zipped ? Bytes(inflate_up_to(file, longest_header, name)) : Bytes(file), name);
    const std::size_t header = 4 + 4 * idx.dims.size();
    std::size_t expected = 1;
    for (const int dim : idx.dims) expected *= dim;
    if (zipped) file = inflate_up_to(file, header + expected + 1, name);
    if (file.size() != header + expected)
        throw Error(fmt::format("{}: must have {} bytes for its sizes {}, not {}{}", name, header + expected,
                                fmt::join(idx.dims, " x "),
                                zipped && file.size() > header + expected ? "more than " : "",
                                zipped && file.size() > header + expected ? header + expected : file.size()));
    file.erase(file.begin(), file.begin() + header);
    idx.bytes = std::move(file);
    return idx;
}

Pictures read_digits(const std::filesystem::path& images, const std::filesystem::path& labels) {
    Idx pictures = read_idx(images);
    const Idx numbers = read_idx(labels);
    if (pictures.dims.size() != 3)
        throw Error(fmt::format("{}: pictures must have 3 dimensions (n x height x width), not {}", images.string(),
                                pictures.dims.size()));
    if (numbers.dims.size() != 1)
        throw Error(fmt::format("{}: labels must have 1 dimension, not {}", labels.string(), numbers.dims.size()));
    if (pictures.dims[0] != numbers.dims[0])
        throw Error(fmt::format("{}: has {} labels, but {} has {} pictures", labels.string(), numbers.dims[0],
                                images.string(), pictures.dims[0]));
    if (numbers.bytes.empty()) throw Error(fmt::format("{}: must hold at least one picture", images.string()));

    Pictures set;
    set.shape = {1, pictures.dims[1], pictures.dims[2]};
    check_picture_shape(set.shape, images.string() + ": a picture");
    set.pixels = std::move(pictures.bytes);
    set.labels.assign(numbers.bytes.begin(), numbers.bytes.end());
    set.files.resize(set.labels.size());
    const int largest = *std::max_element(set.labels.begin(), set.labels.end());
    for (int i = 0; i <= std::max(1, largest); ++i) set.classes.push_back(std::to_string(i));
    return set;
}

}  // namespace tn
