// photos train when it is interrupted, has company, or cannot write: no model is lost, and it says what happened.
#define BOOST_TEST_MODULE photos_interrupted
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <iostream>

#include "tests/support/process.hpp"

using namespace tn_test;
namespace fs = std::filesystem;

namespace {

/// Words for a run on drawn characters: 30 to train on, 10 steps an epoch.
std::vector<std::string> train(const fs::path& out, int iterations, std::vector<std::string> more = {}) {
    std::vector<std::string> words{"train",
                                   "--generated",
                                   "10",
                                   "--batch",
                                   "3",
                                   "--out",
                                   out.string(),
                                   "--iterations",
                                   std::to_string(iterations),
                                   "--threads",
                                   "1"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

/// Whether a run of so many steps has written down that it has taken one.
bool takes_steps(const fs::path& out, int steps) {
    const std::string progress = fs::exists(out / "progress.json") ? content(out / "progress.json") : "";
    return contains(progress, fmt::format("\"total\":{}", steps)) && !contains(progress, "\"done\":0,");
}

/// Whether the shell can do this here: some things need rights that a test may lack.
bool can(const std::string& command) { return std::system((command + " >/dev/null 2>&1").c_str()) == 0; }

}  // namespace

BOOST_AUTO_TEST_CASE(a_run_that_was_ended_before_its_report_gets_it) {
    TemporaryFolder folder;
    const fs::path out = folder / "run", report = out / "report.html";
    BOOST_REQUIRE(run("photos", train(out, 10)).status == 0);
    const auto size = fs::file_size(report);
    fs::remove(report);
    const Run again = run("photos", train(out, 10, {"--resume"}));
    BOOST_TEST(again.status == 0, again.err);
    BOOST_TEST(contains(again.out, "its report is made"));
    BOOST_REQUIRE(fs::exists(report));
    BOOST_TEST(fs::file_size(report) > size / 2);
    const Run over = run("photos", train(out, 10, {"--resume"}));
    BOOST_TEST(over.status == 1);
    BOOST_TEST(contains(over.err, "has taken 10 steps"));
}

BOOST_AUTO_TEST_CASE(a_signal_ends_it_after_the_step_with_a_model_that_goes_on_to_the_same_end) {
    TemporaryFolder folder;
    BOOST_REQUIRE(run("photos", train(folder / "whole", 23)).status == 0);
    for (const auto& [number, name] : {std::pair{SIGINT, "SIGINT"}, std::pair{SIGTERM, "SIGTERM"}}) {
        const fs::path out = folder / name;
        Run r;
        // On a machine that is very busy it may come to its end before the signal does: then once more.
        for (int i = 0; i < 10 && r.status == 0; ++i) {
            fs::remove_all(out);
            Process process("photos", train(out, 23));
            // It writes down how far it is after the first step, in the middle of an epoch.
            BOOST_REQUIRE(until([&] { return takes_steps(out, 23); }));
            r = process.end(number);
        }
        BOOST_TEST(r.err.find("error") == r.err.npos, r.err);
        BOOST_TEST(r.status == 128 + number);
        BOOST_TEST(contains(r.out, std::string("stopped by ") + name + " after "));
        BOOST_TEST(contains(r.out, " of 23 steps; the model is saved in " + (out / "model.safetensors").string() +
                                       ": go on with --resume\n"));
        BOOST_TEST(!fs::exists(out / ".lock"));
        const Run rest = run("photos", train(out, 23, {"--resume"}));
        BOOST_TEST(rest.status == 0, rest.err);
        BOOST_TEST((content(out / "model.safetensors") == content(folder / "whole/model.safetensors")));
    }
}

BOOST_AUTO_TEST_CASE(what_is_interrupted_in_its_first_epoch_has_no_epoch_of_the_run_before_it) {
    TemporaryFolder folder;
    const fs::path out = folder / "run";
    const auto epochs = [&] {
        const std::string metrics = content(out / "metrics.csv"), lines = content(out / "metrics.jsonl");
        const auto rows = std::count(metrics.begin(), metrics.end(), '\n') - 1;
        BOOST_TEST(std::count(lines.begin(), lines.end(), '\n') == rows);
        return rows;
    };
    // Its one epoch has 100 steps; those of the run before it end at steps 10, 20 and 23.
    std::vector<std::string> words{"train",      "--generated", "100", "--batch",   "3", "--out",
                                   out.string(), "--epochs",    "1",   "--threads", "1"};
    Run r;
    for (int i = 0; i < 10 && r.status == 0; ++i) {
        BOOST_REQUIRE(run("photos", train(out, 23)).status == 0);
        BOOST_TEST(epochs() == 3);
        Process process("photos", words);
        BOOST_REQUIRE(until([&] { return takes_steps(out, 100); }));
        r = process.end(SIGTERM);
    }
    BOOST_TEST(r.status == 128 + SIGTERM);
    BOOST_TEST(epochs() == 0);
    words.push_back("--resume");
    const Run rest = run("photos", words);
    BOOST_TEST(rest.status == 0, rest.err);
    BOOST_TEST(epochs() == 1);
}

BOOST_AUTO_TEST_CASE(a_second_trainer_on_the_same_folder_is_refused_and_disturbs_nothing) {
    TemporaryFolder folder;
    Process first("photos", train(folder / "run", 100000));
    BOOST_REQUIRE(until([&] { return fs::exists(folder / "run/model.safetensors"); }));
    BOOST_TEST(contains(complaint("photos", train(folder / "run", 1)), "run: another run (process "));
    BOOST_TEST(contains(complaint("photos", train(folder / "run", 1, {"--resume"})), "writes into this folder"));
    BOOST_TEST(run("photos", train(folder / "other", 1)).status == 0);
    BOOST_TEST(first.end(SIGTERM).status == 128 + SIGTERM);
    BOOST_TEST(run("photos", {"inspect", "--model", (folder / "run/model.safetensors").string()}).status == 0);
    BOOST_TEST(contains(complaint("photos", train(folder / "run", 1, {"--resume"})), "ask for a longer one"));
}

BOOST_AUTO_TEST_CASE(a_file_that_may_not_grow_leaves_the_old_model) {
    TemporaryFolder folder;
    BOOST_REQUIRE(run("photos", train(folder / "run", 1)).status == 0);
    const std::string before = content(folder / "run/model.safetensors");
    // 2 MiB a file: enough for the pictures, not for the model.
    const Run r =
        run_shell("trap '' XFSZ; ulimit -f 4096; " + command_of("photos", train(folder / "run", 5, {"--resume"})));
    BOOST_TEST(r.status == 1);
    BOOST_TEST(contains(r.err, "error: " + (folder / "run/model.safetensors").string() +
                                   ": cannot be written: File too large\n"),
               r.err);
    BOOST_TEST((content(folder / "run/model.safetensors") == before));
    for (const auto& entry : fs::directory_iterator(folder / "run"))
        BOOST_TEST(entry.path().extension() != ".tmp", entry.path());
}

BOOST_AUTO_TEST_CASE(a_full_disk_leaves_the_old_model) {
    TemporaryFolder folder;
    const std::string run_folder = (folder / "run").string();
    if (!can("unshare -m mount -t tmpfs none /mnt")) {
        std::cout << "skipped: a small disk cannot be mounted here\n";
        return;
    }
    BOOST_REQUIRE(run("photos", train(folder / "saved", 1)).status == 0);
    const auto size = fs::file_size(folder / "saved/model.safetensors");
    fs::create_directories(run_folder);
    // Room for one model and a half.
    const std::string script = fmt::format(
        "mount -t tmpfs -o size={} none {} && cp {} {} && {{ {}; status=$?; cmp {} {} || exit 99; ls -A {}; exit "
        "$status; }}",
        size * 3 / 2, quoted(run_folder), quoted((folder / "saved/model.safetensors").string()), quoted(run_folder),
        command_of("photos", train(run_folder, 5, {"--resume"})), quoted((folder / "saved/model.safetensors").string()),
        quoted(run_folder + "/model.safetensors"), quoted(run_folder));
    const Run r = run_shell("unshare -m sh -c " + quoted(script));
    BOOST_TEST(r.status == 1, r.err);
    BOOST_TEST(
        contains(r.err, "error: " + run_folder + "/model.safetensors: cannot be written: No space left on device\n"),
        r.err);
    BOOST_TEST(!contains(r.out, ".tmp"), r.out);
}

BOOST_AUTO_TEST_CASE(a_folder_that_is_read_only_is_refused_before_training) {
    TemporaryFolder folder;
    const fs::path out = folder / "run";
    BOOST_REQUIRE(run("photos", train(out, 1)).status == 0);
    const std::string before = content(out / "model.safetensors");
    fs::permissions(out, fs::perms(0555));
    fs::permissions(out / "model.safetensors", fs::perms(0444));
    // The superuser may write everywhere, so the program runs as somebody else.
    const std::string nobody = ::geteuid() == 0 ? "setpriv --reuid 65534 --regid 65534 --clear-groups " : "";
    if (!can(nobody + command_of("photos", {"inspect", "--model", (out / "model.safetensors").string()}))) {
        std::cout << "skipped: the program cannot be run as somebody who may not write everywhere\n";
        return;
    }
    const Run r = run_shell(nobody + command_of("photos", train(out, 5, {"--resume"})));
    BOOST_TEST(r.status == 1);
    BOOST_TEST(r.err == "error: " + (out / ".lock").string() + ": cannot be locked: Permission denied\n");
    BOOST_TEST((content(out / "model.safetensors") == before));
    fs::permissions(out, fs::perms(0755));
}
