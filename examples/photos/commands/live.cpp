// photos live: follows a training that runs elsewhere.
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <optional>

#include "examples/photos/commands/command.hpp"
#include "examples/photos/run/live_panel.hpp"
#include "runtime/core/error.hpp"
#include "runtime/core/folder_lock.hpp"
#include "runtime/core/stop_signals.hpp"
#include "runtime/report/epoch_history.hpp"

namespace photos {

using namespace tn;

namespace {

namespace fs = std::filesystem;

struct Seen {
    RunProgress progress;
    std::vector<EpochResult> epochs;
    bool running = false;
};

/// Throws Error unless a run is or was in this folder.
Seen look(const fs::path& folder) {
    Seen seen;
    // Before its file is read: then what a run that has just ended wrote last is what is read.
    const int holder = folder_holder(folder);
    seen.running = holder != 0;
    const std::optional<RunProgress> progress = read_progress(folder / progress_file);
    if (!progress && !seen.running)
        throw Error(fmt::format("{}: must be the folder of a run of photos train: it has no {}", folder.string(),
                                progress_file));
    // A run that has just begun has not written its own yet.
    if (!progress || (seen.running && progress->process != holder)) return seen;
    seen.progress = *progress;
    seen.epochs = read_history(folder / "metrics.csv");
    seen.epochs.resize(std::min(seen.epochs.size(), seen.progress.epochs));
    if (!seen.running && seen.progress.state == "running") seen.progress.state = "was killed";
    return seen;
}

int live(const fs::path& folder) {
    Seen seen = look(folder);
    std::optional<LiveScreen> screen;
    if (::isatty(1) == 1) screen.emplace(stdout);
    const StopSignals signals;
    for (std::size_t told = 0;; seen = look(folder)) {
        if (screen) {
            screen->draw(seen.progress, seen.epochs);
        } else {
            for (; told < seen.epochs.size(); ++told) fmt::print("{}\n", epoch_line(seen.epochs[told]));
            std::fflush(stdout);
        }
        if (!seen.running || signals.caught()) break;
        ::poll(nullptr, 0, 250);
    }
    if (screen) screen->leave();
    const std::int64_t done = seen.progress.step.before + seen.progress.step.done;
    const std::int64_t total = seen.progress.step.before + seen.progress.step.total;
    if (seen.running) return 128 + signals.caught();
    if (seen.progress.state == "ended")
        fmt::print("the run has ended after {} steps\n", done);
    else
        fmt::print("the run {} after {} of {} steps; photos train goes on with --resume\n",
                   seen.progress.state == "interrupted" ? "was interrupted" : seen.progress.state, done, total);
    return 0;
}

}  // namespace

Command add_live(CLI::App& program) {
    CLI::App* line = program.add_subcommand("live", "follow a training that runs elsewhere, until it ends or Ctrl-C");
    const auto folder = std::make_shared<std::string>("photos-run");
    line->add_option("folder", *folder, "the --out folder of the training")->capture_default_str();
    return {line, [folder] { return live(*folder); }};
}

}  // namespace photos
