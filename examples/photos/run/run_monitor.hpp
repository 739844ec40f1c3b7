// What a run shows and writes down while it goes on.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "examples/photos/run/live_panel.hpp"
#include "examples/photos/run/run_record.hpp"
#include "runtime/train/epoch_result.hpp"
#include "runtime/train/progress.hpp"

namespace photos {

class RunMonitor {
public:
    /// Writes into the folder. On standard error there is a bar, if that is a terminal, a line for every epoch that was
    /// tested, or after ten seconds, and one that names the epochs between that were not. With `live` a terminal has
    /// the curves instead, and anything else a line for every epoch. Throws tn::Error as RunRecord does.
    RunMonitor(const std::filesystem::path& folder, const std::string& name, bool resume, bool live);

    void step(const tn::ProgressState& state);
    void epoch(const tn::EpochResult& epoch);
    /// The run is over: it came to its end, or was interrupted.
    void end(bool whole);

    tn::Progress& progress() { return progress_; }
    RunRecord& record() { return record_; }

private:
    void draw();
    void say(const tn::EpochResult& epoch);

    RunRecord record_;
    tn::Progress progress_;
    bool live_;
    std::optional<LiveScreen> screen_;
    double drawn_ = -1;   // when the screen was, in seconds of this start
    double said_ = 0;     // when the last line was
    int said_epoch_ = 0;  // of which epoch it was; 0: there is none of this start
};

}  // namespace photos
