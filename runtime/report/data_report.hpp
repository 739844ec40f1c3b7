// The page of a run on data of any kind.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "dsl/net/summary.hpp"
#include "runtime/data/image.hpp"
#include "runtime/report/curves.hpp"
#include "runtime/train/predicted_set.hpp"

namespace tn {

/// What the page shows. A run on photographs has a page of its own (report.hpp).
struct DataReport {
    std::string title;
    std::vector<std::pair<std::string, std::string>> facts;  ///< name and value, at the top
    std::vector<Panel> panels;                               ///< as history_panels(log.epochs())
    std::string x_title = "iteration";
    Summary network;
    std::size_t train_bytes = 0;       ///< all that training allocates for the network
    std::optional<PredictedSet> test;  ///< of which metrics and, of classes, the confusion are shown
    std::vector<std::string> classes;  ///< their names; empty: their numbers
    std::vector<std::pair<std::string, Picture>> pictures;  ///< what else is to be seen, each with a title
};

/// One HTML file with everything in it, as to_html(const Report&). Names from outside are escaped. Throws Error when
/// there are names for another number of classes than were predicted.
std::string to_html(const DataReport& report);

}  // namespace tn
