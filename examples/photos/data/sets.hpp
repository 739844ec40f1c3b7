// The photographs of a run: which are trained on, which decide when to stop, and which are tested.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/core/thread_pool.hpp"
#include "runtime/data/dataset.hpp"
#include "runtime/data/folder.hpp"
#include "runtime/data/image.hpp"

namespace photos {

/// Where the photographs come from and how they are split.
struct SetOptions {
    std::string folder;            ///< empty: drawn characters
    std::string test_folder;       ///< empty: a share of `folder`
    std::string cache;             ///< a folder that keeps decoded photographs; empty: none
    std::string ground = "white";  ///< behind what is transparent, as tn::parse_ground() has it
    std::string output;            ///< where the run writes its results
    bool follow_links = false;     ///< also out of the folders
    bool skip_unreadable = false;  ///< however many photographs cannot be read
    double test_share = 0.2;
    int train_per_class = 0;  ///< above 0: so many of every class, instead of test_share
    bool hold_out = false;    ///< whether held_out_share of the training photographs is held out
    double held_out_share = 0.1;
    int generated = 200, generated_test = 0;  ///< drawings per character; to test on, 0: half as many
    double wrong_labels = 0.04;               ///< share of the drawings to train on
    std::uint64_t seed = 1;
    bool quiet = false;  ///< what there is to say of the photographs has been said
};

struct Sets {
    tn::Pictures training, test;
    tn::Pictures held_out;  ///< taken from the training photographs, if asked for
    std::vector<tn::SkippedFile> skipped;
};

/// Reads the folders, each picture brought to `shape` as `fit` says, or draws characters, and prints what was skipped.
/// Throws tn::Error naming what is not in order.
Sets read_sets(const SetOptions& options, tn::PictureShape shape, tn::Fit fit, tn::ThreadPool& pool);

/// Whether however many photographs cannot be read, and what is said of the option where they are too many.
void allow_unreadable(tn::FolderOptions& options, bool skip);

/// Prints which files were not used and why: a line for each, or, of more than three with one reason, one for all.
void print_skipped(const tn::Pictures& pictures);

}  // namespace photos
