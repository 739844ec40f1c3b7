#include "examples/photos/run/run_record.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cmath>

#include "examples/photos/run/history.hpp"
#include "runtime/core/error.hpp"
#include "runtime/core/file.hpp"
#include "runtime/io/event_file.hpp"

namespace photos {

using namespace tn;

namespace {

constexpr const char* event_file = "events.out.tfevents.photos";

std::string event_of(const EpochResult& e, double begin) {
    std::vector<Scalar> scalars;
    for (const auto& [name, value] :
         {std::pair{"loss/train", e.train_loss}, std::pair{"loss/test", e.test_loss},
          std::pair{"loss/held out", e.held_loss}, std::pair{"accuracy/train", e.train_accuracy},
          std::pair{"accuracy/test", e.test_accuracy}, std::pair{"accuracy/held out", e.held_accuracy}})
        if (!std::isnan(value)) scalars.push_back({name, static_cast<float>(value)});
    return event_record(e.iteration, begin + e.seconds, scalars);
}

double now() { return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count(); }

}  // namespace

RunRecord::RunRecord(std::filesystem::path folder, std::string name, bool resume)
    : folder_(std::move(folder)), begin_(now()) {
    if (resume) epochs_ = read_history(folder_ / "metrics.csv");
    progress_.name = std::move(name);
    progress_.state = "running";
    progress_.process = ::getpid();
}

void RunRecord::add(const EpochResult& epoch) {
    while (!epochs_.empty() && epochs_.back().iteration >= epoch.iteration) epochs_.pop_back();
    begin_events();
    epochs_.push_back(epoch);
    append_to_file(folder_ / event_file, event_of(epoch, begin_));
    write_metrics();
    write_progress();
}

void RunRecord::replace_earlier() {
    if (!epochs_.empty()) return;
    begin_events();
    write_metrics();
}

void RunRecord::step(const ProgressState& state) {
    progress_.step = state;
    if (state.seconds - written_ < 1) return;
    written_ = state.seconds;
    write_progress();
}

void RunRecord::end(const std::string& state) {
    progress_.state = state;
    write_progress();
}

/// TensorBoard takes a file that only grows, so the one of an earlier run is replaced when there is something new.
void RunRecord::begin_events() {
    if (begun_) return;
    std::string events = event_file_header(begin_);
    for (const EpochResult& e : epochs_) events += event_of(e, begin_ - epochs_.back().seconds);
    write_file(folder_ / event_file, events);
    begun_ = true;
}

void RunRecord::write_metrics() const {
    write_file(folder_ / "metrics.csv", to_csv(epochs_));
    write_file(folder_ / "metrics.jsonl", to_json_lines(epochs_));
}

void RunRecord::write_progress() {
    progress_.epochs = epochs_.size();
    rusage used{};
    if (::getrusage(RUSAGE_SELF, &used) == 0) progress_.memory = std::uint64_t{1024} * used.ru_maxrss;
    try {
        write_passing_file(folder_ / progress_file, to_json(progress_));
    } catch (const Error&) {
    }
}

}  // namespace photos
