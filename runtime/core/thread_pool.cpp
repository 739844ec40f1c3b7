#include "runtime/core/thread_pool.hpp"

#include <algorithm>
#include <string>
#include <system_error>

#include "runtime/core/error.hpp"

namespace tn {

ThreadPool::ThreadPool(int threads) {
    if (threads < 0 || threads > 1024)
        throw Error("threads must be 0 (every core) to 1024, not " + std::to_string(threads));
    if (threads == 0) threads = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
    workers_.reserve(static_cast<std::size_t>(threads - 1));
    try {
        for (int i = 1; i < threads; ++i) workers_.emplace_back([this] { work(); });
    } catch (const std::system_error& refused) {
        const int started = this->threads();
        stop();
        throw Error("only " + std::to_string(started) + " of " + std::to_string(threads) +
                    " threads could be started: " + refused.what());
    }
}

ThreadPool::~ThreadPool() { stop(); }

void ThreadPool::stop() {
    {
        std::lock_guard lock(mutex_);
        stop_ = true;
    }
    start_.notify_all();
    for (auto& worker : workers_) worker.join();
}

void ThreadPool::take_tasks() {
    int slot = -1;
    for (int i; (i = next_.fetch_add(1, std::memory_order_relaxed)) < tasks_;) {
        if (slot < 0) slot = next_slot_.fetch_add(1, std::memory_order_relaxed);
        try {
            call_(function_, i, slot);
        } catch (...) {
            std::lock_guard lock(mutex_);
            if (!failure_) failure_ = std::current_exception();
        }
    }
}

void ThreadPool::work() {
    std::uint64_t seen = 0;
    for (;;) {
        {
            std::unique_lock lock(mutex_);
            start_.wait(lock, [&] { return stop_ || generation_ != seen; });
            if (stop_) return;
            seen = generation_;
        }
        take_tasks();
        {
            std::lock_guard lock(mutex_);
            if (--busy_ == 0) done_.notify_one();
        }
    }
}

void ThreadPool::run_erased(int tasks, Call call, void* function) {
    if (tasks <= 0) return;
    if (workers_.empty() || tasks == 1) {
        for (int i = 0; i < tasks; ++i) call(function, i, 0);
        return;
    }
    {
        std::lock_guard lock(mutex_);
        call_ = call;
        function_ = function;
        tasks_ = tasks;
        next_.store(0, std::memory_order_relaxed);
        next_slot_.store(0, std::memory_order_relaxed);
        busy_ = static_cast<int>(workers_.size());
        failure_ = nullptr;
        ++generation_;
    }
    start_.notify_all();
    take_tasks();
    std::unique_lock lock(mutex_);
    done_.wait(lock, [&] { return busy_ == 0; });
    if (failure_) std::rethrow_exception(failure_);
}

}  // namespace tn
