#include "runtime/model/weight_transfer.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

namespace tn {

NameInFile renamed(std::vector<std::pair<std::string, std::string>> beginnings) {
    return [beginnings = std::move(beginnings)](const std::string& name) {
        const std::pair<std::string, std::string>* longest = nullptr;
        for (const auto& one : beginnings)
            if (name.starts_with(one.first) && (!longest || one.first.size() > longest->first.size())) longest = &one;
        return longest ? longest->second + name.substr(longest->first.size()) : name;
    };
}

std::string describe(const TransferReport& report) {
    std::string text = fmt::format("{} tensors were taken", report.taken.size());
    const auto list = [&](const std::vector<std::string>& names, const char* what) {
        if (names.empty()) return;
        const std::size_t shown = std::min<std::size_t>(names.size(), 6);
        text += fmt::format("\n{} {}: {}{}", names.size(), what, fmt::join(names.begin(), names.begin() + shown, ", "),
                            shown < names.size() ? fmt::format(" and {} more", names.size() - shown) : "");
    };
    std::vector<std::string> unfit;
    for (const auto& pair : report.unfit) unfit.push_back(pair.here);
    list(unfit, "have another shape or type in the file");
    list(report.missing, "are missing in the file");
    list(report.left, "are left in the file");
    return text;
}

TransferReport detail::transfer(const std::vector<NamedTensor>& file, const std::vector<Receiver>& model,
                                const NameInFile& name_in_file) {
    TransferReport report;
    std::set<std::string> asked_for;
    for (const Receiver& receiver : model) {
        const std::string there = name_in_file ? name_in_file(receiver.name) : receiver.name;
        const auto entry = std::ranges::find(file, there, &NamedTensor::name);
        if (there.empty() || entry == file.end()) {
            report.missing.push_back(receiver.name);
            continue;
        }
        asked_for.insert(there);
        if (entry->shape == receiver.shape && !entry->values.empty()) {
            receiver.take(entry->values);
            report.taken.push_back({receiver.name, there});
        } else {
            report.unfit.push_back({receiver.name, there});
        }
    }
    for (const NamedTensor& entry : file)
        if (!asked_for.contains(entry.name) && !only_for_training(entry.name)) report.left.push_back(entry.name);
    return report;
}

}  // namespace tn
