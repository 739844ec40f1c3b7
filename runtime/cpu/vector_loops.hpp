// How a loop over values that do not depend on each other becomes one of vectors in the translation unit of a network,
// whatever it is compiled with.
#pragma once

/// In front of such a loop: in place, outputs are inputs, which compilers cannot know to be harmless.
#if defined(__clang__)
#define TN_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#else
#define TN_INDEPENDENT _Pragma("GCC ivdep")
#endif

/// Attributes of a function with such a loop. All that it calls is to become part of it, or there would be no vectors;
/// g++ makes vectors of any such loop at -O3 alone, and programs are compiled with -O2, too.
#if defined(__clang__)
#define TN_VECTOR_LOOP flatten
#else
#define TN_VECTOR_LOOP flatten, optimize("O3")
#endif
