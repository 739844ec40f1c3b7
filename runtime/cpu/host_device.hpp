// The class of the CPU device: its threads, its instruction set and the group that it has joined. Programs include
// runtime/cpu/device.hpp, which has the kernels, too.
#pragma once

#include <algorithm>
#include <string>

#include "dsl/core/index.hpp"
#include "runtime/core/isa.hpp"
#include "runtime/core/process_group.hpp"
#include "runtime/core/thread_pool.hpp"
#include "runtime/cpu/host_memory.hpp"

namespace tn::cpu {

class Device : public HostMemory {
public:
    /// `threads` 0 takes every core; throws Error when the instruction set is not there.
    explicit Device(int threads = 0, Isa isa = best_isa());

    /// "cpu, 2 threads, avx512 kernels, OpenBLAS SkylakeX".
    std::string describe() const;

    ThreadPool& threads() { return pool_; }
    Isa isa() const { return isa_; }

    /// Lives around a pass of about so much work (work_of): one thread does little work before others have woken.
    ThreadPool::Alone pass_of(double work) const { return ThreadPool::Alone(work < 100'000); }

    /// From now on a model that trains here computes its part of batches that it shares with other processes, which do
    /// the same; null: alone. The statistics of batch normalisation are those of the whole batch. The group must
    /// outlive its use.
    void join(ProcessGroup* group) { group_ = group; }
    ProcessGroup* group() const { return group_; }

    /// Calls f(begin, end) for ranges that cover 0 .. count-1, in parallel. Where they begin does not depend on the
    /// number of threads.
    template <class F> void for_ranges(int count, F f) {
        const int parts = std::min(count, 64);
        pool_.run(parts, [&](int i) { f(part_begin(count, i, parts), part_begin(count, i + 1, parts)); });
    }

private:
    ThreadPool pool_;
    Isa isa_;
    ProcessGroup* group_ = nullptr;
};

}  // namespace tn::cpu
