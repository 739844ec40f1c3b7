// Ends the compilation by an older C++ than this library is written in, in two lines instead of a thousand.
#pragma once

#if __cplusplus < 202002L
#error "typenet needs C++20: compile with -std=c++20, in CMake target_compile_features(... PRIVATE cxx_std_20)"
#include "typenet needs C++20"  // there is no such file, which is the only error that no compiler goes on after
#endif
