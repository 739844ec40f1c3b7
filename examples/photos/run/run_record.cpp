#include "examples/photos/run/run_record.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include "runtime/core/error.hpp"
#include "runtime/core/file.hpp"

namespace photos {

using namespace tn;

RunRecord::RunRecord(std::filesystem::path folder, std::string name, bool resume)
    : folder_(std::move(folder)), log_(folder_, resume, "photos") {
    progress_.name = std::move(name);
    progress_.state = "running";
    progress_.process = ::getpid();
}

void RunRecord::add(const EpochResult& epoch) {
    log_.add(epoch);
    write_progress();
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

void RunRecord::write_progress() {
    progress_.epochs = log_.epochs().size();
    rusage used{};
    if (::getrusage(RUSAGE_SELF, &used) == 0) progress_.memory = std::uint64_t{1024} * used.ru_maxrss;
    try {
        write_passing_file(folder_ / progress_file, to_json(progress_));
    } catch (const Error&) {
    }
}

}  // namespace photos
