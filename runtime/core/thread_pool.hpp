// A fixed set of threads that runs numbered tasks. What a task computes depends on its number alone, never on the
// thread or on how many there are: this is what makes results the same bits at any thread count.
#pragma once

#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <type_traits>
#include <vector>

namespace tn {

class ThreadPool {
public:
    /// `threads` >= 1 including the caller; 0 takes every core. Throws Error when it is negative or over 1024, or
    /// when the system does not give so many.
    explicit ThreadPool(int threads = 0);
    ~ThreadPool();
    ThreadPool(const ThreadPool&) = delete;
    ThreadPool& operator=(const ThreadPool&) = delete;

    /// While one of these lives, what its thread runs in any pool runs on that thread alone: for work that is done
    /// before another thread has woken.
    class Alone {
    public:
        explicit Alone(bool alone) : before_(alone_) { alone_ = alone_ || alone; }
        ~Alone() { alone_ = before_; }
        Alone(const Alone&) = delete;
        Alone& operator=(const Alone&) = delete;

    private:
        bool before_;
    };

    /// 1 where the caller is to be alone.
    int threads() const { return alone_ ? 1 : static_cast<int>(workers_.size()) + 1; }

    /// Runs f(0) .. f(tasks - 1) in any order, the caller helping, and returns when all are done; allocates nothing. An
    /// f of two arguments is also told which slot of scratch memory is its own meanwhile: 0 .. min(tasks, threads())
    /// - 1. The first exception that a task throws is thrown again here. Several threads may call it: their runs take
    /// turns. Not to be called from within a task.
    template <class F> void run(int tasks, F&& f) {
        using Function = std::remove_reference_t<F>;
        const Call call = [](void* g, int task, int slot) {
            if constexpr (std::is_invocable_v<Function&, int, int>)
                (*static_cast<Function*>(g))(task, slot);
            else
                (*static_cast<Function*>(g))(task);
        };
        run_erased(tasks, call, const_cast<void*>(static_cast<const void*>(&f)));
    }

private:
    using Call = void (*)(void*, int, int);

    /// The tasks that are a thread's own: the same thread gets the same part of every run, because what it touched is
    /// in its caches; and runs go up and down in turns, because what was touched last still is. Who has none left
    /// helps.
    struct alignas(64) Share {
        int first = 0, last = 0;
        std::atomic<int> taken{0};
    };

    void run_erased(int tasks, Call call, void* function);
    void work(int thread);
    void stop();
    void take_tasks(int thread);
    template <class Integer> void wait_while(std::atomic<Integer>& value, Integer old) const;

    static inline thread_local bool alone_ = false;

    std::vector<std::thread> workers_;
    std::mutex turn_;                      // held by the thread whose run the workers share
    int awake_ = 0;                        // how often a waiting thread looks again before it sleeps
    std::atomic<unsigned> generation_{0};  // counts the runs
    std::atomic<int> busy_{0};             // workers that have not finished the run
    bool stop_ = false;
    Call call_ = nullptr;
    void* function_ = nullptr;
    int sharing_ = 0;  // threads that take part in the run
    std::vector<Share> shares_;
    bool descending_ = false;
    std::mutex failure_mutex_;
    std::exception_ptr failure_;
};

}  // namespace tn
