// The table of a network for people.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace tn {

struct SummaryRow {
    std::string path, layer, output;
    std::size_t parameters, bytes;
};

struct Summary {
    std::string input;
    int batch;
    std::size_t parameters, infer_bytes;
    std::vector<SummaryRow> rows;
    std::string loss;
    std::size_t frozen = 0;  ///< of the parameters
};

/// At most 80 columns wide; bytes are those of each layer's output for a whole batch, before fusion and reuse.
std::string format(const Summary&);

/// What training takes, as a line for the end of that table. `statistics`: layers take some of the batch.
std::string format_training(const std::string& optimizer, std::size_t bytes, int batch, int parts, bool statistics);

/// "12.3 MiB", "640 B".
std::string format_bytes(std::size_t bytes);

}  // namespace tn
