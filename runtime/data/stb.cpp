// The one place that compiles the stb libraries: decoding and writing of JPEG and PNG.
//
// stb is written for trusted files. What is done here so that any file ends in a picture or an error:
//  - its memory is zeroed, so that pixels that a damaged file leaves out are the same in every run;
//  - one allocation is at most what the picture's sides call for (StbLimit), so that a small file cannot ask for all
//  memory;
//  - an assertion throws instead of ending the program;
//  - only the formats that the library reads are compiled, and runtime/data/image/*_stream.cpp look at the bytes first;
//  - the build compiles this file with -fwrapv (its inverse DCT overflows on hostile numbers) and
//    -ftrivial-auto-var-init=pattern (a palette on its stack is read beyond the entries that the file gave), with an
//    stb_image that does not shift by a negative count of bits (cmake/stb.cmake).
#include <cstdlib>
#include <cstring>

#include "runtime/core/error.hpp"
#include "runtime/data/stb_limit.hpp"

namespace {

constexpr std::size_t largest = std::size_t{1} << 31;
thread_local std::size_t limit = largest;

void* stb_allocate(std::size_t size) { return size > limit ? nullptr : std::calloc(size ? size : 1, 1); }

void* stb_reallocate(void* old, std::size_t old_size, std::size_t size) {
    void* block = stb_allocate(size);
    if (block && old) {
        std::memcpy(block, old, old_size < size ? old_size : size);
        std::free(old);
    }
    return block;
}

void stb_assert(bool condition) {
    if (!condition) throw tn::Error("the picture decoder met a state that must not occur");
}

}  // namespace

tn::StbLimit::StbLimit(std::size_t bytes) { limit = bytes < largest ? bytes : largest; }
tn::StbLimit::~StbLimit() { limit = largest; }

#define STBI_MALLOC(size) stb_allocate(size)
#define STBI_REALLOC_SIZED(block, old_size, size) stb_reallocate(block, old_size, size)
#define STBI_FREE(block) std::free(block)
#define STBI_ASSERT(condition) stb_assert(condition)
#define STBI_ONLY_JPEG
#define STBI_ONLY_PNG
#define STBI_NO_STDIO
#define STBI_NO_LINEAR
#define STBI_NO_HDR
#define STB_IMAGE_IMPLEMENTATION
#include <stb/stb_image.h>

#define STBIW_ASSERT(condition) stb_assert(condition)
#define STBI_WRITE_NO_STDIO
#define STB_IMAGE_WRITE_IMPLEMENTATION
#include <stb/stb_image_write.h>
