// The photographs of a run: which are trained on, which decide when to stop, and which are tested.
#pragma once

#include <vector>

#include "commands.hpp"
#include "runtime/core/thread_pool.hpp"
#include "runtime/data/dataset.hpp"

namespace photos {

struct Sets {
    tn::Pictures training, test;
    tn::Pictures held_out;  ///< taken from the training photographs with --patience, otherwise none
    std::vector<tn::SkippedFile> skipped;
};

/// Reads the folders, or draws characters, and says what was skipped. Throws tn::Error naming what does not do.
Sets read_sets(const TrainCommand& command, tn::PictureShape shape, tn::ThreadPool& pool);

}  // namespace photos
