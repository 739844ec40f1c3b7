// A GPU in plain C++: kernels run block by block on the CPU, the threads of a block as fibers. It finds what a GPU does
// not tell: races between two barriers, barriers and shuffles that not every thread reaches, indices out of bounds and
// writes outside of what a kernel was given.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "runtime/cuda/execution.hpp"
#include "runtime/cuda/precision.hpp"
#include "runtime/cuda/product.hpp"
#include "runtime/data/epoch_order.hpp"

namespace tn::test {

class EmulatedBlock;

/// Shared memory as a kernel sees it: every access is noted with the thread that makes it.
template <class V> class SharedArray {
public:
    SharedArray(EmulatedBlock& block, int thread, std::size_t first, std::size_t count);

    /// Reads on conversion to V, writes on assignment.
    class Place {
    public:
        Place(const SharedArray& array, std::size_t at) : array_(array), at_(at) {}
        operator V() const;
        const Place& operator=(V v) const;
        const Place& operator=(const Place& other) const { return *this = static_cast<V>(other); }
        const Place& operator+=(V v) const { return *this = static_cast<V>(*this) + v; }

    private:
        SharedArray array_;
        std::size_t at_;
    };

    template <class I> Place operator[](I i) const { return Place(*this, i); }

private:
    EmulatedBlock* block_;
    int thread_;
    std::size_t first_, count_;
};

/// The thread that a kernel's body sees (runtime/cuda/execution.hpp).
class EmulatedThread {
public:
    /// The place of a call. clang 14 has no std::source_location.
    struct Where {
        const char* file;
        std::uint32_t line;
        static constexpr Where current(const char* file = __builtin_FILE(), std::uint32_t line = __builtin_LINE()) {
            return {file, line};
        }
    };
    EmulatedThread(EmulatedBlock& block, int thread) : block_(block), thread_(thread) {}

    int thread() const { return thread_; }
    int threads() const;
    int block() const;
    int blocks() const;
    void barrier(Where where = Where::current());
    double shuffle_xor(double v, int lanes, Where where = Where::current());
    float shuffle_xor(float v, int lanes, Where where = Where::current()) {
        return static_cast<float>(shuffle_xor(double{v}, lanes, where));
    }
    /// The tensor cores: what PTX calls mma.sync.aligned.m16n8k8 with TF32 and m16n8k16 with bfloat16.
    template <cuda::Precision P>
    void multiply_add(float (&d)[4], const std::uint32_t (&a)[4], const std::uint32_t (&b)[2],
                      Where where = Where::current()) {
        multiply_add(P, d, a, b, where);
    }
    /// What PTX calls ldmatrix.m8n8.x4, and the same with .trans. Each word is read by the lane that receives it.
    void load_matrices(std::uint32_t (&d)[4], const SharedArray<cuda::Words>& from, int at,
                       Where where = Where::current()) {
        const auto rows = rows_of_matrices(at, where);
        for (int m = 0; m < 4; ++m)
            d[m] = static_cast<cuda::Words>(from[rows[8 * m + thread_ % cuda::warp / 4]]).at[thread_ % 4];
    }
    void load_transposed(std::uint32_t (&d)[4], const SharedArray<cuda::Words>& from, int at,
                         Where where = Where::current()) {
        const auto rows = rows_of_matrices(at, where);
        const int column = thread_ % cuda::warp / 4;
        for (int m = 0; m < 4; ++m) {
            const auto half = [&](int row) {
                return static_cast<cuda::Words>(from[rows[8 * m + row]]).at[column / 2] >> 16 * (column % 2) & 0xFFFFu;
            };
            d[m] = half(2 * (thread_ % 4)) | half(2 * (thread_ % 4) + 1) << 16;
        }
    }
    template <class V> SharedArray<V> shared(std::size_t first, std::size_t count) {
        return SharedArray<V>(block_, thread_, first, count);
    }

    /// What PTX calls cp.async: nothing is there before the wait.
    void copy(const SharedArray<cuda::Words>& to, int at, const cuda::Words* from, bool there) {
        copies_.push_back({to, at, there ? *from : cuda::Words{}});
    }
    void wait_for_copies() {
        for (const Copy& c : copies_) c.to[c.at] = c.words;
        copies_.clear();
    }

private:
    struct Copy {
        SharedArray<cuda::Words> to;
        int at;
        cuda::Words words;
    };
    /// What every lane of the warp calls `at`.
    std::array<int, cuda::warp> rows_of_matrices(int at, Where);
    void multiply_add(cuda::Precision, float*, const std::uint32_t*, const std::uint32_t*, Where);

    EmulatedBlock& block_;
    int thread_;
    std::vector<Copy> copies_;
};

/// One block in execution: its shared memory with the last accesses to every byte, and its fibers.
class EmulatedBlock {
public:
    /// `order` 0 runs threads from the first to the last, 1 from the last to the first.
    EmulatedBlock(int block, int blocks, int threads, std::size_t shared_bytes, int order);
    ~EmulatedBlock();
    EmulatedBlock(const EmulatedBlock&) = delete;
    EmulatedBlock& operator=(const EmulatedBlock&) = delete;

    /// Runs body(thread) as every thread to its end. Throws Error for what the kernel does wrong.
    void run(const std::function<void(EmulatedThread&)>& body);

private:
    friend class EmulatedThread;
    template <class V> friend class SharedArray;

    struct Fibers;
    /// What the threads of a warp do together: each lane gives its operands, and `run` computes all lanes' results.
    struct WarpStep {
        void* operands;
        void (*run)(void* const* lanes);
    };
    enum class Waits { no, barrier, warp, ended };
    struct State {
        Waits waits = Waits::no;
        const char* file = "";
        std::uint32_t line = 0;
        WarpStep step{};
    };
    /// The last write of a byte, and the last reads: by one thread, or by several (-2).
    struct Access {
        int writer = -1, reader = -1;
        std::uint64_t written = 0, read = 0;  // barriers passed
    };

    void wait(int thread, Waits for_what, EmulatedThread::Where where);
    bool release_barrier();
    bool release_warp(int warp);
    void note(int thread, std::size_t first, std::size_t bytes, bool writes);
    bool ordered(int thread, int other, std::uint64_t barrier) const;
    bool waiting() const;
    std::string stuck() const;
    std::string thread_name(int thread) const;

    int block_, blocks_, threads_, order_;
    std::vector<State> states_;
    std::vector<std::byte> shared_;
    std::vector<Access> accesses_;
    std::uint64_t barriers_ = 1;
    std::unique_ptr<Fibers> fibers_;
};

/// A device for cuda::BasicDevice. Its memory has guard zones on both sides, and the host's copies are separate from
/// it, as with a GPU.
class Emulator {
public:
    /// `order` 0 runs blocks and threads from the first to the last, 1 from the last to the first.
    explicit Emulator(cuda::Precision precision = cuda::Precision::fp32, int order = 0)
        : precision_(precision), order_(order) {}
    ~Emulator();
    Emulator(const Emulator&) = delete;
    Emulator& operator=(const Emulator&) = delete;

    std::string describe() const { return std::string("the emulator, ") + cuda::name(precision_); }
    void* allocate(std::size_t bytes) { return take(bytes, true); }
    void release(void* p) noexcept;
    void* allocate_staging(std::size_t bytes) { return take(bytes, false); }
    void release_staging(void* p) noexcept { release(p); }
    void upload(void* to, const void* from, std::size_t bytes);
    void download(void* to, const void* from, std::size_t bytes);

    /// From now on the host that touches the device's memory is stopped by a memory fault, as with a GPU; without it,
    /// tests may look there.
    void keep_host_out();
    /// Throws Error when a guard zone was overwritten.
    void wait() {
        refuse_in_graph();
        check_guards();
    }

    /// Launches and products with the arguments that they had.
    using Graph = std::vector<std::function<void()>>;

    /// Records what f launches, without running it. Nothing can be sent, fetched or waited for meanwhile, and products
    /// must be of shapes that have run before.
    template <class F> Graph record(F f) {
        Graph graph;
        recording_ = &graph;
        try {
            f();
        } catch (...) {
            recording_ = nullptr;
            throw;
        }
        recording_ = nullptr;
        return graph;
    }
    void replay(const Graph& graph) {
        if (graph.empty()) throw Error("a graph has at least one kernel");
        for (const auto& launched : graph) launched();
        ++replays_;
    }
    std::uint64_t replays() const { return replays_; }

    template <class Kernel> void launch(const Kernel& kernel, int blocks, int threads) {
        if (recording_) return recording_->push_back([=, this] { launch(kernel, blocks, threads); });
        run_grid(blocks, threads, cuda::shared_bytes<Kernel>(), [&](EmulatedThread& t) { kernel(t); });
    }

    /// What cuBLAS does, in plain loops and in float. `gives_epilogues(false)`: a cuBLAS that has none for any shape.
    bool multiply(const cuda::Product& product);
    void gives_epilogues(bool does) { gives_epilogues_ = does; }

    /// The order of an epoch in the device's memory, as GpuEpochOrder makes it.
    class EpochOrder {
    public:
        EpochOrder(Emulator& device, int pictures) : gpu_(device), keys_(pictures) {}
        void operator()(int* order, std::uint64_t seed, std::uint64_t epoch) {
            gpu_.refuse_in_graph();
            const Inside inside(gpu_);
            epoch_order({order, keys_.size()}, keys_, seed, epoch);
        }

    private:
        Emulator& gpu_;
        std::vector<std::uint64_t> keys_;
    };

    /// Kernels and products so far, and pieces of memory that were asked for.
    std::uint64_t launches() const { return launches_; }
    std::uint64_t allocations() const { return allocated_; }

private:
    struct Unmap {
        std::size_t size;
        void operator()(std::byte* p) const;
    };
    struct Allocation {
        std::unique_ptr<std::byte, Unmap> memory;  ///< whole pages, guard zones included
        std::size_t bytes;                         ///< without them
        bool on_device;
        std::size_t size() const { return memory.get_deleter().size; }
    };
    /// While it lives the device's memory can be reached.
    class Inside {
    public:
        explicit Inside(const Emulator& device) : gpu_(device) { gpu_.protect(false); }
        ~Inside() { gpu_.protect(true); }
        Inside(const Inside&) = delete;
        Inside& operator=(const Inside&) = delete;

    private:
        const Emulator& gpu_;
    };
    void* take(std::size_t bytes, bool on_device);
    void protect(bool from_host) const;
    void run_grid(int blocks, int threads, std::size_t shared_bytes, const std::function<void(EmulatedThread&)>& body);
    void check_guards() const;
    void refuse_in_graph() const {
        if (recording_) throw Error("a graph holds kernels only");
    }

    cuda::Precision precision_;
    int order_;
    std::uint64_t launches_ = 0, replays_ = 0, allocated_ = 0;
    Graph* recording_ = nullptr;
    bool gives_epilogues_ = true, kept_out_ = false;
    std::map<void*, Allocation> allocations_;
    std::set<std::array<int, 8>> shapes_;  ///< of the products so far
};

template <class V>
SharedArray<V>::SharedArray(EmulatedBlock& block, int thread, std::size_t first, std::size_t count)
    : block_(&block), thread_(thread), first_(first), count_(count) {
    if (first % alignof(V) != 0 || first + count * sizeof(V) > block.shared_.size())
        throw Error("a kernel takes shared memory from byte " + std::to_string(first) + " to " +
                    std::to_string(first + count * sizeof(V)) + " but asked for " +
                    std::to_string(block.shared_.size()));
}

template <class V> SharedArray<V>::Place::operator V() const {
    V v;
    if (at_ >= array_.count_)
        throw Error("a kernel reaches value " + std::to_string(at_) + " of " + std::to_string(array_.count_) +
                    " in shared memory");
    const std::size_t first = array_.first_ + at_ * sizeof(V);
    array_.block_->note(array_.thread_, first, sizeof(V), false);
    std::memcpy(&v, array_.block_->shared_.data() + first, sizeof(V));
    return v;
}

template <class V> const typename SharedArray<V>::Place& SharedArray<V>::Place::operator=(V v) const {
    if (at_ >= array_.count_)
        throw Error("a kernel reaches value " + std::to_string(at_) + " of " + std::to_string(array_.count_) +
                    " in shared memory");
    const std::size_t first = array_.first_ + at_ * sizeof(V);
    array_.block_->note(array_.thread_, first, sizeof(V), true);
    std::memcpy(array_.block_->shared_.data() + first, &v, sizeof(V));
    return *this;
}

}  // namespace tn::test
