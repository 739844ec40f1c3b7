// What a run writes down while it goes on: metrics as CSV, as JSON lines and for TensorBoard, and how far it is.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "examples/photos/run/run_progress.hpp"
#include "runtime/train/epoch_result.hpp"
#include "runtime/train/progress.hpp"

namespace photos {

class RunRecord {
public:
    /// With `resume` the epochs that are in the folder stay, otherwise the first one replaces them. Throws tn::Error
    /// naming the file that is not in order.
    RunRecord(std::filesystem::path folder, std::string name, bool resume);

    /// An epoch's row in every file; rows of the same or later iterations go, since a resumed run did them anew. Throws
    /// tn::Error naming the file that cannot be written.
    void add(const tn::EpochResult& epoch);

    /// Comes before a model is saved within an epoch: until the first epoch is over the files may still be of an
    /// earlier run, and that one's rows would be taken for this run's when it is resumed. Throws tn::Error as add()
    /// does.
    void replace_earlier();

    /// How far the run is, for photos live: written once a second. What cannot be written is left out.
    void step(const tn::ProgressState& state);
    /// The run is over: "ended" or "interrupted".
    void end(const std::string& state);

    const std::vector<tn::EpochResult>& epochs() const { return epochs_; }
    const RunProgress& progress() const { return progress_; }

private:
    void begin_events();
    void write_metrics() const;
    void write_progress();

    std::filesystem::path folder_;
    double begin_;  // seconds since 1970
    std::vector<tn::EpochResult> epochs_;
    bool begun_ = false;
    RunProgress progress_;
    double written_ = -1;  // when progress_ was, in seconds of this start
};

}  // namespace photos
