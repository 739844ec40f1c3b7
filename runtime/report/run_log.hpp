// What a run writes down after every epoch: metrics as CSV, as JSON lines and for TensorBoard, and its curves.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "runtime/io/event_file.hpp"
#include "runtime/train/epoch_result.hpp"

namespace tn {

/// In a folder metrics.csv, metrics.jsonl and events.out.tfevents.NAME. Rows are written as a whole or not at all, so
/// that a run which is killed leaves those of the epochs before.
class RunLog {
public:
    /// Makes the folder where there is none. With `resume` the epochs that are in it stay, otherwise the first one
    /// replaces them. Throws Error naming the file that is not in order, or the folder that cannot be made.
    explicit RunLog(std::filesystem::path folder, bool resume = false, const std::string& name = "typenet");

    /// An epoch's row in every file; rows of the same or later iterations go, since a resumed run did them anew. `more`
    /// are metrics of one's own, for TensorBoard. Throws Error naming the file that cannot be written.
    void add(const EpochResult& epoch, std::span<const Scalar> more = {});

    /// Comes before a model is saved within an epoch: until the first epoch is over the files may still be of an
    /// earlier run, and that one's rows would be taken for this run's when it is resumed. Throws Error as add() does.
    void replace_earlier();

    /// Writes curves.png and curves.svg: loss and accuracy against the iteration. Throws Error as add() does.
    void draw() const;

    const std::vector<EpochResult>& epochs() const { return epochs_; }

private:
    void begin_events();
    void write_metrics() const;

    std::filesystem::path folder_, events_;
    double begin_;  // seconds since 1970
    std::vector<EpochResult> epochs_;
    bool begun_ = false;
};

}  // namespace tn
