// A short number for data sets, by which a run that is resumed knows its own again.
#pragma once

#include <string>
#include <vector>

#include "runtime/data/dataset.hpp"

namespace tn {

/// 16 hexadecimal digits for the sets, in this order: their shapes, labels, pixels, and the name of every picture's
/// file within its class, without the folder that the set lies in. FNV-1a, one byte at a time: it tells apart
/// sets that differ by accident, not those that someone makes to look the same.
std::string digest_of(const std::vector<const Pictures*>& sets);

}  // namespace tn
