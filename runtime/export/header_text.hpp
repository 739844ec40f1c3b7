// Pieces of text that exported headers of every kind have.
#pragma once

#include <string>

#include "runtime/export/header.hpp"
#include "runtime/export/header_program.hpp"

namespace tn {

/// The window as the type Taps of the header.
std::string taps_of(const Window& w);
/// The constant `classes`, empty where there are none.
std::string class_names(const HeaderInfo& info);

/// Which byte stands for zero, and between which the bytes of a step's result stay.
struct ByteRange {
    int zero, low, high;
};
ByteRange bytes_of(const HeaderStep& step, const Quantisation& q);

}  // namespace tn
