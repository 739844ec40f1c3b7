// What several commands do with folders.
#pragma once

#include <string>

#include "runtime/data/dataset.hpp"

namespace photos {

/// One line for every file that was not used, with the reason.
void print_skipped(const tn::Pictures& pictures);

/// Makes the folder if it is not there. Throws tn::Error naming it.
void make_folder(const std::string& path);

}  // namespace photos
