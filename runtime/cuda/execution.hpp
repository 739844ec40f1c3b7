// What a kernel is. Its body is written once: nvcc compiles it for the device, and any compiler for the emulator that
// the tests run it under (tests/support/cuda_emulator).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>

#include "dsl/core/index.hpp"
#include "runtime/core/error.hpp"

#if defined(__CUDACC__)
#define TN_UNROLL _Pragma("unroll")
#define TN_UNROLL_8 _Pragma("unroll 8")
#define TN_ROLLED _Pragma("unroll 1")
#define TN_DEVICE __device__
#define TN_HOST_DEVICE __host__ __device__
#else
#define TN_UNROLL
#define TN_UNROLL_8
#define TN_ROLLED
#define TN_DEVICE
#define TN_HOST_DEVICE
#endif

namespace tn::cuda {

/// A kernel is a function object: its members are its arguments, and each thread calls
///
///     template <class Thread> TN_DEVICE void operator()(Thread& t) const;
///
/// with
///
///     t.thread(), t.threads()     the index in the block and the block's size, a multiple of 32
///     t.block(), t.blocks()
///     t.barrier()                 all threads of the block wait for each other
///     t.shuffle_xor(v, lanes)     v, float or double, of the thread of this warp whose lane differs in the bits of
///                                 `lanes`
///     t.template multiply_add<P>(d, a, b)   d += a b by the tensor cores, the warp together: 16 x 8 values and an
///                                 inner extent of 8 in TF32 or 16 in bfloat16, spread over the lanes as PTX's mma.sync
///                                 does
///     t.load_matrices(d, from, at)          four matrices of 8 rows of 4 words, the warp together: lane l names row
///                                 l % 8 of matrix l / 8 as from[at] in shared memory, and d[m] becomes word l % 4 of
///                                 row l / 4 of matrix m, as PTX's ldmatrix does
///     t.load_transposed(d, from, at)        the same of 8 x 8 halves of words: d[m] becomes the halves l / 4 of rows
///                                 2 (l % 4) and 2 (l % 4) + 1
///     t.copy(to, at, from, there)           to[at] in shared memory becomes the four words *from, or zeros unless
///                                 `there`, without registers; the thread goes on meanwhile
///     t.wait_for_copies()         this thread's copies are there
///     t.template shared<V>(first, count)    an array in the block's shared memory, from byte `first`
///
/// A kernel that uses shared memory names its bytes: static constexpr std::size_t shared_bytes.
inline constexpr int warp = 32;

/// A type as which values of another are loaded and stored, several at once (Span::at).
#define TN_SEVERAL [[gnu::may_alias]]

/// Four words.
struct alignas(16) TN_SEVERAL Words {
    std::uint32_t at[4];
};

/// An array in global memory. Under the emulator an index out of bounds is an error; on the device nothing is checked.
template <class V> class Span {
public:
    Span() = default;
    TN_HOST_DEVICE Span(V* data, std::integral auto size) : data_(data), size_(data ? size : 0) {}
    template <class U>
        requires std::is_same_v<V, const U>
    TN_HOST_DEVICE Span(const Span<U>& other) : data_(other.data_), size_(other.size_) {}

    template <class I> TN_HOST_DEVICE V& operator[](I i) const {
        const std::size_t at = i;
#if !defined(__CUDA_ARCH__)
        if (at >= size_) throw Error("a kernel reaches value " + std::to_string(at) + " of " + std::to_string(size_));
#endif
        return data_[at];
    }
    TN_HOST_DEVICE explicit operator bool() const { return data_ != nullptr; }
    std::span<V> values() const { return {data_, size_}; }

    /// The values from i on: with one address, to which constant indices add nothing.
    TN_HOST_DEVICE Span from(int i) const { return {data_ + i, size_ - i}; }
    /// What lies from value i on as one U, a TN_SEVERAL at a multiple of its size.
    template <class U, class I> TN_HOST_DEVICE U& at(I i) const {
        const std::size_t first = i;
#if !defined(__CUDA_ARCH__)
        if (first >= size_ || (size_ - first) * sizeof(V) < sizeof(U) ||
            reinterpret_cast<std::uintptr_t>(data_ + first) % alignof(U) != 0)
            throw Error("a kernel reaches " + std::to_string(sizeof(U)) + " bytes at value " + std::to_string(first) +
                        " of " + std::to_string(size_));
#endif
        return *reinterpret_cast<U*>(data_ + first);
    }

private:
    template <class> friend class Span;
    V* data_ = nullptr;
    std::size_t size_ = 0;
};

/// Bytes of shared memory that a kernel asks for.
template <class K> constexpr std::size_t shared_bytes() {
    if constexpr (requires { K::shared_bytes; }) return K::shared_bytes;
    return 0;
}

/// Two kernels in one launch, which takes longer than a small kernel: the first blocks are the first one's.
template <class First, class Second> struct Beside {
    static constexpr std::size_t shared_bytes = cuda::shared_bytes<First>() > cuda::shared_bytes<Second>()
                                                    ? cuda::shared_bytes<First>()
                                                    : cuda::shared_bytes<Second>();
    int first_blocks;
    First first;
    Second second;

    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        if (t.block() < first_blocks) return first(t);
        Later<Thread> later{t, first_blocks};
        second(later);
    }

private:
    /// The same thread, as the second kernel counts blocks.
    template <class Thread> struct Later : Thread {
        int before;
        TN_DEVICE Later(const Thread& t, int first_blocks) : Thread(t), before(first_blocks) {}
        TN_DEVICE int block() const { return Thread::block() - before; }
        TN_DEVICE int blocks() const { return Thread::blocks() - before; }
    };
};

/// The number of this thread in the whole grid.
template <class Thread> TN_DEVICE std::size_t global_index(const Thread& t) {
    return Index{t.block()} * t.threads() + t.thread();
}

/// The same as an int, where the grid has no more than 2^31 - 1 threads.
template <class Thread> TN_DEVICE int global_number(const Thread& t) { return static_cast<int>(global_index(t)); }

/// The sum of `v` over the warp, in every lane.
template <class Thread, class V> TN_DEVICE V warp_sum(Thread& t, V v) {
    for (int lanes = warp / 2; lanes > 0; lanes /= 2) v += t.shuffle_xor(v, lanes);
    return v;
}

/// The sum of `v` over the block, in every thread. `scratch` is an array of one value a warp in shared memory.
template <class Thread, class V, class Shared> TN_DEVICE V block_sum(Thread& t, V v, Shared scratch) {
    v = warp_sum(t, v);
    t.barrier();
    if (t.thread() % warp == 0) scratch[t.thread() / warp] = v;
    t.barrier();
    V sum = 0;
    for (int w = 0; w < t.threads() / warp; ++w) sum += scratch[w];
    return sum;
}

}  // namespace tn::cuda
