// What photos clean moves, and how it is put back.
#pragma once

#include <string>
#include <vector>

#include "runtime/data/dataset.hpp"

namespace photos {

/// Moves these pictures of the folder to `away`, and says how they come back.
void move_photographs(const std::vector<int>& chosen, const tn::Pictures& pictures, const std::string& folder,
                      const std::string& away);

/// Does what a file of decisions says (read_decisions) and returns the exit status; what is removed goes to `away`. All
/// of it is checked before anything is moved.
int apply_decisions(const std::string& decisions, const std::string& folder, const std::string& away);

int undo_moves(const std::string& away);

}  // namespace photos
