#include "runtime/core/thread_pool.hpp"

#include <algorithm>
#include <string>
#include <system_error>
#include <utility>

#include "dsl/core/index.hpp"
#include "runtime/core/error.hpp"

namespace tn {

ThreadPool::ThreadPool(int threads) {
    if (threads < 0 || threads > 1024)
        throw Error("threads must be 0 (every core) to 1024, not " + std::to_string(threads));
    const int cores = std::thread::hardware_concurrency();
    if (threads == 0) threads = std::max(1, cores);
    if (threads <= cores) awake_ = 2000;
    shares_ = std::vector<Share>(threads);
    workers_.reserve(threads - 1);
    try {
        for (int i = 1; i < threads; ++i) workers_.emplace_back([this, i] { work(i); });
    } catch (const std::system_error& refused) {
        const int started = this->threads();
        stop();
        throw Error("only " + std::to_string(started) + " of " + std::to_string(threads) +
                    " threads could be started: " + refused.what());
    }
}

ThreadPool::~ThreadPool() { stop(); }

void ThreadPool::stop() {
    stop_ = true;
    generation_.fetch_add(1, std::memory_order_release);
    generation_.notify_all();
    for (auto& worker : workers_) worker.join();
}

void ThreadPool::take_tasks(int thread) {
    for (int k = 0; k < sharing_; ++k) {
        Share& share = shares_[(thread + k) % sharing_];
        const int count = share.last - share.first;
        for (int i; (i = share.taken.fetch_add(1, std::memory_order_relaxed)) < count;) {
            try {
                call_(function_, descending_ ? share.last - 1 - i : share.first + i, thread);
            } catch (...) {
                std::lock_guard lock(failure_mutex_);
                if (!failure_) failure_ = std::current_exception();
            }
        }
    }
}

void ThreadPool::work(int thread) {
    for (unsigned seen = 0;; ++seen) {
        wait_while(generation_, seen);
        if (stop_) return;
        if (thread < sharing_) take_tasks(thread);
        if (busy_.fetch_sub(1, std::memory_order_acq_rel) == 1) busy_.notify_one();
    }
}

template <class Integer> void ThreadPool::wait_while(std::atomic<Integer>& value, Integer old) const {
    // Waking a thread takes longer than many runs do, so it stays awake a little, unless another needs its core.
    for (int i = 0; i < awake_; ++i) {
        if (value.load(std::memory_order_acquire) != old) return;
#if defined(__x86_64__)
        __builtin_ia32_pause();
#endif
    }
    value.wait(old, std::memory_order_acquire);
}

void ThreadPool::run_erased(int tasks, Call call, void* function) {
    if (tasks <= 0) return;
    if (workers_.empty() || tasks == 1 || alone_) {
        for (int i = 0; i < tasks; ++i) call(function, i, 0);
        return;
    }
    const std::lock_guard turn(turn_);
    call_ = call;
    function_ = function;
    sharing_ = std::min(tasks, threads());
    for (int i = 0; i < sharing_; ++i) {
        Share& share = shares_[i];
        share.first = part_begin(tasks, i, sharing_);
        share.last = part_begin(tasks, i + 1, sharing_);
        share.taken.store(0, std::memory_order_relaxed);
    }
    descending_ = !descending_;
    busy_.store(static_cast<int>(workers_.size()), std::memory_order_relaxed);
    generation_.fetch_add(1, std::memory_order_release);
    generation_.notify_all();
    take_tasks(0);
    for (int busy; (busy = busy_.load(std::memory_order_acquire)) != 0;) wait_while(busy_, busy);
    if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

}  // namespace tn
