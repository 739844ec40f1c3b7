// From the words of a command line to a backend.
#pragma once

#include <string>

#include "runtime/cpu/backend.hpp"

namespace tn {

/// The CPU backend for --device cpu or auto. Throws Error for cuda, saying why, and for other words.
cpu::Backend open_cpu(const std::string& device, int threads, const std::string& instructions);

}  // namespace tn
