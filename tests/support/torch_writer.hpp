// Files as torch.save writes them, in both of its formats, for tests of what reads them.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

namespace tn::test {

/// The instructions of a pickle, put together by hand.
class PickleWriter {
public:
    std::string bytes = "\x80\x02";

    PickleWriter& raw(const std::string& code) {
        bytes += code;
        return *this;
    }
    PickleWriter& number(std::uint64_t value, int size) {
        for (int i = 0; i < size; ++i) bytes += i < 8 ? static_cast<char>(value >> (8 * i)) : char{};
        return *this;
    }
    PickleWriter& text(const std::string& text) { return raw("X").number(text.size(), 4).raw(text); }
    PickleWriter& integer(std::int64_t value) { return raw("\x8a\x08").number(static_cast<std::uint64_t>(value), 8); }
    PickleWriter& global(const std::string& module, const std::string& name) {
        return raw("c" + module + "\n" + name + "\n");
    }
    PickleWriter& integers(const std::vector<std::int64_t>& values) {
        raw("(");
        for (const std::int64_t v : values) integer(v);
        return raw("t");
    }
};

/// A tensor in a storage of its own.
struct SavedTensor {
    std::string name, storage_type, storage;  ///< "FloatStorage", and its bytes
    std::int64_t stored = 0;                  ///< numbers
    std::vector<std::int64_t> shape, stride;
    std::int64_t offset = 0;
};

inline std::string bytes_of(const std::vector<float>& values) {
    return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)};
}

/// Of floats, one row after the other.
inline SavedTensor saved(const std::string& name, const std::vector<std::int64_t>& shape,
                         const std::vector<float>& values) {
    std::vector<std::int64_t> stride(shape.size(), 1);
    for (std::size_t i = shape.size(); i-- > 1;) stride[i - 1] = stride[i] * shape[i];
    return {name, "FloatStorage", bytes_of(values), static_cast<std::int64_t>(values.size()), shape, stride};
}

/// The pickle of a state_dict; storage number i has the key "i". The legacy format names a view behind the size.
inline std::string state_dict(const std::vector<SavedTensor>& tensors, bool legacy) {
    PickleWriter p;
    p.global("collections", "OrderedDict").raw(")R(");
    for (std::size_t i = 0; i < tensors.size(); ++i) {
        const SavedTensor& t = tensors[i];
        p.text(t.name).global("torch._utils", "_rebuild_tensor_v2").raw("((").text("storage");
        p.global("torch", t.storage_type).text(std::to_string(i)).text("cpu").integer(t.stored);
        p.raw(legacy ? "NtQ" : "tQ").integer(t.offset).integers(t.shape).integers(t.stride);
        p.raw("\x89").global("collections", "OrderedDict").raw(")RtR");
    }
    return p.raw("u.").bytes;
}

/// A zip archive of stored entries, without checksums.
inline std::string zip(const std::vector<std::pair<std::string, std::string>>& entries, int method = 0) {
    PickleWriter file, directory;
    file.bytes.clear();
    directory.bytes.clear();
    for (const auto& [name, data] : entries) {
        const std::size_t at = file.bytes.size();
        const auto sizes = [&name = name, &data = data](PickleWriter& w) {  // clang 14 captures no binding by itself
            w.number(0, 4).number(data.size(), 4).number(data.size(), 4).number(name.size(), 2).number(0, 2);
        };
        file.raw("PK\x03\x04").number(0, 4).number(static_cast<std::uint64_t>(method), 2).number(0, 4);
        sizes(file);
        file.raw(name).raw(data);
        directory.raw("PK\x01\x02").number(0, 6).number(static_cast<std::uint64_t>(method), 2).number(0, 4);
        sizes(directory);
        directory.number(0, 10).number(at, 4).raw(name);
    }
    const std::size_t at = file.bytes.size();
    file.raw(directory.bytes).raw("PK\x05\x06").number(0, 4).number(entries.size(), 2).number(entries.size(), 2);
    return file.number(directory.bytes.size(), 4).number(at, 4).number(0, 2).bytes;
}

inline std::string torch_zip(const std::string& pickle, const std::vector<SavedTensor>& tensors) {
    std::vector<std::pair<std::string, std::string>> entries{{"archive/data.pkl", pickle},
                                                             {"archive/byteorder", "little"}};
    for (std::size_t i = 0; i < tensors.size(); ++i)
        entries.emplace_back("archive/data/" + std::to_string(i), tensors[i].storage);
    return zip(entries);
}
inline std::string torch_zip(const std::vector<SavedTensor>& tensors) {
    return torch_zip(state_dict(tensors, false), tensors);
}

inline std::string torch_legacy(const std::vector<SavedTensor>& tensors) {
    using namespace std::string_literals;
    std::string file = "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.\x80\x02M\xe9\x03."s;
    file += PickleWriter{}.raw("}(").text("little_endian").raw("\x88u.").bytes + state_dict(tensors, true);
    PickleWriter keys;
    keys.raw("](");
    for (std::size_t i = 0; i < tensors.size(); ++i) keys.text(std::to_string(i));
    file += keys.raw("e.").bytes;
    for (const SavedTensor& t : tensors) {
        PickleWriter count;
        count.bytes.clear();
        file += count.number(static_cast<std::uint64_t>(t.stored), 8).bytes + t.storage;
    }
    return file;
}

}  // namespace tn::test
