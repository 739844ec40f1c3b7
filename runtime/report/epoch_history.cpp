#include "runtime/report/epoch_history.hpp"

#include <fmt/format.h>

#include <cmath>
#include <sstream>
#include <tuple>

#include "runtime/core/error.hpp"
#include "runtime/core/file.hpp"

namespace tn {

namespace {

constexpr const char* header =
    "epoch,iteration,train_loss,train_accuracy,test_loss,test_accuracy,held_loss,held_accuracy,seconds,idle,loading";

EpochResult parse(const std::string& line, const std::string& where) {
    EpochResult e;
    int used = 0;
    const int fields = std::sscanf(line.c_str(), "%d,%ld,%lf,%lf,%lf,%lf,%lf,%lf,%lf,%lf,%lf%n", &e.epoch, &e.iteration,
                                   &e.train_loss, &e.train_accuracy, &e.test_loss, &e.test_accuracy, &e.held_loss,
                                   &e.held_accuracy, &e.seconds, &e.loading.idle, &e.loading.loader, &used);
    if (fields != 11 || used != std::ssize(line))
        throw Error(fmt::format("{}: must have 11 numbers, as the program wrote them, not '{}'", where, line));
    return e;
}

}  // namespace

std::string to_csv(const std::vector<EpochResult>& epochs) {
    std::string text = fmt::format("{}\n", header);
    for (const EpochResult& e : epochs)
        text += fmt::format("{},{},{:.6f},{:.6f},{:.6f},{:.6f},{:.6f},{:.6f},{:.2f},{:.4f},{:.4f}\n", e.epoch,
                            e.iteration, e.train_loss, e.train_accuracy, e.test_loss, e.test_accuracy, e.held_loss,
                            e.held_accuracy, e.seconds, e.loading.idle, e.loading.loader);
    return text;
}

std::string to_json_lines(const std::vector<EpochResult>& epochs) {
    const auto number = [](double v) { return std::isfinite(v) ? fmt::format("{:.6f}", v) : std::string("null"); };
    std::string text;
    for (const EpochResult& e : epochs)
        text += fmt::format(
            "{{\"epoch\":{},\"iteration\":{},\"train_loss\":{},\"train_accuracy\":{},\"test_loss\":{},"
            "\"test_accuracy\":{},\"held_loss\":{},\"held_accuracy\":{},\"seconds\":{:.2f},"
            "\"idle\":{:.4f},\"loading\":{:.4f}}}\n",
            e.epoch, e.iteration, number(e.train_loss), number(e.train_accuracy), number(e.test_loss),
            number(e.test_accuracy), number(e.held_loss), number(e.held_accuracy), e.seconds, e.loading.idle,
            e.loading.loader);
    return text;
}

std::vector<EpochResult> read_history(const std::filesystem::path& path) {
    if (!std::filesystem::exists(path)) return {};
    const auto bytes = read_file(path, 1 << 28);
    std::istringstream lines(std::string(bytes.begin(), bytes.end()));
    std::string line;
    std::getline(lines, line);
    if (line != header) throw Error(fmt::format("{}: must begin with '{}'", path.string(), header));
    std::vector<EpochResult> epochs;
    for (int number = 2; std::getline(lines, line); ++number)
        epochs.push_back(parse(line, fmt::format("{}:{}", path.string(), number)));
    return epochs;
}

std::string epoch_line(const EpochResult& e) {
    std::string line = fmt::format("epoch {:>3}", e.epoch);
    for (const auto& [name, loss, accuracy] :
         {std::tuple{"train", e.train_loss, e.train_accuracy}, std::tuple{"held out", e.held_loss, e.held_accuracy},
          std::tuple{"test", e.test_loss, e.test_accuracy}})
        if (!std::isnan(loss))
            line += fmt::format("  {} loss {:.4f}{}", name, loss,
                                std::isnan(accuracy) ? "" : fmt::format(" accuracy {:5.1f} %", 100 * accuracy));
    return line;
}

std::vector<Panel> history_panels(const std::vector<EpochResult>& epochs) {
    Panel loss{"loss", {{"train", {}, {}}, {"test", {}, {}}, {"held out", {}, {}}}, false};
    Panel accuracy{"accuracy", {{"train", {}, {}}, {"test", {}, {}}, {"held out", {}, {}}}, true};
    const auto point = [](Curve& curve, const EpochResult& e, double value) {
        if (std::isnan(value)) return;
        curve.x.push_back(static_cast<double>(e.iteration));
        curve.y.push_back(value);
    };
    for (const EpochResult& e : epochs) {
        point(loss.curves[0], e, e.train_loss);
        point(loss.curves[1], e, e.test_loss);
        point(accuracy.curves[0], e, e.train_accuracy);
        point(accuracy.curves[1], e, e.test_accuracy);
        point(loss.curves[2], e, e.held_loss);
        point(accuracy.curves[2], e, e.held_accuracy);
    }
    for (Panel* panel : {&loss, &accuracy}) std::erase_if(panel->curves, [](const Curve& c) { return c.x.empty(); });
    if (!epochs.empty() && accuracy.curves.empty()) return {loss};
    return {loss, accuracy};
}

}  // namespace tn
