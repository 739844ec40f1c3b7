// Three drawn characters, for those who have no photographs at hand: generated, never the same picture twice.
#pragma once

#include <cstdint>
#include <vector>

#include "runtime/data/dataset.hpp"

namespace tn {

/// `per_class` pictures each of ada (round, curls, glasses), ben (square, cap, moustache) and cleo (long hair, fringe,
/// earrings), with varied pose, light, background, face and noise. Picture i of a class is the same for every
/// `per_class`. A share `wrong_labels` (0 to 1) of all labels is changed to another class on purpose; `wrong`, if
/// given, receives their indices, ascending. Throws Error when an argument is out of range.
Pictures generate_characters(int per_class, PictureShape shape, std::uint64_t seed, float wrong_labels = 0,
                             std::vector<int>* wrong = nullptr);

}  // namespace tn
