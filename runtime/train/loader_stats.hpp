// How well the loader feeds a training run.
#pragma once

#include <chrono>
#include <ctime>
#include <string>

#include "runtime/data/loader.hpp"

namespace tn {

/// Shares from 0 to 1 of the training so far, tests and saving left out.
struct LoaderStats {
    double idle = 0;    ///< of its time: the training threads waited for a batch
    double loader = 0;  ///< of the processor time that the process took: the loader's threads
};

/// "waited for photographs 0.4 % of the training time;" and in a second line "loading took 2.1 % of the processor
/// time".
std::string describe(const LoaderStats& stats);

/// Measures the parts of a run between go() and halt().
class LoaderMeter {
public:
    /// Without a loader nothing is waited for.
    explicit LoaderMeter(const Loader* loader) : loader_(loader) {}

    void go() { began_ = now(); }
    void halt() {
        const Reading end = now();
        total_.seconds += end.seconds - began_.seconds;
        total_.processor += end.processor - began_.processor;
        total_.waited += end.waited - began_.waited;
        total_.loader += end.loader - began_.loader;
    }
    LoaderStats stats() const { return {share(total_.waited, total_.seconds), share(total_.loader, total_.processor)}; }

private:
    struct Reading {
        double seconds = 0, processor = 0, waited = 0, loader = 0;
    };
    static double share(double part, double whole) { return whole > 0 ? part / whole : 0; }
    Reading now() const {
        return {std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(),
                static_cast<double>(std::clock()) / CLOCKS_PER_SEC, loader_ ? loader_->waited_seconds() : 0,
                loader_ ? loader_->processor_seconds() : 0};
    }

    const Loader* loader_;
    Reading began_, total_;
};

}  // namespace tn
