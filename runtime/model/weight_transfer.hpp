// Weights of another network, as far as they fit: what was taken, and what was not, is told.
#pragma once

#include <algorithm>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "runtime/io/weights_file.hpp"
#include "runtime/model/weights.hpp"

namespace tn {

/// What became of a model's tensors and of those in a file.
struct TransferReport {
    struct Pair {
        std::string here, there;  ///< the names in the model and in the file
        bool operator==(const Pair&) const = default;
    };
    std::vector<Pair> taken;
    std::vector<Pair> unfit;           ///< of another shape, or no numbers of float32: the model's stayed as they were
    std::vector<std::string> missing;  ///< of the model, and not in the file: these stayed as they were, too
    std::vector<std::string>
        left;  ///< in the file, and asked for by none of the model's; not what training alone needs
};

/// One line for each kind, as in "12 tensors were taken" and "2 are missing in the file: 9.weight, 9.bias".
std::string describe(const TransferReport& report);

/// The name in the file for the name of a model's tensor; "" for one that is not asked for.
using NameInFile = std::function<std::string(const std::string&)>;

/// A map of beginnings: the longest that a name begins with is replaced, as with {{"0.", "features.conv1."}}. Other
/// names are the same in the file.
NameInFile renamed(std::vector<std::pair<std::string, std::string>> beginnings);

namespace detail {

/// A model's tensor, where what is taken goes.
struct Receiver {
    std::string name;
    std::vector<std::int64_t> shape;
    std::function<void(std::span<const float>)> take;
};
TransferReport transfer(const std::vector<NamedTensor>& file, const std::vector<Receiver>& model,
                        const NameInFile& name_in_file);

}  // namespace detail

/// Takes of a safetensors file, or of one that torch.save wrote (.pth, read_weights_file), every tensor that the model
/// has too, under its own name or the one that `name_in_file` gives, and in its shape; all others of the model stay as
/// they are. So a network gets the layers that it has in common with another one, and a last layer of its own. Throws
/// Error when the file cannot be read or when nothing in it fits, and then leaves the model as it was.
template <class M>
TransferReport transfer_weights(const std::filesystem::path& path, M& model, const NameInFile& name_in_file = {}) {
    std::vector<detail::Receiver> receivers;
    for (const auto& t : model.tensors())
        receivers.push_back({t.name, detail::shape_of(t), [values = t.values](std::span<const float> from) {
                                 std::copy(from.begin(), from.end(), values.begin());
                             }});
    const TransferReport report = detail::transfer(read_weights_file(path), receivers, name_in_file);
    if (report.taken.empty())
        throw Error(path.string() + ": has no tensor of the network's names and shapes; " + describe(report));
    return report;
}

}  // namespace tn
