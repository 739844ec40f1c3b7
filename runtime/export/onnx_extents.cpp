#include "runtime/export/onnx_extents.hpp"

#include <algorithm>

#include "runtime/export/onnx_checks.hpp"

namespace tn::onnx {

namespace {

using Numbers = std::vector<std::int64_t>;

/// More are no value's extents; so nothing grows with what a file says.
constexpr std::ptrdiff_t most_extents = 8;

Numbers gathered(const OnnxNode& node, const Numbers& from, const Numbers& indices) {
    Numbers found;
    for (std::int64_t index : indices) {
        index += index < 0 ? std::ssize(from) : 0;
        require(index >= 0 && index < std::ssize(from), node, "there is no such extent");
        found.push_back(from[index]);
    }
    return found;
}

Numbers product(const OnnxNode& node, const Numbers& a, const Numbers& b) {
    require(a.size() == 1 && b.size() == 1, node, "must be of two extents");
    const auto known = [](std::int64_t extent) { return extent > 0 && extent <= std::int64_t{1} << 30; };
    require(known(a[0]) && known(b[0]), node, "must be of extents other than the batch");
    return {a[0] * b[0]};
}

}  // namespace

OnnxTensor extents_of(const OnnxNode& node, Shape shape) {
    Numbers all{0, shape.channels};
    if (!shape.is_vector) all.insert(all.end(), {shape.height, shape.width});
    const std::int64_t rank = std::ssize(all);
    const auto place = [&](const char* name, std::int64_t otherwise) {
        const std::int64_t at = node.number(name, otherwise);
        return std::clamp<std::int64_t>(at < 0 ? at + rank : at, 0, rank);
    };
    const std::int64_t begin = place("start", 0), end = std::max(begin, place("end", rank));
    Numbers some(all.begin() + begin, all.begin() + end);
    return {{std::ssize(some)}, {}, std::move(some)};
}

std::optional<OnnxTensor> computed_extents(const OnnxNode& node, const std::vector<const OnnxTensor*>& inputs) {
    const auto whole = [](const OnnxTensor* input) { return input && !input->numbers.empty(); };
    if (inputs.empty() || !std::all_of(inputs.begin(), inputs.end(), whole)) return std::nullopt;
    for (const OnnxTensor* input : inputs)
        if (std::ssize(input->numbers) > most_extents) return std::nullopt;
    Numbers numbers;
    if (node.type == "Gather" && inputs.size() == 2)
        numbers = gathered(node, inputs[0]->numbers, inputs[1]->numbers);
    else if (node.type == "Unsqueeze" || node.type == "Cast")
        numbers = inputs[0]->numbers;
    else if (node.type == "Mul" && inputs.size() == 2)
        numbers = product(node, inputs[0]->numbers, inputs[1]->numbers);
    else if (node.type == "Concat")
        for (const OnnxTensor* input : inputs)
            numbers.insert(numbers.end(), input->numbers.begin(), input->numbers.end());
    else
        return std::nullopt;
    require(std::ssize(numbers) <= most_extents, node, "gives more extents than a value has");
    return OnnxTensor{{std::ssize(numbers)}, {}, std::move(numbers)};
}

}  // namespace tn::onnx
