// How far a run is, as one small file that photos live reads while photos train writes it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "runtime/train/progress.hpp"

namespace photos {

struct RunProgress {
    std::string name;   ///< what is trained on
    std::string state;  ///< running, ended or interrupted
    int process = 0;
    tn::ProgressState step;
    std::size_t epochs = 0;    ///< rows of metrics.csv that are this run's
    std::uint64_t memory = 0;  ///< bytes that the process had at most
};

inline constexpr const char* progress_file = "progress.json";

/// One line of JSON.
std::string to_json(const RunProgress& progress);

/// Nothing when there is no such file. Throws tn::Error "path: reason" unless to_json wrote it.
std::optional<RunProgress> read_progress(const std::filesystem::path& path);

}  // namespace photos
