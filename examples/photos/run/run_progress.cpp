#include "examples/photos/run/run_progress.hpp"

#include <nlohmann/json.hpp>

#include "runtime/core/error.hpp"
#include "runtime/core/file.hpp"

namespace photos {

using nlohmann::json;
using namespace tn;

std::string to_json(const RunProgress& p) {
    const json all{{"name", p.name},
                   {"state", p.state},
                   {"process", p.process},
                   {"done", p.step.done},
                   {"total", p.step.total},
                   {"before", p.step.before},
                   {"loss", p.step.loss},
                   {"accuracy", p.step.accuracy},
                   {"seconds", p.step.seconds},
                   {"images_per_second", p.step.samples_per_second},
                   {"epochs", p.epochs},
                   {"memory", p.memory}};
    return all.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

std::optional<RunProgress> read_progress(const std::filesystem::path& path) {
    if (!std::filesystem::exists(path)) return {};
    const auto bytes = read_file(path, 1 << 20);
    try {
        const json all = json::parse(bytes.begin(), bytes.end());
        RunProgress p;
        all.at("name").get_to(p.name);
        all.at("state").get_to(p.state);
        all.at("process").get_to(p.process);
        all.at("done").get_to(p.step.done);
        all.at("total").get_to(p.step.total);
        all.at("before").get_to(p.step.before);
        all.at("loss").get_to(p.step.loss);
        all.at("accuracy").get_to(p.step.accuracy);
        all.at("seconds").get_to(p.step.seconds);
        all.at("images_per_second").get_to(p.step.samples_per_second);
        all.at("epochs").get_to(p.epochs);
        all.at("memory").get_to(p.memory);
        return p;
    } catch (const json::exception& e) {
        throw Error(path.string() + ": is not as photos train writes it: " + e.what());
    }
}

}  // namespace photos
