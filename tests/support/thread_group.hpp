// A ProcessGroup whose processes are threads of one program.
#pragma once

#include <barrier>
#include <cstdlib>
#include <functional>
#include <thread>
#include <vector>

#include "runtime/core/process_group.hpp"

namespace tn_test {

/// What the threads have in common.
struct Meeting {
    explicit Meeting(int size) : barrier(size), shown(size) {}
    std::barrier<> barrier;
    std::vector<const void*> shown;  // what each thread shows the others
};

class ThreadGroup : public tn::ProcessGroup {
public:
    ThreadGroup(Meeting& meeting, int rank)
        : ProcessGroup(rank, static_cast<int>(meeting.shown.size())), meeting_(meeting) {}

    int here() const override { return size(); }
    int rank_here() const override { return rank(); }
    void gather(int mine, std::span<int> all) override {
        exchange(&mine, [&](int r, const int* theirs) { all[r] = *theirs; });
    }
    void gather(std::span<const float> mine, std::size_t each, std::span<const int> counts, float* all) override {
        float* next = all;
        exchange(mine.data(), [&](int r, const float* theirs) { next = std::copy_n(theirs, each * counts[r], next); });
    }
    void sum(std::span<double> values) override { add_up(values); }
    void begin_sum(std::span<float> values) override { begun_.push_back(values); }
    void finish_sums() override {
        for (const std::span<float> values : begun_) add_up(values);
        begun_.clear();
    }
    void abort(int status) override { std::exit(status); }

private:
    /// Shows the others `mine` and calls f for what every one shows, by rank; nobody goes on before all are done.
    template <class T, class F> void exchange(const T* mine, const F& f) {
        meeting_.shown[rank()] = mine;
        meeting_.barrier.arrive_and_wait();
        for (int r = 0; r < size(); ++r) f(r, static_cast<const T*>(meeting_.shown[r]));
        meeting_.barrier.arrive_and_wait();
    }
    template <class T> void add_up(std::span<T> values) {
        std::vector<T> total(values.size());
        exchange(values.data(), [&](int, const T* theirs) {
            for (std::size_t i = 0; i < total.size(); ++i) total[i] += theirs[i];
        });
        std::copy(total.begin(), total.end(), values.begin());
    }

    Meeting& meeting_;
    std::vector<std::span<float>> begun_;
};

/// Calls f(group) on `size` threads, each with its ProcessGroup, and returns when all are done.
inline void in_group(int size, const std::function<void(tn::ProcessGroup&)>& f) {
    Meeting meeting(size);
    std::vector<std::thread> threads;
    for (int rank = 0; rank < size; ++rank)
        threads.emplace_back([&, rank] {
            ThreadGroup group(meeting, rank);
            f(group);
        });
    for (std::thread& t : threads) t.join();
}

}  // namespace tn_test
