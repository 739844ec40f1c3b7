// Waits for what another thread or process does: it comes sooner or later, however busy the machine is.
#pragma once

#include <chrono>
#include <functional>
#include <thread>

namespace tn_test {

/// Waits for the condition, five minutes at the most; false when it did not come.
inline bool until(const std::function<bool()>& condition) {
    for (int i = 0; i < 30000; ++i) {
        if (condition()) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
}

}  // namespace tn_test
