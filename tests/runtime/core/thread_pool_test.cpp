#define BOOST_TEST_MODULE thread_pool
#include "runtime/core/thread_pool.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "runtime/core/error.hpp"
#include "tests/support/sanitized.hpp"

using namespace tn;

BOOST_AUTO_TEST_CASE(every_task_runs_once_at_any_number_of_threads) {
    for (int threads : {1, 2, 3, 8}) {
        ThreadPool pool(threads);
        BOOST_TEST(pool.threads() == threads);
        for (int tasks : {0, 1, 2, 7, 1000}) {
            std::vector<std::atomic<int>> runs(1000);
            pool.run(tasks, [&](int i) { ++runs.at(i); });
            for (int i = 0; i < 1000; ++i) BOOST_REQUIRE_EQUAL(runs[i], i < tasks ? 1 : 0);
        }
    }
}

BOOST_AUTO_TEST_CASE(negative_numbers_of_tasks_are_none) {
    ThreadPool pool(2);
    pool.run(-5, [](int) { BOOST_ERROR("a task ran"); });
}

BOOST_AUTO_TEST_CASE(tasks_run_at_the_same_time) {
    ThreadPool pool(3);
    std::atomic<int> arrived{0};
    std::mutex mutex;
    std::set<std::thread::id> ids;
    // Each task waits for the two others: only three threads at once come through in time.
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    pool.run(3, [&](int) {
        ++arrived;
        while (arrived < 3 && std::chrono::steady_clock::now() < limit) std::this_thread::yield();
        std::lock_guard lock(mutex);
        ids.insert(std::this_thread::get_id());
    });
    BOOST_TEST(ids.size() == 3u);
    BOOST_TEST(ids.count(std::this_thread::get_id()) == 1u);
}

BOOST_AUTO_TEST_CASE(run_returns_when_all_are_done_many_times_over) {
    ThreadPool pool(4);
    std::vector<int> values(64);
    for (int round = 1; round <= 3000; ++round) {
        pool.run(64, [&](int i) { values[i] += i; });
        if (round % 500 == 0)
            for (int i = 0; i < 64; ++i) BOOST_REQUIRE_EQUAL(values[i], round * i);
    }
}

BOOST_AUTO_TEST_CASE(an_exception_is_thrown_again_and_the_pool_goes_on) {
    for (int threads : {1, 4}) {
        ThreadPool pool(threads);
        for (int round = 0; round < 50; ++round) {
            std::string said;
            try {
                pool.run(20, [](int i) {
                    if (i == 13) throw Error("task 13");
                });
            } catch (const Error& e) {
                said = e.what();
            }
            BOOST_REQUIRE_EQUAL(said, "task 13");
            std::atomic<int> sum{0};
            pool.run(20, [&](int i) { sum += i; });
            BOOST_REQUIRE_EQUAL(sum, 190);
        }
    }
}

BOOST_AUTO_TEST_CASE(threads_that_share_a_pool_take_turns) {
    ThreadPool pool(3);
    constexpr int callers = 4, rounds = 2000, tasks = 16;
    std::vector<std::vector<int>> runs(callers, std::vector<int>(tasks));
    std::vector<std::thread> threads;
    std::atomic<int> errors{0};
    for (int caller = 0; caller < callers; ++caller)
        threads.emplace_back([&, caller] {
            auto& mine = runs[caller];
            for (int round = 0; round < rounds; ++round) {
                pool.run(tasks, [&](int i) { ++mine[i]; });
                try {  // an exception goes to the caller whose task threw it
                    pool.run(tasks, [&](int i) {
                        if (i == caller) throw Error(std::to_string(caller));
                    });
                } catch (const Error& e) {
                    errors += e.what() == std::to_string(caller);
                }
            }
        });
    for (std::thread& t : threads) t.join();
    for (const auto& counts : runs)
        for (const int count : counts) BOOST_REQUIRE_EQUAL(count, rounds);
    BOOST_TEST(errors == callers * rounds);
}

BOOST_AUTO_TEST_CASE(zero_takes_every_core_and_impossible_numbers_are_errors) {
    BOOST_TEST(ThreadPool(0).threads() == std::max<int>(1, std::thread::hardware_concurrency()));
    // A container may have no room for so many; then it says so.
    try {
        BOOST_TEST(ThreadPool(1024).threads() == 1024);
    } catch (const Error& refused) {
        BOOST_TEST(std::string(refused.what()).find(" of 1024 threads could be started: ") != std::string::npos,
                   refused.what());
    }
    for (int threads : {-1, 1025}) BOOST_CHECK_THROW(ThreadPool{threads}, Error);
}

#if !defined(TN_ADDRESS_SANITIZER) && !defined(TN_THREAD_SANITIZER)
BOOST_AUTO_TEST_CASE(threads_that_the_system_refuses_are_an_error) {
    // 64 MiB of address space are less than the stacks of 200 threads.
    rlimit before{};
    BOOST_REQUIRE(getrlimit(RLIMIT_AS, &before) == 0);
    std::size_t pages = 0;
    std::FILE* self = std::fopen("/proc/self/statm", "r");
    BOOST_REQUIRE(self && std::fscanf(self, "%zu", &pages) == 1);
    std::fclose(self);
    const rlimit tight{pages * sysconf(_SC_PAGESIZE) + (rlim_t{64} << 20), before.rlim_max};
    BOOST_REQUIRE(setrlimit(RLIMIT_AS, &tight) == 0);
    std::string said;
    try {
        ThreadPool pool(200);
    } catch (const Error& e) {
        said = e.what();
    }
    setrlimit(RLIMIT_AS, &before);
    BOOST_TEST(said.find("of 200 threads could be started: ") != said.npos, said);
    ThreadPool pool(3);
    std::atomic<int> sum{0};
    pool.run(10, [&](int i) { sum += i; });
    BOOST_TEST(sum == 45);
}
#endif

BOOST_AUTO_TEST_CASE(a_caller_that_is_to_be_alone_runs_every_task_itself) {
    ThreadPool pool(4);
    std::vector<std::thread::id> ran(64);
    const auto note = [&](int task, int slot) {
        ran[task] = std::this_thread::get_id();
        BOOST_TEST(slot == 0);
    };
    {
        const ThreadPool::Alone alone(true);
        const ThreadPool::Alone still(false);
        BOOST_TEST(pool.threads() == 1);
        pool.run(64, note);
        for (const std::thread::id id : ran) BOOST_CHECK(id == std::this_thread::get_id());
        std::thread([&] { BOOST_TEST(pool.threads() == 4); }).join();  // only its own thread
    }
    BOOST_TEST(pool.threads() == 4);
}
