// What a run writes down while it goes on: its log, and how far it is.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "examples/photos/run/run_progress.hpp"
#include "runtime/report/run_log.hpp"
#include "runtime/train/epoch_result.hpp"
#include "runtime/train/progress.hpp"

namespace photos {

class RunRecord {
public:
    /// With `resume` the epochs that are in the folder stay, otherwise the first one replaces them. Throws tn::Error
    /// naming the file that is not in order.
    RunRecord(std::filesystem::path folder, std::string name, bool resume);

    /// As RunLog's.
    void add(const tn::EpochResult& epoch);
    void replace_earlier() { log_.replace_earlier(); }

    /// How far the run is, for photos live: written once a second. What cannot be written is left out.
    void step(const tn::ProgressState& state);
    /// The run is over: "ended" or "interrupted".
    void end(const std::string& state);

    const std::vector<tn::EpochResult>& epochs() const { return log_.epochs(); }
    const RunProgress& progress() const { return progress_; }

private:
    void write_progress();

    std::filesystem::path folder_;
    tn::RunLog log_;
    RunProgress progress_;
    double written_ = -1;  // when progress_ was, in seconds of this start
};

}  // namespace photos
