// safetensors: named tensors and text metadata in one file that other programs read too.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace tn {

/// A tensor of float32 to be written.
struct TensorView {
    std::string name;
    std::vector<std::int64_t> shape;
    std::span<const float> data;
};

/// A tensor of any type, its values little-endian as in the file.
struct TensorBytes {
    std::string name;
    std::string dtype;  ///< as in the file: I8, F64
    std::vector<std::int64_t> shape;
    std::span<const std::byte> data;
};

/// Writes an 8-byte length, a JSON header and the data, as a whole or not at all. The metadata gets
/// "crc32_by_name", the checksum of the tensors in the order of their names. Throws Error "path: reason", also when two
/// tensors have one name, or one has another number of values than its shape, or a type that the format does not have:
/// such a file could not be read.
void write_typed_safetensors(const std::filesystem::path& path, std::span<const TensorBytes> tensors,
                             std::map<std::string, std::string> metadata);
/// The same of float32.
void write_safetensors(const std::filesystem::path& path, std::span<const TensorView> tensors,
                       std::map<std::string, std::string> metadata);

/// A file that was read whole and found in order: offsets inside it, without holes or overlap, sizes that agree with
/// the shapes, a checksum that fits where there is one. Another program may have saved the tensors in another order.
/// Values of F16, BF16 and F64 become floats; those of other types are bytes (PyTorch saves the counts
/// num_batches_tracked of BN as I64).
class Safetensors {
public:
    /// Throws Error "path: reason" when anything is not as it must be.
    explicit Safetensors(const std::filesystem::path& path);

    struct Entry {
        std::string name;
        std::string dtype;  ///< as in the file: F32, I64
        std::vector<std::int64_t> shape;
        std::span<const float> data;         ///< empty unless dtype is F32, F16, BF16 or F64
        std::span<const std::byte> bytes{};  ///< of whole numbers and F64: what floats do not hold; else empty
    };
    const std::vector<Entry>& tensors() const { return tensors_; }
    /// The tensor of this name, or null.
    const Entry* find(const std::string& name) const;
    /// The text of this key; throws Error when it is missing.
    const std::string& metadata(const std::string& key) const;
    const std::map<std::string, std::string>& all_metadata() const { return metadata_; }

private:
    struct Extent;
    void read_values(std::span<const Extent> ranges, const std::uint8_t* data);

    std::string path_;
    std::vector<float> values_;
    std::vector<std::byte> bytes_;
    std::vector<Entry> tensors_;
    std::map<std::string, std::string> metadata_;
};

}  // namespace tn
