// A Progress that shows nothing.
#pragma once

#include <cstdio>
#include <memory>

#include "runtime/train/progress.hpp"

namespace tn_test {

struct Quiet {
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> null{std::fopen("/dev/null", "w"), &std::fclose};
    tn::Progress progress{null.get(), false, 80, false};
};

}  // namespace tn_test
