#include "tests/support/cuda_emulator/emulator.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <boost/context/fiber.hpp>
#include <cmath>
#include <cstring>

#include "tests/support/sanitized.hpp"

#if defined(TN_ADDRESS_SANITIZER)
#include <sanitizer/common_interface_defs.h>
#endif

namespace tn::test {

namespace {

constexpr std::size_t guard_bytes = 256;
constexpr std::byte guard_value{0xA5};
constexpr int several = -2;

/// A block never has more threads than this.
constexpr int most_threads = 1024;

/// The address sanitizer is told of every change of stacks.
struct Stack {
    const void* bottom = nullptr;
    std::size_t size = 0;
};
#if defined(TN_ADDRESS_SANITIZER)
void leave(void** mine, const Stack& next) { __sanitizer_start_switch_fiber(mine, next.bottom, next.size); }
void arrive(void* mine, Stack* previous = nullptr) {
    __sanitizer_finish_switch_fiber(mine, previous ? &previous->bottom : nullptr, previous ? &previous->size : nullptr);
}
#else
void leave(void**, const Stack&) {}
void arrive(void*, Stack* = nullptr) {}
#endif

/// Ends a thread whose block has failed.
struct Cancelled {};

/// Stacks are used again: a block of 512 threads needs as many. Each thread of the program that runs an emulator has
/// its own.
class Stacks {
public:
    using traits_type = boost::context::stack_traits;
    static constexpr std::size_t bytes = std::size_t{64} << 10;

    boost::context::stack_context allocate() {
        if (free().empty()) free().push_back(std::make_unique<std::byte[]>(bytes));
        boost::context::stack_context stack;
        stack.size = bytes;
        last().bottom = free().back().get();
        last().size = bytes;
        stack.sp = free().back().release() + bytes;
        free().pop_back();
        return stack;
    }
    void deallocate(boost::context::stack_context& stack) noexcept {
        free().emplace_back(static_cast<std::byte*>(stack.sp) - bytes);
    }

    /// The stack that was handed out last.
    static Stack& last() {
        thread_local Stack stack;
        return stack;
    }

private:
    static std::vector<std::unique_ptr<std::byte[]>>& free() {
        thread_local std::vector<std::unique_ptr<std::byte[]>> stacks;
        return stacks;
    }
};

}  // namespace

/// Fibers take threads from a common list: one that never waits leaves its fiber to the next thread, so a kernel
/// without barriers runs on a single one.
struct EmulatedBlock::Fibers {
    using Fiber = boost::context::fiber;

    struct Worker {
        Fiber fiber;  ///< where it waits
        Stack stack;
    };

    std::vector<Worker> workers;
    std::vector<int> worker_of;  ///< by thread
    std::vector<int> fresh;      ///< threads that have not begun, the next one at the back
    Fiber scheduler;             ///< where the running worker returns to
    Stack scheduler_stack;
    std::exception_ptr failure;

    /// Runs a worker until its thread waits or no thread is left.
    void resume(int worker) {
        Worker& w = workers[worker];
        void* mine = nullptr;
        leave(&mine, w.stack);
        w.fiber = std::move(w.fiber).resume();
        arrive(mine);
    }
    /// Back from a worker to the scheduler, until that resumes the worker.
    void pause() {
        void* mine = nullptr;
        leave(&mine, scheduler_stack);
        scheduler = std::move(scheduler).resume();
        arrive(mine, &scheduler_stack);
        if (failure) throw Cancelled{};
    }
};

EmulatedBlock::EmulatedBlock(int block, int blocks, int threads, std::size_t shared_bytes, int order)
    : block_(block),
      blocks_(blocks),
      threads_(threads),
      order_(order),
      states_(threads),
      shared_(shared_bytes, std::byte{0xFF}),
      accesses_(shared_bytes),
      fibers_(std::make_unique<Fibers>()) {
    if (threads < 1 || threads > most_threads || threads % cuda::warp != 0)
        throw Error("a block has 32 to 1024 threads in whole warps, not " + std::to_string(threads));
}

EmulatedBlock::~EmulatedBlock() = default;

std::string EmulatedBlock::thread_name(int thread) const {
    return "thread " + std::to_string(thread) + " of block " + std::to_string(block_);
}

void EmulatedBlock::run(const std::function<void(EmulatedThread&)>& body) {
    Fibers& f = *fibers_;
    f.worker_of.assign(threads_, -1);
    for (int i = 0; i < threads_; ++i) f.fresh.push_back(order_ == 0 ? threads_ - 1 - i : i);

    const auto run_thread = [&](int thread) {
        EmulatedThread t(*this, thread);
        try {
            body(t);
        } catch (const Cancelled&) {
        } catch (...) {
            f.failure = std::current_exception();
        }
        states_[thread].waits = Waits::ended;
    };
    const auto work = [&](Fibers::Fiber&& back) {
        f.scheduler = std::move(back);
        arrive(nullptr, &f.scheduler_stack);
        const int me = static_cast<int>(f.workers.size()) - 1;
        while (!f.fresh.empty() && !f.failure) {
            const int thread = f.fresh.back();
            f.fresh.pop_back();
            f.worker_of[thread] = me;
            run_thread(thread);
        }
        leave(nullptr, f.scheduler_stack);
        return std::move(f.scheduler);
    };

    while (!f.fresh.empty() && !f.failure) {
        f.workers.emplace_back();
        f.workers.back().fiber = Fibers::Fiber(std::allocator_arg, Stacks{}, work);
        f.workers.back().stack = Stacks::last();
        f.resume(static_cast<int>(f.workers.size()) - 1);
    }
    while (!f.failure && waiting()) {
        bool released = false;
        try {
            for (int w = 0; w < threads_ / cuda::warp; ++w) released = release_warp(w) || released;
            if (!released && !release_barrier()) throw Error(stuck());
        } catch (const Error&) {
            f.failure = std::current_exception();
        }
        for (int i = 0; i < threads_ && !f.failure; ++i) {
            const std::size_t thread = order_ == 0 ? i : threads_ - 1 - i;
            if (states_[thread].waits == Waits::no) f.resume(f.worker_of[thread]);
        }
    }
    if (!f.failure) return;
    // Threads that still wait are ended in their own fibers, so that nothing they hold is lost.
    for (auto& w : f.workers)
        while (w.fiber) f.resume(static_cast<int>(&w - f.workers.data()));
    std::rethrow_exception(f.failure);
}

bool EmulatedBlock::waiting() const {
    return std::any_of(states_.begin(), states_.end(), [](const State& s) { return s.waits != Waits::ended; });
}

void EmulatedBlock::wait(int thread, Waits for_what, EmulatedThread::Where where) {
    State& s = states_[thread];
    s.waits = for_what;
    s.file = where.file;
    s.line = where.line;
    fibers_->pause();
}

/// Lets all threads go on if all of them wait at the same barrier.
bool EmulatedBlock::release_barrier() {
    for (const State& s : states_)
        if (s.waits != Waits::barrier || s.line != states_[0].line || std::strcmp(s.file, states_[0].file) != 0)
            return false;
    for (State& s : states_) s.waits = Waits::no;
    ++barriers_;
    return true;
}

/// Runs the step of a warp if all its threads wait for the same one.
bool EmulatedBlock::release_warp(int warp) {
    State* lane = states_.data() + warp * cuda::warp;
    void* operands[cuda::warp];
    for (int i = 0; i < cuda::warp; ++i) {
        if (lane[i].waits != Waits::warp || lane[i].line != lane[0].line || lane[i].step.run != lane[0].step.run ||
            std::strcmp(lane[i].file, lane[0].file) != 0)
            return false;
        operands[i] = lane[i].step.operands;
    }
    lane[0].step.run(operands);
    for (int i = 0; i < cuda::warp; ++i) lane[i].waits = Waits::no;
    return true;
}

std::string EmulatedBlock::stuck() const {
    std::string text = "block " + std::to_string(block_) + " is stuck:";
    const State* last = nullptr;
    for (int i = 0; i < threads_; ++i) {
        const State& s = states_[i];
        if (last && s.waits == last->waits && s.line == last->line) continue;
        last = &s;
        text += " thread " + std::to_string(i) + " and on ";
        if (s.waits == Waits::ended)
            text += "have ended;";
        else
            text += std::string(s.waits == Waits::barrier ? "wait at the barrier" : "wait for their warp") +
                    " in line " + std::to_string(s.line) + ";";
    }
    text.back() = '.';
    return text;
}

/// Two accesses with a barrier between them are in order. What a warp does together orders none: "These intrinsics do
/// not imply a memory barrier" (CUDA programming guide, of shuffles).
bool EmulatedBlock::ordered(int thread, int other, std::uint64_t barrier) const {
    return thread == other || barrier < barriers_;
}

void EmulatedBlock::note(int thread, std::size_t first, std::size_t bytes, bool writes) {
    for (std::size_t i = first; i < first + bytes; ++i) {
        Access& a = accesses_[i];
        const auto race = [&](int other, const char* did) {
            throw Error("race in shared memory: byte " + std::to_string(i) + " is " + (writes ? "written" : "read") +
                        " by " + thread_name(thread) + " and " + did + " by " +
                        (other == several ? std::string("several others") : thread_name(other)) +
                        " with no barrier between");
        };
        if (a.writer != -1 && !ordered(thread, a.writer, a.written)) race(a.writer, "written");
        if (writes && a.reader != -1 && !ordered(thread, a.reader, a.read)) race(a.reader, "read");
        if (writes) {
            a.writer = thread;
            a.written = barriers_;
            a.reader = -1;
        } else {
            const bool alone = a.reader == -1 || a.reader == thread || a.read < barriers_;
            a.reader = alone ? thread : several;
            a.read = barriers_;
        }
    }
    if (!writes && accesses_[first].writer == -1)
        throw Error(thread_name(thread) + " reads byte " + std::to_string(first) +
                    " of shared memory, which no thread has written");
}

int EmulatedThread::threads() const { return block_.threads_; }
int EmulatedThread::block() const { return block_.block_; }
int EmulatedThread::blocks() const { return block_.blocks_; }
void EmulatedThread::barrier(Where where) { block_.wait(thread_, EmulatedBlock::Waits::barrier, where); }

double EmulatedThread::shuffle_xor(double v, int lanes, Where where) {
    struct Operands {
        double v;
        int lanes;
    } mine{v, lanes};
    block_.states_[thread_].step = {
        &mine, [](void* const* all) {
            double values[cuda::warp];
            const auto of = [&](int lane) -> Operands& { return *static_cast<Operands*>(all[lane]); };
            for (int i = 0; i < cuda::warp; ++i) {
                values[i] = of(i).v;
                if (of(i).lanes != of(0).lanes || of(i).lanes < 0 || of(i).lanes >= cuda::warp)
                    throw Error("the lanes of a warp shuffle with different distances");
            }
            for (int i = 0; i < cuda::warp; ++i) of(i).v = values[i ^ of(i).lanes];
        }};
    block_.wait(thread_, EmulatedBlock::Waits::warp, where);
    return mine.v;
}

namespace {

struct MultiplyOperands {
    float* d;
    const std::uint32_t *a, *b;
};

/// Value `at` of a register: all of it in TF32, a half in bfloat16.
template <cuda::Precision P> float value_of(std::uint32_t word, int at) {
    if constexpr (P == cuda::Precision::tf32) {
        if ((word & 0x1FFFu) != 0 && !std::isnan(std::bit_cast<float>(word)))
            throw Error("a value was not rounded to TF32 before the tensor cores read it");
        return std::bit_cast<float>(word);
    }
    return std::bit_cast<float>((word >> (16 * at) & 0xFFFFu) << 16);
}

/// Puts the warp's fragments together to matrices as the PTX manual draws them, multiplies, and takes the result apart.
template <cuda::Precision P> void multiply_warp(void* const* all) {
    constexpr int in_word = P == cuda::Precision::tf32 ? 1 : 2, inner = 8 * in_word;
    float a[16][inner], b[inner][8], d[16][8];
    const auto of = [&](int lane) -> MultiplyOperands& { return *static_cast<MultiplyOperands*>(all[lane]); };
    for (int lane = 0; lane < cuda::warp; ++lane) {
        const int group = lane / 4, in_group = lane % 4;
        for (int r = 0; r < 4; ++r) {
            for (int at = 0; at < in_word; ++at)
                a[group + (r % 2 ? 8 : 0)][in_group * in_word + at + (r >= 2 ? 4 * in_word : 0)] =
                    value_of<P>(of(lane).a[r], at);
            d[group + (r >= 2 ? 8 : 0)][2 * in_group + r % 2] = of(lane).d[r];
        }
        for (int r = 0; r < 2; ++r)
            for (int at = 0; at < in_word; ++at)
                b[in_group * in_word + at + r * 4 * in_word][group] = value_of<P>(of(lane).b[r], at);
    }
    for (int lane = 0; lane < cuda::warp; ++lane)
        for (int r = 0; r < 4; ++r) {
            const int row = lane / 4 + (r >= 2 ? 8 : 0), column = 2 * (lane % 4) + r % 2;
            float sum = d[row][column];
            for (int k = 0; k < inner; ++k) sum += a[row][k] * b[k][column];
            of(lane).d[r] = sum;
        }
}

}  // namespace

void EmulatedThread::multiply_add(cuda::Precision precision, float* d, const std::uint32_t* a, const std::uint32_t* b,
                                  Where where) {
    MultiplyOperands mine{d, a, b};
    block_.states_[thread_].step = {&mine, precision == cuda::Precision::tf32 ? &multiply_warp<cuda::Precision::tf32>
                                                                              : &multiply_warp<cuda::Precision::bf16>};
    block_.wait(thread_, EmulatedBlock::Waits::warp, where);
}

std::array<int, cuda::warp> EmulatedThread::rows_of_matrices(int at, Where where) {
    struct Operands {
        int at;
        std::array<int, cuda::warp> all;
    } mine{at, {}};
    block_.states_[thread_].step = {&mine, [](void* const* lanes) {
                                        const auto of = [&](int lane) -> Operands& {
                                            return *static_cast<Operands*>(lanes[lane]);
                                        };
                                        for (int to = 0; to < cuda::warp; ++to)
                                            for (int from = 0; from < cuda::warp; ++from)
                                                of(to).all[from] = of(from).at;
                                    }};
    block_.wait(thread_, EmulatedBlock::Waits::warp, where);
    return mine.all;
}

Emulator::~Emulator() = default;

void* Emulator::take(std::size_t bytes, bool on_device) {
    refuse_in_graph();
    ++allocated_;
    const std::size_t page = sysconf(_SC_PAGESIZE);
    const std::size_t size = (bytes + 2 * guard_bytes + page - 1) / page * page;
    void* memory = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    Allocation a{{static_cast<std::byte*>(memory), Unmap{size}}, bytes, on_device};
    std::byte* first = a.memory.get() + guard_bytes;
    std::fill_n(a.memory.get(), size, guard_value);
    std::fill_n(first, bytes, std::byte{0});
    allocations_.emplace(first, std::move(a));
    protect(true);
    return first;
}

void Emulator::Unmap::operator()(std::byte* p) const { munmap(p, size); }

void Emulator::release(void* p) noexcept { allocations_.erase(p); }

void Emulator::keep_host_out() {
    kept_out_ = true;
    protect(true);
}

void Emulator::protect(bool from_host) const {
    if (!kept_out_) return;
    for (const auto& [first, a] : allocations_)
        if (a.on_device) mprotect(a.memory.get(), a.size(), from_host ? PROT_NONE : PROT_READ | PROT_WRITE);
}

void Emulator::check_guards() const {
    const Inside inside(*this);
    for (const auto& [first, a] : allocations_) {
        const std::byte* begin = static_cast<const std::byte*>(first);
        const std::byte* end = a.memory.get() + a.size();
        const auto changed = [](std::byte b) { return b != guard_value; };
        if (std::any_of(static_cast<const std::byte*>(a.memory.get()), begin, changed) ||
            std::any_of(begin + a.bytes, end, changed))
            throw Error("a kernel wrote outside of its memory");
    }
}

void Emulator::upload(void* to, const void* from, std::size_t bytes) {
    refuse_in_graph();
    const Inside inside(*this);
    std::memcpy(to, from, bytes);
}
void Emulator::download(void* to, const void* from, std::size_t bytes) {
    refuse_in_graph();
    const Inside inside(*this);
    std::memcpy(to, from, bytes);
}

void Emulator::run_grid(int blocks, int threads, std::size_t shared_bytes,
                        const std::function<void(EmulatedThread&)>& body) {
    if (blocks < 1) throw Error("a kernel has at least one block, not " + std::to_string(blocks));
    ++launches_;
    {
        const Inside inside(*this);
        for (int i = 0; i < blocks; ++i)
            EmulatedBlock(order_ == 0 ? i : blocks - 1 - i, blocks, threads, shared_bytes, order_).run(body);
    }
    check_guards();
}

bool Emulator::multiply(const cuda::Product& p) {
    if (p.has_epilogue() && !gives_epilogues_) {
        multiply(p.without_epilogue());
        return false;
    }
    const std::array shape{int{p.transpose_a},     int{p.transpose_b},         p.m, p.n, p.k, p.batch,
                           int{p.bias != nullptr}, int{p.sums_of_b != nullptr}};
    if (recording_) {
        if (!shapes_.contains(shape)) throw Error("a product is recorded before one of its shape has run");
        recording_->push_back([=, this] { multiply(p); });
        return true;
    }
    shapes_.insert(shape);
    ++launches_;
    const Inside inside(*this);
    const auto at = [](const float* matrix, int leading, bool transposed, int row, int column) {
        return matrix[transposed ? Index{row} * leading + column : Index{column} * leading + row];
    };
    for (int s = 0; s < p.batch; ++s) {
        const std::size_t sample = s;
        const float *a = p.a + sample * p.stride_a, *b = p.b + sample * p.stride_b;
        float* c = p.c + sample * p.stride_c;
        for (int j = 0; j < p.n; ++j)
            for (int i = 0; i < p.m; ++i) {
                float sum = p.bias ? p.bias[i] : 0.0f;
                for (int k = 0; k < p.k; ++k)
                    sum += at(a, p.lda, p.transpose_a, i, k) * at(b, p.ldb, p.transpose_b, k, j);
                c[Index{j} * p.ldc + i] = sum;
            }
    }
    for (int j = 0; p.sums_of_b && j < p.n; ++j) {
        p.sums_of_b[j] = 0;
        for (int k = 0; k < p.k; ++k) p.sums_of_b[j] += at(p.b, p.ldb, p.transpose_b, k, j);
    }
    check_guards();
    return true;
}

}  // namespace tn::test
