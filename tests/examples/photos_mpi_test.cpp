// photos train by several processes on this machine, started by mpirun.
#define BOOST_TEST_MODULE photos_mpi
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <iostream>
#include <sstream>

#include "tests/support/process.hpp"

using namespace tn_test;
namespace fs = std::filesystem;

namespace {

// What Open MPI itself never frees is not for the leak sanitizer.
const std::string mpirun =
    "ASAN_OPTIONS=detect_leaks=0 OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 "
    "OMPI_MCA_rmaps_base_oversubscribe=1 "
    "OMPI_MCA_btl_vader_single_copy_mechanism=none mpirun ";

/// Says so where photos knows no MPI, or mpirun is not there or starts nothing here, as it may without any network.
bool is_there() {
    static const bool works = TN_MPI && std::system((mpirun + "-n 2 true >/dev/null 2>&1 </dev/null").c_str()) == 0;
    if (!works) std::cout << "skipped: built without MPI, or mpirun does not work here\n";
    return works;
}

/// The same for what asks ps which processes mpirun has started: a small container has none.
bool is_there_with_ps() {
    if (!is_there()) return false;
    if (std::system("command -v ps >/dev/null") == 0) return true;
    std::cout << "skipped: there is no ps\n";
    return false;
}

/// On 20 generated pictures of each character, unless the options say another number.
std::string train(const fs::path& out, const std::string& more) {
    const std::string pictures = contains(more, "--generated") ? "" : " --generated 20";
    return command_of("photos", {"train", "--out", out.string(), "--threads", "1"}) + pictures + " " + more;
}

std::string train(int processes, const fs::path& out, const std::string& more) {
    return mpirun + fmt::format("-n {} ", processes) + train(out, more);
}

/// Kills the process of rank 1, which the shell finds by what mpirun tells it.
const std::string kill_rank_1 =
    "for q in $(ps -o pid= --ppid $p); do if tr '\\0' '\\n' < /proc/$q/environ | "
    "grep -qx OMPI_COMM_WORLD_RANK=1; then kill -9 $q; fi; done";

/// A run, long unless its options say otherwise, and what it left; `then` is done once it has saved a model, with
/// mpirun as $p.
Run run_and(const fs::path& out, const std::string& then, int processes = 2,
            const std::string& options = "--batch 12 --iterations 100000") {
    return run_shell(train(processes, out, options) + " & p=$!; while [ ! -s " +
                     quoted((out / "model.safetensors").string()) +
                     " ] && kill -0 $p 2>/dev/null; do sleep 0.05; done; " + then + "; wait $p");
}

/// The training losses of metrics.csv.
std::vector<double> losses(const fs::path& run) {
    std::istringstream lines(content(run / "metrics.csv"));
    std::vector<double> all;
    std::string line;
    std::getline(lines, line);
    for (double loss = 0; std::getline(lines, line);)
        if (std::sscanf(line.c_str(), "%*d,%*d,%lf", &loss) == 1) all.push_back(loss);
    return all;
}

}  // namespace

BOOST_AUTO_TEST_CASE(two_processes_have_the_curve_of_one) {
    if (!is_there()) return;
    TemporaryFolder folder;
    const std::string options = "--batch 12 --epochs 4";
    const Run one = run_shell(train(folder / "one", options));
    const Run two = run_shell(train(2, folder / "two", options));
    BOOST_REQUIRE_MESSAGE(one.status == 0 && two.status == 0, one.err + two.err);
    BOOST_TEST(contains(two.out, "2 processes, 2 of them on this machine, share every batch of 12\n"));
    BOOST_TEST(two.out.find("classes, ") == two.out.rfind("classes, "));  // one of them speaks
    const auto alone = losses(folder / "one"), shared = losses(folder / "two");
    BOOST_REQUIRE(alone.size() == 4 && shared.size() == 4);
    for (std::size_t i = 0; i < 4; ++i) BOOST_TEST(std::abs(shared[i] - alone[i]) < 0.02 * alone[i]);
    BOOST_TEST(std::abs(shared[0] - alone[0]) < 0.001 * alone[0]);
    BOOST_TEST(run("photos", {"inspect", "--model", (folder / "two/model.safetensors").string()}).status == 0);
    // What two began one can go on with, and the other way round.
    BOOST_TEST(run_shell(train(2, folder / "one", "--batch 12 --epochs 5 --resume")).status == 0);
    BOOST_TEST(losses(folder / "one").size() == 5);
}

BOOST_AUTO_TEST_CASE(a_lost_process_ends_all_and_leaves_the_last_model_whole) {
    if (!is_there_with_ps()) return;
    TemporaryFolder folder;
    const fs::path out = folder / "run";
    const Run r = run_and(out, kill_rank_1);
    BOOST_TEST(r.status != 0);
    BOOST_TEST(contains(r.err + r.out, "mpirun noticed that process rank 1"), r.err + r.out);
    BOOST_TEST(contains(r.err + r.out, "signal 9"));
    BOOST_TEST(run("photos", {"inspect", "--model", (out / "model.safetensors").string()}).status == 0);
    // It is not locked, and its steps are counted.
    BOOST_TEST(contains(complaint("photos", {"train", "--generated", "20", "--out", out.string(), "--batch", "12",
                                             "--iterations", "1", "--resume"}),
                        "ask for a longer one"));
}

BOOST_AUTO_TEST_CASE(a_run_that_lost_a_process_goes_on_with_another_number_to_the_same_curve) {
    if (!is_there_with_ps()) return;
    TemporaryFolder folder;
    const std::string options = "--batch 12 --generated 100 --epochs 4";
    const Run whole = run_shell(train(folder / "whole", options));
    BOOST_REQUIRE_MESSAGE(whole.status == 0, whole.err);
    const Run lost = run_and(folder / "lost", kill_rank_1, 3, options);
    BOOST_REQUIRE(lost.status != 0);
    const std::size_t before = losses(folder / "lost").size();
    BOOST_TEST(before < 4);  // it was lost on the way
    const Run again = run_shell(train(2, folder / "lost", options + " --resume"));
    BOOST_REQUIRE_MESSAGE(again.status == 0, again.err);
    const auto wanted = losses(folder / "whole"), got = losses(folder / "lost");
    BOOST_REQUIRE(wanted.size() == 4 && got.size() == 4);
    for (std::size_t i = 0; i < 4; ++i) BOOST_TEST(std::abs(got[i] - wanted[i]) < 0.02 * wanted[i]);
}

BOOST_AUTO_TEST_CASE(a_signal_to_all_ends_them_after_a_step_with_a_model) {
    if (!is_there_with_ps()) return;
    TemporaryFolder folder;
    const fs::path out = folder / "run";
    const Run r = run_and(out, "kill -TERM $(ps -o pid= --ppid $p)");
    BOOST_TEST(r.status != 0);
    BOOST_TEST(contains(r.out, "stopped by SIGTERM after "), r.out + r.err);
    BOOST_TEST(contains(r.out, "the model is saved in "));
    BOOST_TEST(!fs::exists(out / ".lock"));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_shared_is_an_error_of_all) {
    if (!is_there()) return;
    TemporaryFolder folder;
    const Run few = run_shell(train(3, folder / "run", "--batch 2 --epochs 1"));
    BOOST_TEST(few.status == 1);
    BOOST_TEST(contains(few.err, "a batch of 2 cannot be shared by 3 processes"), few.err);
    const Run none = run_shell(train(2, folder / "run", "--resume --batch 4 --epochs 1"));
    BOOST_TEST(none.status == 1);
    BOOST_TEST(contains(none.err, "model.safetensors: cannot be read"), none.err);
}

// Whether the program was built with nvcc or not, and with NCCL or not: each process says why, and none is left
// waiting.
BOOST_AUTO_TEST_CASE(gpus_that_are_not_there_are_an_error_of_all) {
    if (!is_there()) return;
    if (fs::exists("/dev/nvidiactl")) {
        std::cout << "skipped: this machine has a GPU\n";
        return;
    }
    TemporaryFolder folder;
    for (const std::string more : {"", " --precision bf16", " --batch auto", " --resume"}) {
        const Run r = run_shell(train(2, folder / "run", "--epochs 1 --device cuda" + more));
        BOOST_TEST(r.status == 1);
        BOOST_TEST(contains(r.err, " of 2: --device cuda was asked for, but "), r.err);
        BOOST_TEST(!fs::exists(folder / "run"));
    }
    // auto takes the CPU in all of them.
    const Run automatic = run_shell(train(2, folder / "auto", "--batch 12 --iterations 1 --device auto"));
    BOOST_TEST(automatic.status == 0, automatic.err);
    BOOST_TEST(contains(automatic.out, "fp32 (not cuda: "), automatic.out);
}
