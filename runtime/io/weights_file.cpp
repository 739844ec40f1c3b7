#include "runtime/io/weights_file.hpp"

#include "runtime/core/error.hpp"
#include "runtime/core/file.hpp"
#include "runtime/io/safetensors.hpp"
#include "runtime/io/torch_file.hpp"

namespace tn {

std::vector<NamedTensor> read_weights_file(const std::filesystem::path& path) {
    const std::vector<std::uint8_t> bytes = read_file(path, std::uint64_t{16} << 30);
    if (is_torch_file(bytes)) return read_torch_file(bytes, path.string());
    std::vector<NamedTensor> tensors;
    const Safetensors file(path);
    for (const Safetensors::Entry& t : file.tensors())
        tensors.push_back({t.name, t.dtype, t.shape, {t.data.begin(), t.data.end()}});
    return tensors;
}

}  // namespace tn
