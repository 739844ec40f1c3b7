// What a run says that has nothing left to do.
#pragma once

#include "runtime/core/error.hpp"

namespace tn {

/// Thrown by train() for a checkpoint whose run has taken all of its steps, or was ended by its patience.
class RunIsOver : public Error {
public:
    using Error::Error;
};

}  // namespace tn
