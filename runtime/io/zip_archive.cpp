#include "runtime/io/zip_archive.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "runtime/core/error.hpp"

namespace tn {

namespace {

constexpr std::uint64_t local_signature = 0x04034b50, central_signature = 0x02014b50, end_signature = 0x06054b50,
                        end64_signature = 0x06064b50, locator64_signature = 0x07064b50;
constexpr std::uint64_t end_size = 22, locator64_size = 20, end64_size = 56, central_size = 46, local_size = 30;
constexpr std::uint64_t in_zip64 = 0xffffffff;

class Archive {
public:
    Archive(std::span<const std::uint8_t> bytes, const std::string& name) : bytes_(bytes), name_(name) {}

    std::map<std::string, std::span<const std::uint8_t>> entries() const {
        std::map<std::string, std::span<const std::uint8_t>> all;
        auto [at, count] = directory();
        for (; count > 0; --count) {
            if (number(at, 4) != central_signature) fail("its directory is not in order");
            const std::uint64_t name_size = number(at + 28, 2), extra_size = number(at + 30, 2),
                                comment_size = number(at + 32, 2);
            const auto text = part(at + central_size, name_size);
            const std::string entry(text.begin(), text.end());
            if (number(at + 8, 2) & 1) fail(fmt::format("'{}' is encrypted", entry));
            if (number(at + 10, 2) != 0) fail(fmt::format("'{}' is compressed, which torch.save does not do", entry));
            std::uint64_t packed = number(at + 20, 4), size = number(at + 24, 4), local = number(at + 42, 4);
            read_zip64(part(at + central_size + name_size, extra_size), {&size, &packed, &local});
            if (size != packed) fail(fmt::format("'{}' has two sizes", entry));
            if (!all.emplace(entry, data(local, size)).second) fail(fmt::format("has '{}' twice", entry));
            at += central_size + name_size + extra_size + comment_size;
        }
        return all;
    }

private:
    [[noreturn]] void fail(const std::string& reason) const {
        throw Error(fmt::format("{}: the zip archive is damaged or of another kind: {}", name_, reason));
    }

    std::span<const std::uint8_t> part(std::uint64_t at, std::uint64_t size) const {
        if (at > bytes_.size() || size > bytes_.size() - at) fail("a part of it lies outside the file");
        return bytes_.subspan(at, size);
    }

    std::uint64_t number(std::uint64_t at, int size) const { return number_in(part(at, size)); }
    static std::uint64_t number_in(std::span<const std::uint8_t> bytes) {
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < bytes.size(); ++i) value |= std::uint64_t{bytes[i]} << (8 * i);
        return value;
    }

    struct Directory {
        std::uint64_t at, count;
    };
    Directory directory() const {
        const std::uint64_t last = bytes_.size() < end_size ? 0 : bytes_.size() - end_size;
        for (std::uint64_t back = 0; back <= std::min<std::uint64_t>(last, 65535); ++back) {
            const std::uint64_t end = last - back;
            if (number(end, 4) != end_signature || number(end + 20, 2) != back) continue;
            if (end >= locator64_size && number(end - locator64_size, 4) == locator64_signature) {
                const std::uint64_t end64 = number(end - locator64_size + 8, 8);
                part(end64, end64_size);
                if (number(end64, 4) != end64_signature) fail("its end is not in order");
                return {number(end64 + 48, 8), number(end64 + 32, 8)};
            }
            return {number(end + 16, 4), number(end + 10, 2)};
        }
        fail("it has no end");
    }

    /// What does not fit into 32 bits stands, in this order, in the extra field number 1.
    void read_zip64(std::span<const std::uint8_t> extra, std::initializer_list<std::uint64_t*> wanted) const {
        while (extra.size() >= 4) {
            const std::uint64_t kind = number_in(extra.first(2)), size = number_in(extra.subspan(2, 2));
            extra = extra.subspan(4);
            if (size > extra.size()) fail("an extra field is too long");
            std::span<const std::uint8_t> field = extra.first(size);
            extra = extra.subspan(size);
            if (kind != 1) continue;
            for (std::uint64_t* value : wanted)
                if (*value == in_zip64 && field.size() >= 8) {
                    *value = number_in(field.first(8));
                    field = field.subspan(8);
                }
        }
    }

    std::span<const std::uint8_t> data(std::uint64_t local, std::uint64_t size) const {
        if (number(local, 4) != local_signature) fail("an entry does not begin where the directory says");
        return part(local + local_size + number(local + 26, 2) + number(local + 28, 2), size);
    }

    std::span<const std::uint8_t> bytes_;
    const std::string& name_;
};

}  // namespace

bool is_zip(std::span<const std::uint8_t> bytes) {
    return bytes.size() >= 4 && bytes[0] == 'P' && bytes[1] == 'K' && bytes[2] == 3 && bytes[3] == 4;
}

std::map<std::string, std::span<const std::uint8_t>> zip_entries(std::span<const std::uint8_t> bytes,
                                                                 const std::string& name) {
    return Archive(bytes, name).entries();
}

}  // namespace tn
