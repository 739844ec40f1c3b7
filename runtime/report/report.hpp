// The page that a training run leaves behind.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "dsl/net/memory_curve.hpp"
#include "dsl/net/summary.hpp"
#include "runtime/data/dataset.hpp"
#include "runtime/data/image.hpp"
#include "runtime/model/arena_map.hpp"
#include "runtime/report/curves.hpp"
#include "runtime/report/prediction_grid.hpp"
#include "runtime/train/confusion.hpp"

namespace tn {

/// What the page shows. The pictures and the confusion must outlive the call of to_html.
struct Report {
    std::string title;
    std::vector<std::pair<std::string, std::string>> facts;  ///< name and value, at the top
    std::vector<Panel> panels;
    std::string x_title;
    const Pictures& training;
    const Pictures& test;
    const Confusion& confusion;
    std::span<const Prediction> predictions;  ///< of the test pictures
    std::vector<SkippedFile> skipped;
    Summary network;
    std::size_t train_bytes = 0;       ///< all that training allocates for the network
    Explain explain{};                 ///< of the worst mistakes; empty: none
    Picture augmented;                 ///< samples of what the network was shown; empty: none
    ArenaMap arena{};                  ///< what lay where while it was trained; empty: not shown
    std::vector<MemoryPoint> curve{};  ///< what less memory would cost; empty: not shown
    std::string curve_of{};            ///< what the curve is of: "batches of 64 on the CPU"
};

/// One HTML file with everything in it: no script, and nothing is fetched, so that it can be kept, sent and opened
/// offline. Light or dark as the reader prefers, readable on a phone. Names from outside are escaped (html_text). Up to
/// 60 classes the confusion is a table, above that a picture. Throws Error when a prediction or label is out of range.
std::string to_html(const Report& report);

}  // namespace tn
