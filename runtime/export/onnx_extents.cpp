#include "runtime/export/onnx_extents.hpp"

#include <algorithm>

#include "runtime/export/onnx_checks.hpp"

namespace tn::onnx {

namespace {

/// More are no value's extents; so nothing grows with what a file says.
constexpr std::ptrdiff_t most_extents = 8;
/// As many as a bias has.
constexpr std::int64_t most_expanded = 65535;

Numbers gathered(const OnnxNode& node, const Numbers& from, const Numbers& indices) {
    Numbers found;
    for (std::int64_t index : indices) {
        index += index < 0 ? std::ssize(from) : 0;
        require(index >= 0 && index < std::ssize(from), node, "there is no such extent");
        found.push_back(from[index]);
    }
    return found;
}

/// Of one axis: what begins, ends and steps along it are inputs.
Numbers sliced(const OnnxNode& node, const std::vector<const OnnxTensor*>& inputs) {
    const Numbers& from = inputs[0]->numbers;
    const auto single = [&](std::size_t input) {
        require(inputs[input]->numbers.size() == 1, node, "must be along one axis");
        return inputs[input]->numbers[0];
    };
    require(inputs.size() < 5 || single(4) == 1, node, "must go on in steps of 1");
    const auto place = [&](std::size_t input) {
        const std::int64_t at = std::clamp<std::int64_t>(single(input), -std::ssize(from), std::ssize(from));
        return at < 0 ? at + std::ssize(from) : at;
    };
    const std::int64_t begin = place(1), end = std::max(begin, place(2));
    return {from.begin() + begin, from.begin() + end};
}

/// A constant of one value as many times as the extents say, or one that has them already.
OnnxTensor expanded(const OnnxNode& node, const OnnxTensor& from, const Numbers& extents) {
    std::int64_t count = 1;
    for (const std::int64_t extent : extents) {
        require(extent > 0 && extent <= most_expanded / count, node, "gives too many values");
        count *= extent;
    }
    if (count == 1) return from;
    require(from.values.size() + from.numbers.size() == 1, node, "must be of one value");
    OnnxTensor to{extents, {}, {}};
    if (from.numbers.empty())
        to.values.assign(count, from.values[0]);
    else
        to.numbers.assign(count, from.numbers[0]);
    return to;
}

Numbers product(const OnnxNode& node, const Numbers& a, const Numbers& b) {
    require(a.size() == 1 && b.size() == 1, node, "must be of two extents");
    const auto known = [](std::int64_t extent) { return extent > 0 && extent <= std::int64_t{1} << 30; };
    require(known(a[0]) && known(b[0]), node, "must be of extents other than the batch");
    return {a[0] * b[0]};
}

}  // namespace

Numbers extents_of(Shape shape) {
    Numbers all{0, shape.channels};
    if (!shape.is_vector) all.insert(all.end(), {shape.height, shape.width});
    return all;
}

OnnxTensor shape_of(const OnnxNode& node, const Numbers& all) {
    const std::int64_t rank = std::ssize(all);
    const auto place = [&](const char* name, std::int64_t otherwise) {
        const std::int64_t at = node.number(name, otherwise);
        return std::clamp<std::int64_t>(at < 0 ? at + rank : at, 0, rank);
    };
    const std::int64_t begin = place("start", 0), end = std::max(begin, place("end", rank));
    Numbers some(all.begin() + begin, all.begin() + end);
    return {{std::ssize(some)}, {}, std::move(some)};
}

std::optional<OnnxTensor> computed_constant(const OnnxNode& node, const std::vector<const OnnxTensor*>& inputs) {
    if (node.type == "CastLike" && !inputs.empty() && inputs[0]) return *inputs[0];
    const auto small = [](const OnnxTensor* input) {
        return input && !input->numbers.empty() && std::ssize(input->numbers) <= most_extents;
    };
    if (node.type == "Expand" && inputs.size() == 2 && inputs[0] && small(inputs[1]))
        return expanded(node, *inputs[0], inputs[1]->numbers);
    if (inputs.empty() || !std::all_of(inputs.begin(), inputs.end(), small)) return std::nullopt;
    Numbers numbers;
    if (node.type == "Gather" && inputs.size() == 2)
        numbers = gathered(node, inputs[0]->numbers, inputs[1]->numbers);
    else if (node.type == "Slice" && inputs.size() >= 3)
        numbers = sliced(node, inputs);
    else if (node.type == "Unsqueeze" || node.type == "Squeeze" || node.type == "Cast" || node.type == "Reshape")
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
