#include "runtime/model/checkpoint.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

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

}  // namespace

std::map<std::string, std::string> to_metadata(const CheckpointInfo& info) {
    std::map<std::string, std::string> m = info.more;
    const auto dump = [](const nlohmann::json& j) {
        return j.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    };
    m["format"] = "typenet 1";
    m["network"] = info.description;
    m["classes"] = dump(info.classes);
    m["mean"] = dump(info.normalise.mean);
    m["deviation"] = dump(info.normalise.deviation);
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
    try {
        info.classes = nlohmann::json::parse(file.metadata("classes")).get<std::vector<std::string>>();
        info.normalise.mean = nlohmann::json::parse(file.metadata("mean")).get<std::array<float, 3>>();
        info.normalise.deviation = nlohmann::json::parse(file.metadata("deviation")).get<std::array<float, 3>>();
        info.step = nlohmann::json::parse(file.metadata("step")).get<std::uint64_t>();
        info.seed = nlohmann::json::parse(file.metadata("seed")).get<std::uint64_t>();
    } catch (const nlohmann::json::exception& e) {
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
