#include "runtime/model/checkpoint.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "runtime/io/json_events.hpp"

namespace tn {

namespace {

std::vector<std::string> parts_of(const std::string& description) {
    std::vector<std::string> parts;
    for (std::size_t at = 0; at <= description.size();) {
        const std::size_t end = std::min(description.find(" | ", at), description.size());
        parts.push_back(description.substr(at, end - at));
        at = end + 3;
    }
    return parts;
}

std::string numbers(const std::array<float, 3>& values) {
    return fmt::format("[{},{},{}]", double{values[0]}, double{values[1]}, double{values[2]});
}

std::array<float, 3> three_numbers(const std::string& text) {
    const std::vector<double> values = parse_json_numbers(text);
    if (values.size() != 3) throw Error(fmt::format("there must be 3 numbers, not {}", values.size()));
    return {static_cast<float>(values[0]), static_cast<float>(values[1]), static_cast<float>(values[2])};
}

std::uint64_t whole_number(const std::string& text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size())
        throw Error(fmt::format("'{}' must be a whole number", text));
    return value;
}

}  // namespace

std::map<std::string, std::string> to_metadata(const CheckpointInfo& info) {
    std::map<std::string, std::string> m = info.more;
    std::vector<std::string> classes;
    for (const std::string& name : info.classes) classes.push_back(json_text(name));
    m["format"] = "typenet 1";
    m["network"] = info.description;
    m["classes"] = fmt::format("[{}]", fmt::join(classes, ","));
    m["mean"] = numbers(info.normalise.mean);
    m["deviation"] = numbers(info.normalise.deviation);
    m["step"] = std::to_string(info.step);
    m["seed"] = std::to_string(info.seed);
    return m;
}

CheckpointInfo checkpoint_info(const Safetensors& file, const std::string& path) {
    CheckpointInfo info;
    if (file.metadata("format") != "typenet 1")
        throw Error(path + ": must be of format 'typenet 1', not '" + file.metadata("format") + "'");
    info.description = file.metadata("network");
    info.more = file.all_metadata();
    const std::string &classes = file.metadata("classes"), &mean = file.metadata("mean"),
                      &deviation = file.metadata("deviation"), &step = file.metadata("step"),
                      &seed = file.metadata("seed");
    try {
        info.classes = parse_json_texts(classes);
        info.normalise.mean = three_numbers(mean);
        info.normalise.deviation = three_numbers(deviation);
        info.step = whole_number(step);
        info.seed = whole_number(seed);
    } catch (const Error& e) {
        throw Error(path + ": its metadata is not in order: " + e.what());
    }
    for (float d : info.normalise.deviation)
        if (!(d > 0)) throw Error(path + ": its metadata is not in order: a deviation must be over 0");
    return info;
}

std::string first_difference(const std::string& in_file, const std::string& here) {
    const auto a = parts_of(in_file), b = parts_of(here);
    for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
        const std::string left = i < a.size() ? a[i] : "nothing", right = i < b.size() ? b[i] : "nothing";
        if (left != right)
            return fmt::format("{} '{}' in the file, but '{}' here", i == 0 ? "the input is" : "the layer is", left,
                               right);
    }
    return "nothing differs";
}

}  // namespace tn
