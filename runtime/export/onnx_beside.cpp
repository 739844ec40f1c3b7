#include "runtime/export/onnx_beside.hpp"

#include <algorithm>
#include <charconv>

#include "runtime/core/error.hpp"

namespace tn::onnx {

namespace {

/// A path that cannot lead out of the folder but by a link that is in it.
bool stays_inside(const std::filesystem::path& path) {
    return !path.empty() && path.is_relative() && std::find(path.begin(), path.end(), "..") == path.end();
}

}  // namespace

std::string_view FilesBeside::bytes(const std::string& constant, const std::map<std::string, std::string>& where) {
    const std::string begins = "the constant '" + constant + "' lies in another file, ";
    const auto location = where.find("location");
    if (location == where.end() || !stays_inside(location->second))
        throw Error(begins + "which must be in the model's folder");
    auto& file = files_[location->second];
    try {
        if (!file) file = std::make_unique<MappedFile>(folder_ / location->second);
    } catch (const Error& e) {
        throw Error(begins + e.what());
    }
    const std::uint64_t size = file->bytes().size();
    const auto number = [&](const char* key, std::uint64_t otherwise) {
        const auto found = where.find(key);
        if (found == where.end()) return otherwise;
        const std::string& text = found->second;
        std::uint64_t value = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (error != std::errc{} || end != text.data() + text.size() || value > size)
            throw Error(begins + location->second + ", which is too short");
        return value;
    };
    const std::uint64_t offset = number("offset", 0), length = number("length", size - offset);
    if (length > size - offset) throw Error(begins + location->second + ", which is too short");
    return {reinterpret_cast<const char*>(file->bytes().data()) + offset, length};
}

}  // namespace tn::onnx
