// malloc and its kind, of this program and of every library in it, of which any may be told to fail. To be included in
// one source file of a program, built without sanitizers, which bring their own.
#pragma once

#include <malloc.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <new>

extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);
void __libc_free(void*);
}

namespace tn_test {

/// What fails: nothing, one allocation, or that one and all after it.
enum class Failing { none, one, all_from };

inline std::atomic<Failing> failing{Failing::none};
inline std::atomic<long> countdown{0};  ///< the allocation that fails, counted from 0
inline std::atomic<long> live{0};       ///< how many blocks are allocated now

inline bool fails() {
    const Failing now = failing;
    if (now == Failing::none) return false;
    const long at = countdown--;
    return at == 0 || (at < 0 && now == Failing::all_from);
}

inline void* counted(void* block) {
    if (block) ++live;
    return block;
}

}  // namespace tn_test

extern "C" {
void* malloc(std::size_t bytes) { return tn_test::fails() ? nullptr : tn_test::counted(__libc_malloc(bytes)); }
void* calloc(std::size_t count, std::size_t bytes) {
    return tn_test::fails() ? nullptr : tn_test::counted(__libc_calloc(count, bytes));
}
void* realloc(void* block, std::size_t bytes) {
    if (tn_test::fails()) return nullptr;
    void* moved = __libc_realloc(block, bytes);
    if (!block) return tn_test::counted(moved);
    if (bytes == 0) --tn_test::live;
    return moved;
}
void* memalign(std::size_t align, std::size_t bytes) {
    return tn_test::fails() ? nullptr : tn_test::counted(__libc_memalign(align, bytes));
}
void* aligned_alloc(std::size_t align, std::size_t bytes) { return memalign(align, bytes); }
int posix_memalign(void** block, std::size_t align, std::size_t bytes) {
    void* const got = memalign(align, bytes);
    if (!got) return ENOMEM;
    *block = got;
    return 0;
}
void free(void* block) {
    if (!block) return;
    --tn_test::live;
    __libc_free(block);
}
}

namespace tn_test {

/// Runs f with each of its allocations failing in turn, alone and with all that follow, until it needs no more. f must
/// end in std::bad_alloc or by itself; after() looks at what it left. Returns how many runs there were, or -1
/// when memory was lost.
template <class F, class After> long with_every_allocation_failing(F f, After after) {
    f();  // what is kept for ever is there before anything is counted
    long runs = 0;
    for (const Failing mode : {Failing::one, Failing::all_from}) {
        for (long k = 0;; ++k, ++runs) {
            const long before = live;
            countdown = k;
            failing = mode;
            try {
                f();
            } catch (const std::bad_alloc&) {
            }
            failing = Failing::none;
            if (countdown >= 0) break;
            if (live != before) return -1;
            after();
        }
    }
    return runs;
}

}  // namespace tn_test
