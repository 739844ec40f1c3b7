#include "runtime/model/pretrained.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "runtime/core/error.hpp"

namespace tn {

namespace {

using Names = std::vector<std::string>;
constexpr std::size_t head_tensors = 2;

using ByName = std::map<std::string, const NamedTensor*>;

ByName by_name(const std::vector<NamedTensor>& file) {
    ByName all;
    for (const NamedTensor& t : file) all.emplace(t.name, &t);
    return all;
}

/// What stands before the first of these names in the file; nothing where it is not there.
std::optional<std::string> prefix_of(const std::vector<NamedTensor>& file, const Names& names) {
    for (const NamedTensor& t : file) {
        if (t.name == names.front()) return "";
        if (t.name.ends_with("." + names.front())) return t.name.substr(0, t.name.size() - names.front().size());
    }
    return {};
}

/// The list of which the file has most, and its prefix there.
struct Naming {
    const Names* names;
    std::string prefix;
    std::size_t found;
};
Naming best_naming(const std::vector<NamedTensor>& file, std::span<const Names> lists) {
    const ByName all = by_name(file);
    Naming best{&lists.front(), "", 0};
    for (const Names& names : lists) {
        const std::optional<std::string> prefix = prefix_of(file, names);
        if (!prefix) continue;
        const auto found = static_cast<std::size_t>(
            std::ranges::count_if(names, [&](const std::string& name) { return all.contains(*prefix + name); }));
        if (found > best.found) best = {&names, *prefix, found};
    }
    return best;
}

std::string text(const std::vector<std::int64_t>& shape) { return fmt::format("[{}]", fmt::join(shape, ", ")); }

/// The first few of a list, and how many there are.
std::string few(const Names& names) {
    constexpr std::size_t most = 5;
    const std::string some =
        fmt::format("{}", fmt::join(names.begin(), names.begin() + std::min(names.size(), most), ", "));
    return names.size() > most ? fmt::format("{} and {} more", some, names.size() - most) : some;
}

}  // namespace

bool fits_names(const std::vector<NamedTensor>& file, std::span<const Names> names) {
    if (names.empty()) return false;
    const Naming best = best_naming(file, names);
    const ByName all = by_name(file);
    return std::all_of(best.names->begin(), best.names->end() - head_tensors,
                       [&](const std::string& name) { return all.contains(best.prefix + name); });
}

namespace detail {

ChosenTensors choose_pretrained(const std::vector<NamedTensor>& file, const std::string& path,
                                const std::vector<Wanted>& wanted, std::span<const Names> names, int active) {
    if (names.empty()) throw Error(path + ": the network takes no pretrained weights");
    const Naming naming = best_naming(file, names);
    if (naming.names->size() != wanted.size())
        throw Error(fmt::format("{} names for {} tensors", naming.names->size(), wanted.size()));
    const ByName all = by_name(file);
    ChosenTensors chosen{{naming.prefix}, {}};
    Names missing, other_shape, unknown;
    std::set<std::string> known;
    const std::size_t head = wanted.size() - head_tensors;
    bool takes_head = true;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        const std::string name = naming.prefix + (*naming.names)[i];
        known.insert(name);
        const auto found = all.find(name);
        const NamedTensor* tensor = found == all.end() ? nullptr : found->second;
        std::vector<std::int64_t> shape = wanted[i].shape;
        if (i >= head) {
            shape[0] = active;
            takes_head = takes_head && tensor && tensor->shape == shape && !tensor->values.empty();
            if (tensor && !tensor->shape.empty()) chosen.found.head_rows = tensor->shape[0];
        } else if (!tensor) {
            missing.push_back(name);
        } else if (tensor->shape != shape || tensor->values.empty()) {
            other_shape.push_back(
                fmt::format("{} is {} of {} instead of {}", name, tensor->dtype, text(tensor->shape), text(shape)));
        }
        chosen.tensors.push_back(tensor);
    }
    chosen.found.head = takes_head;
    for (std::size_t i = head; i < wanted.size() && !takes_head; ++i) chosen.tensors[i] = nullptr;
    for (const NamedTensor& t : file)
        if (!known.contains(t.name) && !t.name.ends_with(".num_batches_tracked")) unknown.push_back(t.name);
    if (missing.empty() && other_shape.empty()) return chosen;
    std::string reason = "does not have the weights of this network";
    if (!missing.empty()) reason += fmt::format("; the file lacks {}", few(missing));
    if (!other_shape.empty()) reason += fmt::format("; {}", few(other_shape));
    if (!unknown.empty()) reason += fmt::format("; the network lacks {}", few(unknown));
    throw Error(path + ": " + reason);
}

}  // namespace detail

}  // namespace tn
