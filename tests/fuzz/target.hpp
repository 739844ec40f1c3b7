// What a reader of files must do with any bytes: give a result that is in order, or throw tn::Error.
// Each target is a file of its own with the two functions; mutations.cpp or libFuzzer calls them.
#pragma once

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "runtime/core/error.hpp"
#include "tests/runtime/data/sample_files.hpp"

namespace tn_test {

/// Files that the reader accepts, to begin from.
std::vector<Bytes> samples();

/// How many inputs were accepted so far.
inline std::atomic<int> accepted = 0;

/// Ends the program with a message when what the reader gave is not in order.
inline void require(bool in_order, const char* what) {
    if (in_order) return;
    std::fprintf(stderr, "not in order: %s\n", what);
    std::abort();
}

/// Runs the reader and counts; every exception but tn::Error ends the program.
template <class Read> int attempt(Read read) {
    try {
        read();
        ++accepted;
    } catch (const tn::Error& error) {
        require(*error.what() != '\0', "an error without words");
    }
    return 0;
}

}  // namespace tn_test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
