// The one exception that typenet throws for bad input, a bad file or a device that is not there.
#pragma once

#include <stdexcept>
#include <string>

namespace tn {

/// What went wrong and what it must be instead, in one sentence that names the file, line or layer.
/// The programs print it after `error: ` and end with status 1.
struct Error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

}  // namespace tn
