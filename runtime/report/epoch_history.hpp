// What every epoch of a run gave: as a table in a file, which a resumed run reads back, and as curves.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "runtime/report/curves.hpp"
#include "runtime/train/epoch_result.hpp"

namespace tn {

/// One line per epoch, "nan" where there was no test.
std::string to_csv(const std::vector<EpochResult>& epochs);

/// The same as JSON lines, one object per epoch, null where there was no test.
std::string to_json_lines(const std::vector<EpochResult>& epochs);

/// Reads what to_csv wrote; nothing when there is no such file. Throws Error naming file and line.
std::vector<EpochResult> read_history(const std::filesystem::path& path);

/// What an epoch gave, for people; what was not looked at is left out.
std::string epoch_line(const EpochResult& epoch);

/// Loss and accuracy of training and test against the iteration; the loss alone where no epoch has an accuracy.
std::vector<Panel> history_panels(const std::vector<EpochResult>& epochs);

}  // namespace tn
