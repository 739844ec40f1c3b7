#include "runtime/io/safetensors.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <zlib.h>

#include <algorithm>
#include <cstring>

#include "runtime/core/error.hpp"
#include "runtime/core/file.hpp"
#include "runtime/io/json_events.hpp"
#include "runtime/io/number_formats.hpp"

namespace tn {

/// A tensor of a file, [begin, end) in its data.
struct Safetensors::Extent {
    std::uint64_t begin, end;
    std::string name, dtype;
    std::vector<std::int64_t> shape;
};

namespace {

constexpr const char* metadata_key = "__metadata__";
constexpr std::uint64_t max_header = 100'000'000;  // the limit that the format sets
constexpr std::uint64_t max_file = std::uint64_t{16} << 30;

/// Bytes of one value, or 0 for a type that the format does not have.
std::size_t bytes_of(const std::string& dtype) {
    static const std::map<std::string, std::size_t> sizes{
        {"BOOL", 1}, {"U8", 1},  {"I8", 1},  {"F8_E5M2", 1}, {"F8_E4M3", 1}, {"U16", 2}, {"I16", 2}, {"F16", 2},
        {"BF16", 2}, {"U32", 4}, {"I32", 4}, {"F32", 4},     {"U64", 8},     {"I64", 8}, {"F64", 8}};
    const auto at = sizes.find(dtype);
    return at == sizes.end() ? 0 : at->second;
}

/// Of the tensors in the order of their names, as [begin, end) in the data, whatever order they lie in: a program that
/// saves a file again may choose another one.
using Extents = std::map<std::string, std::pair<std::uint64_t, std::uint64_t>>;
std::string checksum(const std::uint8_t* data, const Extents& tensors) {
    uLong crc = 0;
    for (const auto& [name, extent] : tensors) crc = crc32_z(crc, data + extent.first, extent.second - extent.first);
    return fmt::format("{:08x}", crc);
}
constexpr const char* checksum_key = "crc32_by_name";
/// What files up to version 0.1 have: of the data as they lie.
constexpr const char* old_checksum_key = "crc32";

}  // namespace

void write_safetensors(const std::filesystem::path& path, std::span<const TensorView> tensors,
                       std::map<std::string, std::string> metadata) {
    std::vector<TensorBytes> bytes;
    for (const TensorView& t : tensors) bytes.push_back({t.name, "F32", t.shape, std::as_bytes(t.data)});
    write_typed_safetensors(path, bytes, std::move(metadata));
}

void write_typed_safetensors(const std::filesystem::path& path, std::span<const TensorBytes> tensors,
                             std::map<std::string, std::string> metadata) {
    std::vector<std::uint8_t> data;
    std::map<std::string, std::string> entries;  // of the header, by name
    Extents extents;
    for (const TensorBytes& t : tensors) {
        std::size_t values = 1;
        for (const std::int64_t extent : t.shape) values *= extent;
        const std::size_t each = bytes_of(t.dtype);
        if (each == 0)
            throw Error(fmt::format("{}: the tensor '{}' has a dtype that is not known", path.string(), t.name));
        if (values * each != t.data.size())
            throw Error(fmt::format("{}: the tensor '{}' has {} values, but its shape {}", path.string(), t.name,
                                    t.data.size() / each, values));
        if (t.name == metadata_key || entries.contains(t.name))
            throw Error(fmt::format("{}: a tensor cannot be named '{}', which is taken", path.string(), t.name));
        const std::size_t begin = data.size();
        data.resize(begin + t.data.size_bytes());
        if (!t.data.empty()) std::memcpy(data.data() + begin, t.data.data(), t.data.size_bytes());
        extents[t.name] = {begin, data.size()};
        entries[t.name] = fmt::format(R"({{"data_offsets":[{},{}],"dtype":"{}","shape":[{}]}})", begin, data.size(),
                                      t.dtype, fmt::join(t.shape, ","));
    }
    metadata.erase(old_checksum_key);
    metadata[checksum_key] = checksum(data.data(), extents);
    std::string texts;
    for (const auto& [key, value] : metadata)
        texts += fmt::format("{}{}:{}", texts.empty() ? "" : ",", json_text(key), json_text(value));
    entries[metadata_key] = "{" + texts + "}";
    std::string text;
    for (const auto& [name, entry] : entries)
        text += fmt::format("{}{}:{}", text.empty() ? "{" : ",", json_text(name), entry);
    text += "}";
    text.resize((text.size() + 7) / 8 * 8, ' ');
    std::vector<std::uint8_t> bytes(8 + text.size() + data.size());
    for (int i = 0; i < 8; ++i) bytes[i] = static_cast<std::uint8_t>(text.size() >> (8 * i));
    std::copy(text.begin(), text.end(), bytes.begin() + 8);
    std::copy(data.begin(), data.end(), bytes.begin() + 8 + text.size());
    write_file(path, bytes);
}

Safetensors::Safetensors(const std::filesystem::path& path) : path_(path.string()) {
    const auto fail = [&](const std::string& reason) { throw Error(path_ + ": " + reason); };
    const std::vector<std::uint8_t> bytes = read_file(path, max_file);
    if (bytes.size() < 8) fail("is not a safetensors file: it has less than 8 bytes");
    std::uint64_t length = 0;
    for (int i = 0; i < 8; ++i) length |= std::uint64_t{bytes[i]} << (8 * i);
    if (length > max_header || length > bytes.size() - 8)
        fail(fmt::format("is not a safetensors file, or is cut off: its header has {} bytes, the file {}", length,
                         bytes.size()));
    const std::uint8_t* data = bytes.data() + 8 + length;
    const std::size_t size = bytes.size() - 8 - length;
    std::vector<Extent> ranges;
    SafetensorsHeader header;
    try {
        header = parse_safetensors_header(std::span(bytes).subspan(8, length));
    } catch (const Error& e) {
        fail(e.what());
    }
    metadata_ = std::move(header.metadata);
    for (auto& [name, dtype, shape, offsets] : header.tensors) {
        if (bytes_of(dtype) == 0) fail("tensor '" + name + "' has a dtype that is not known");
        if (offsets.size() != 2 || offsets[0] < 0 || offsets[0] > offsets[1] ||
            static_cast<std::uint64_t>(offsets[1]) > size)
            fail("tensor '" + name + "' lies outside the file");
        Extent r{static_cast<std::uint64_t>(offsets[0]), static_cast<std::uint64_t>(offsets[1]), std::move(name),
                 std::move(dtype), std::move(shape)};
        std::uint64_t values = 1;
        for (std::int64_t extent : r.shape) {
            if (extent < 0 || (extent > 0 && values > size / extent))
                fail("tensor '" + r.name + "' has an impossible shape");
            values *= extent;
        }
        if (values * bytes_of(r.dtype) != r.end - r.begin)
            fail("tensor '" + r.name + "' has a size that is not its shape's");
        ranges.push_back(std::move(r));
    }
    std::sort(ranges.begin(), ranges.end(),
              [](const Extent& a, const Extent& b) { return a.begin != b.begin ? a.begin < b.begin : a.end < b.end; });
    std::uint64_t next = 0;
    for (const Extent& r : ranges) {
        if (r.begin != next) fail("tensor '" + r.name + "' does not begin where the one before it ends");
        next = r.end;
    }
    if (next != size) fail(fmt::format("its tensors have {} bytes, but {} follow the header", next, size));
    Extents extents;
    for (const Extent& r : ranges) extents[r.name] = {r.begin, r.end};
    if (const auto crc = metadata_.find(checksum_key); crc != metadata_.end()) {
        if (crc->second != checksum(data, extents))
            fail(
                "is damaged, or another program has changed its tensors and not its metadata: the checksum of the "
                "tensors is not the one under 'crc32_by_name'");
    } else if (const auto old = metadata_.find(old_checksum_key);
               old != metadata_.end() && old->second != checksum(data, {{"", {0, size}}})) {
        fail(
            "is damaged, or another program has saved it again in another order: the checksum of its data is not the "
            "one under 'crc32' in its metadata. If its tensors are right, save it without 'crc32'");
    }
    read_values(ranges, data);
}

void Safetensors::read_values(std::span<const Extent> ranges, const std::uint8_t* data) {
    const auto values_of = [](const Extent& r) {
        return number_format(r.dtype) == NumberFormat::other ? 0 : (r.end - r.begin) / bytes_of(r.dtype);
    };
    const auto bytes_kept = [](const Extent& r) {
        const NumberFormat format = number_format(r.dtype);
        return format == NumberFormat::other || format == NumberFormat::f64 ? r.end - r.begin : 0;
    };
    std::size_t values = 0, bytes = 0;
    for (const Extent& r : ranges) values += values_of(r), bytes += bytes_kept(r);
    values_.resize(values);
    bytes_.resize(bytes);
    float* to = values_.data();
    std::byte* raw = bytes_.data();
    for (const Extent& r : ranges) {
        const std::size_t count = values_of(r), kept = bytes_kept(r);
        const NumberFormat format = number_format(r.dtype);
        if (format == NumberFormat::f32)
            std::copy_n(data + r.begin, count * sizeof(float), reinterpret_cast<std::uint8_t*>(to));
        else
            for (std::size_t i = 0; i < count; ++i) to[i] = float_at(data + r.begin + i * bytes_of(r.dtype), format);
        std::copy_n(data + r.begin, kept, reinterpret_cast<std::uint8_t*>(raw));
        tensors_.push_back({r.name, r.dtype, r.shape, {to, count}, {raw, kept}});
        to += count;
        raw += kept;
    }
}

const Safetensors::Entry* Safetensors::find(const std::string& name) const {
    const auto at = std::find_if(tensors_.begin(), tensors_.end(), [&](const Entry& e) { return e.name == name; });
    return at == tensors_.end() ? nullptr : &*at;
}

const std::string& Safetensors::metadata(const std::string& key) const {
    const auto at = metadata_.find(key);
    if (at == metadata_.end()) throw Error(path_ + ": its metadata must have '" + key + "'");
    return at->second;
}

}  // namespace tn
