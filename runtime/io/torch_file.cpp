#include "runtime/io/torch_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <optional>

#include "runtime/core/error.hpp"
#include "runtime/io/number_formats.hpp"
#include "runtime/io/pickle.hpp"
#include "runtime/io/zip_archive.hpp"

namespace tn {

namespace {

using Kind = PickleValue::Kind;
using Bytes = std::span<const std::uint8_t>;

/// The pickle of the number that the format before PyTorch 1.6 begins with.
constexpr std::uint8_t legacy_beginning[] = {0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46,
                                             0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e};

struct StorageType {
    std::string dtype;  // as safetensors calls it
    std::uint64_t bytes;
};
std::optional<StorageType> storage_type(const std::string& global) {
    static const std::map<std::string, StorageType> types{
        {"torch FloatStorage", {"F32", 4}},  {"torch HalfStorage", {"F16", 2}}, {"torch BFloat16Storage", {"BF16", 2}},
        {"torch DoubleStorage", {"F64", 8}}, {"torch LongStorage", {"I64", 8}}, {"torch IntStorage", {"I32", 4}},
        {"torch ShortStorage", {"I16", 2}},  {"torch CharStorage", {"I8", 1}},  {"torch ByteStorage", {"U8", 1}},
        {"torch BoolStorage", {"BOOL", 1}}};
    const auto found = types.find(global);
    return found == types.end() ? std::nullopt : std::optional(found->second);
}

/// A storage as a pickle names it.
struct Storage {
    StorageType type;
    std::string key;
    std::uint64_t count;  // of numbers
};

/// The tensors of the pickle of a state_dict.
class StateDict {
public:
    /// `bytes_of` gives those of a storage.
    StateDict(const Pickle& pickle, const std::string& name, std::uint64_t most_values,
              std::function<Bytes(const Storage&)> bytes_of)
        : pickle_(pickle), name_(name), left_(most_values), bytes_of_(std::move(bytes_of)) {}

    std::vector<NamedTensor> read() {
        std::vector<NamedTensor> tensors;
        for (const auto& [key, value] : dictionary().entries) {
            if (pickle_.at(key).kind != Kind::text) fail("a tensor's name is not a text");
            if (is_call(value, "torch._utils _rebuild_tensor_v2") || is_call(value, "torch._utils _rebuild_parameter"))
                tensors.push_back(tensor(pickle_.at(key).text, value));
            else if (pickle_.at(value).kind == Kind::call)
                fail(fmt::format("'{}' is made by '{}', which is not called: only tensors are read",
                                 pickle_.at(key).text, pickle_.at(pickle_.at(value).items[0]).text));
        }
        if (tensors.empty()) fail("it has no tensor");
        return tensors;
    }

private:
    [[noreturn]] void fail(const std::string& reason) const {
        throw Error(fmt::format("{}: is not a state_dict of PyTorch: {}", name_, reason));
    }

    /// The state_dict itself, or the one in a checkpoint.
    const PickleValue& dictionary() const {
        const PickleValue& root = pickle_.at(pickle_.root);
        if (root.kind == Kind::call)
            fail(fmt::format("it is made by '{}', which is not called: save model.state_dict(), not the model",
                             pickle_.at(root.items[0]).text));
        if (root.kind != Kind::dictionary) fail("it is no dictionary");
        for (const char* key : {"state_dict", "model", "model_state_dict"})
            if (const int inner = pickle_.find(root, key); inner >= 0 && pickle_.at(inner).kind == Kind::dictionary)
                return pickle_.at(inner);
        return root;
    }

    bool is_call(int value, const char* global) const {
        const PickleValue& v = pickle_.at(value);
        return v.kind == Kind::call && pickle_.at(v.items[0]).text == global;
    }

    const PickleValue& argument(const PickleValue& of, std::size_t number, Kind kind) const {
        if (number >= of.items.size() || pickle_.at(of.items[number]).kind != kind)
            fail("a tensor is not as torch.save writes it");
        return pickle_.at(of.items[number]);
    }

    std::vector<std::int64_t> integers(const PickleValue& sequence) const {
        std::vector<std::int64_t> values;
        for (std::size_t i = 0; i < sequence.items.size(); ++i) {
            values.push_back(argument(sequence, i, Kind::integer).integer);
            if (values.back() < 0) fail("a tensor has a negative extent or stride");
        }
        return values;
    }

    Storage storage(const PickleValue& persistent) const {
        const PickleValue& key = argument(persistent, 0, Kind::sequence);
        if (argument(key, 0, Kind::text).text != "storage") fail("something is kept outside that is no storage");
        const std::string& global = argument(key, 1, Kind::global).text;
        const std::optional<StorageType> type = storage_type(global);
        if (!type) fail(fmt::format("'{}' is no type of storage that is read", global));
        const std::int64_t count = argument(key, 4, Kind::integer).integer;
        if (count < 0) fail("a storage has a negative size");
        if (key.items.size() > 5 && pickle_.at(key.items[5]).kind != Kind::none)
            fail("a storage is a view of another one");
        return {*type, argument(key, 2, Kind::text).text, static_cast<std::uint64_t>(count)};
    }

    NamedTensor tensor(const std::string& name, int value) {
        const bool parameter = is_call(value, "torch._utils _rebuild_parameter");
        if (parameter) {
            const PickleValue& given = pickle_.at(pickle_.at(value).items[1]);
            if (given.items.empty() || !is_call(given.items[0], "torch._utils _rebuild_tensor_v2"))
                fail(fmt::format("the parameter '{}' is no tensor", name));
            value = given.items[0];
        }
        const PickleValue& given = pickle_.at(pickle_.at(value).items[1]);
        const Storage from = storage(argument(given, 0, Kind::persistent));
        const std::int64_t offset = argument(given, 1, Kind::integer).integer;
        NamedTensor t{name, from.type.dtype, integers(argument(given, 2, Kind::sequence)), {}};
        const std::vector<std::int64_t> stride = integers(argument(given, 3, Kind::sequence));
        if (offset < 0 || stride.size() != t.shape.size() || t.shape.size() > 8)
            fail(fmt::format("the tensor '{}' has an impossible shape", name));
        const NumberFormat format = number_format(t.dtype);
        if (format == NumberFormat::other) return t;
        const std::uint64_t count = count_within(t, stride, static_cast<std::uint64_t>(offset), from.count);
        left_ -= count;
        const Bytes bytes = bytes_of_(from);
        if (bytes.size() / from.type.bytes < from.count) fail(fmt::format("the storage of '{}' is cut off", name));
        t.values.reserve(count);
        std::vector<std::int64_t> index(t.shape.size());
        for (std::uint64_t i = 0; i < count; ++i) {
            std::uint64_t at = static_cast<std::uint64_t>(offset);
            for (std::size_t d = 0; d < index.size(); ++d) at += static_cast<std::uint64_t>(index[d] * stride[d]);
            t.values.push_back(float_at(bytes.data() + at * from.type.bytes, format));
            for (std::size_t d = index.size(); d-- > 0 && ++index[d] == t.shape[d];) index[d] = 0;
        }
        return t;
    }

    /// How many values a tensor has, all of which lie in its storage.
    std::uint64_t count_within(const NamedTensor& t, const std::vector<std::int64_t>& stride, std::uint64_t offset,
                               std::uint64_t stored) const {
        std::uint64_t count = 1, last = offset;
        if (std::ranges::find(t.shape, 0) != t.shape.end()) return 0;
        for (std::size_t d = 0; d < t.shape.size(); ++d) {
            const auto extent = static_cast<std::uint64_t>(t.shape[d]), step = static_cast<std::uint64_t>(stride[d]);
            if (extent > left_ / count) fail("its tensors have more values than the file");
            if (step > 0 && extent - 1 > stored / step)
                fail(fmt::format("the tensor '{}' is larger than its storage", t.name));
            count *= extent;
            last += (extent - 1) * step;
        }
        if (last >= stored) fail(fmt::format("the tensor '{}' lies outside its storage", t.name));
        return count;
    }

    const Pickle& pickle_;
    const std::string& name_;
    std::uint64_t left_;
    std::function<Bytes(const Storage&)> bytes_of_;
};

std::vector<NamedTensor> read_zipped(Bytes bytes, const std::string& name) {
    const auto entries = zip_entries(bytes, name);
    const auto main = std::ranges::find_if(entries, [](const auto& e) { return e.first.ends_with("/data.pkl"); });
    if (main == entries.end()) throw Error(name + ": is a zip archive, but not of torch.save: it has no data.pkl");
    const std::string folder = main->first.substr(0, main->first.size() - std::string("data.pkl").size());
    if (const auto order = entries.find(folder + "byteorder"); order != entries.end())
        if (std::string(order->second.begin(), order->second.end()) != "little")
            throw Error(name + ": its numbers must be little-endian");
    const Pickle pickle = read_pickle(main->second, name);
    return StateDict(pickle, name, bytes.size(),
                     [&](const Storage& s) {
                         const auto found = entries.find(folder + "data/" + s.key);
                         if (found == entries.end()) throw Error(fmt::format("{}: has no storage '{}'", name, s.key));
                         return found->second;
                     })
        .read();
}

/// Four pickles, the number, the version, the system and the state_dict, then one of the storages' keys, whose bytes
/// follow in that order, each after its count of numbers.
std::vector<NamedTensor> read_legacy(Bytes bytes, const std::string& name) {
    const auto cut_off = [&] { throw Error(name + ": is cut off"); };
    std::size_t at = 0;
    const auto next = [&] {
        Pickle p = read_pickle(bytes.subspan(at), name);
        at += p.size;
        return p;
    };
    next();
    next();
    const Pickle system = next();
    if (const int little = system.find(system.at(system.root), "little_endian");
        little < 0 || system.at(little).integer != 1)
        throw Error(name + ": its numbers must be little-endian");
    const Pickle pickle = next(), keys = next();

    // How wide a storage's numbers are only the state_dict says.
    std::map<std::string, std::uint64_t> width;
    for (const PickleValue& v : pickle.values) {
        if (v.kind != Kind::persistent) continue;
        const PickleValue& key = pickle.at(v.items[0]);
        if (key.items.size() < 3 || pickle.at(key.items[1]).kind != Kind::global) continue;
        if (const auto type = storage_type(pickle.at(key.items[1]).text))
            width[pickle.at(key.items[2]).text] = type->bytes;
    }
    std::map<std::string, Bytes> storages;
    for (const int item : keys.at(keys.root).items) {
        const std::string& key = keys.at(item).text;
        if (bytes.size() - at < 8) cut_off();
        std::uint64_t count = 0;
        for (int i = 0; i < 8; ++i) count |= std::uint64_t{bytes[at++]} << (8 * i);
        const auto known = width.find(key);
        if (known == width.end()) throw Error(fmt::format("{}: the storage '{}' is of no tensor", name, key));
        if (count > (bytes.size() - at) / known->second) cut_off();
        storages[key] = bytes.subspan(at, count * known->second);
        at += count * known->second;
    }
    return StateDict(pickle, name, bytes.size(),
                     [&](const Storage& s) {
                         const auto found = storages.find(s.key);
                         if (found == storages.end()) throw Error(fmt::format("{}: has no storage '{}'", name, s.key));
                         return found->second;
                     })
        .read();
}

}  // namespace

bool is_torch_file(Bytes bytes) {
    return is_zip(bytes) || (bytes.size() >= std::size(legacy_beginning) &&
                             std::equal(std::begin(legacy_beginning), std::end(legacy_beginning), bytes.begin()));
}

std::vector<NamedTensor> read_torch_file(Bytes bytes, const std::string& name) {
    return is_zip(bytes) ? read_zipped(bytes, name) : read_legacy(bytes, name);
}

}  // namespace tn
