// What photos clean found: as a table, as a contact sheet, and what it proposes to move.
#pragma once

#include <string>
#include <vector>

#include "runtime/data/duplicates.hpp"
#include "runtime/data/image.hpp"
#include "runtime/data/label_errors.hpp"

namespace photos {

struct Findings {
    std::vector<tn::LabelError> labels;
    std::vector<tn::Likeness> copies;  ///< within the folder
    std::vector<tn::Likeness> leaks;   ///< first: of the folder, second: of the test folder
};

bool in_two_classes(const tn::Likeness& pair, const tn::Pictures& pictures);

/// The photographs to move, ascending: those whose label is wrong with a chance of `above` or more, those that are in
/// the test folder too, and near copies of an earlier photograph of their class which stays. Of a pair in two classes
/// it is not known which one is right: both stay, unless a label is as doubtful.
std::vector<int> proposed(const Findings& findings, const tn::Pictures& pictures, double above);

/// The same with one pair per copy: of all pairs whose second photograph is the same, only the most alike within its
/// class and across classes stay, and of all leaks of a photograph the most alike. A hundred copies are then a hundred
/// rows, not thousands.
Findings closest(const Findings& findings, const tn::Pictures& pictures);

/// One row per finding (RFC 4180, names as escape_text): kind (label, duplicate, two classes, leak), file, its class,
/// the suggested class, the probabilities of both, the chance that the label is wrong, the other file, its class,
/// similarity, mirrored (yes or no), and whether the file is among those to move. What does not apply is empty.
std::string to_csv(const Findings& findings, const tn::Pictures& pictures, const tn::Pictures& test,
                   const std::vector<int>& to_move);

/// The contact sheet, with at most 72 findings of each kind.
tn::Picture draw_findings(const Findings& findings, const tn::Pictures& pictures, const tn::Pictures& test);

}  // namespace photos
