#include "runtime/report/run_log.hpp"

#include <chrono>
#include <cmath>
#include <system_error>
#include <utility>

#include "runtime/core/error.hpp"
#include "runtime/core/file.hpp"
#include "runtime/report/curves.hpp"
#include "runtime/report/epoch_history.hpp"

namespace tn {

namespace {

std::string event_of(const EpochResult& e, double begin, std::span<const Scalar> more) {
    std::vector<Scalar> scalars;
    for (const auto& [name, value] :
         {std::pair{"loss/train", e.train_loss}, std::pair{"loss/test", e.test_loss},
          std::pair{"loss/held out", e.held_loss}, std::pair{"accuracy/train", e.train_accuracy},
          std::pair{"accuracy/test", e.test_accuracy}, std::pair{"accuracy/held out", e.held_accuracy}})
        if (!std::isnan(value)) scalars.push_back({name, static_cast<float>(value)});
    scalars.insert(scalars.end(), more.begin(), more.end());
    return event_record(e.iteration, begin + e.seconds, scalars);
}

}  // namespace

RunLog::RunLog(std::filesystem::path folder, bool resume, const std::string& name)
    : folder_(std::move(folder)),
      events_(folder_ / ("events.out.tfevents." + name)),
      begin_(std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count()) {
    std::error_code error;
    std::filesystem::create_directories(folder_, error);
    if (error) throw Error(folder_.string() + ": the folder cannot be made: " + error.message());
    if (resume) epochs_ = read_history(folder_ / "metrics.csv");
}

void RunLog::add(const EpochResult& epoch, std::span<const Scalar> more) {
    while (!epochs_.empty() && epochs_.back().iteration >= epoch.iteration) epochs_.pop_back();
    begin_events();
    epochs_.push_back(epoch);
    append_to_file(events_, event_of(epoch, begin_, more));
    write_metrics();
}

void RunLog::replace_earlier() {
    if (!epochs_.empty()) return;
    begin_events();
    write_metrics();
}

void RunLog::draw() const {
    const std::vector<Panel> panels = history_panels(epochs_);
    write_png(folder_ / "curves.png", draw_curves(panels, "iteration"));
    write_file(folder_ / "curves.svg", curves_svg(panels, "iteration"));
}

/// TensorBoard takes a file that only grows, so the one of an earlier run is replaced when there is something new.
void RunLog::begin_events() {
    if (begun_) return;
    std::string events = event_file_header(begin_);
    for (const EpochResult& e : epochs_) events += event_of(e, begin_ - epochs_.back().seconds, {});
    write_file(events_, events);
    begun_ = true;
}

void RunLog::write_metrics() const {
    write_file(folder_ / "metrics.csv", to_csv(epochs_));
    write_file(folder_ / "metrics.jsonl", to_json_lines(epochs_));
}

}  // namespace tn
