// photos live and photos train --live, on a terminal and in a pipe.
#define BOOST_TEST_MODULE photos_live
#include <boost/test/unit_test.hpp>
#include <sstream>

#include "tests/support/process.hpp"
#include "tests/support/pseudo_terminal.hpp"

using namespace tn_test;
namespace fs = std::filesystem;

namespace {

const std::string enter = "\x1b[?1049h\x1b[?25l", leave = "\x1b[?1049l\x1b[?25h";

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

/// The text's lines as a terminal shows them, without escape sequences.
std::vector<std::string> shown(const std::string& text) {
    std::vector<std::string> lines(1);
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\x1b') {
            for (i += 2; i < text.size() && (text[i] < '@' || text[i] > '~');) ++i;
        } else if (text[i] == '\n') {
            lines.emplace_back();
        } else if (text[i] != '\r') {
            lines.back() += text[i];
        }
    }
    return lines;
}

/// The drawings on the second screen, each from the top left corner.
std::vector<std::string> drawings(const std::string& text) {
    std::vector<std::string> all;
    const std::size_t end = std::min(text.find(leave), text.size());
    for (std::size_t at = text.find("\x1b[H"); at < end;) {
        const std::size_t next = std::min(text.find("\x1b[H", at + 1), end);
        all.push_back(text.substr(at, next - at));
        at = next;
    }
    return all;
}

void check_size(const std::string& drawing, int columns, int rows) {
    const auto lines = shown(drawing);
    BOOST_TEST(std::ssize(lines) <= rows);
    for (const std::string& line : lines) {
        int seen = 0;
        for (const char c : line) seen += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
        BOOST_TEST(seen <= columns, line);
    }
}

/// A folder with a run that has ended.
struct Ended {
    TemporaryFolder folder;
    Ended() { BOOST_TEST(run("photos", train(folder / "run", 23)).status == 0); }
    std::string at() const { return (folder / "run").string(); }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(in_a_pipe_it_is_a_line_an_epoch, Ended) {
    const Run r = run("photos", {"live", at()});
    BOOST_TEST(r.status == 0, r.err);
    BOOST_REQUIRE_EQUAL(r.lines().size(), 4u);
    for (std::size_t e = 0; e < 3; ++e)
        BOOST_TEST(r.lines()[e].rfind("epoch   " + std::to_string(e + 1) + "  train loss ", 0) == 0, r.out);
    BOOST_TEST(r.lines()[3] == "the run has ended after 23 steps");
    BOOST_TEST(r.out.find('\x1b') == r.out.npos);
    BOOST_TEST(r.err.empty());
}

BOOST_FIXTURE_TEST_CASE(on_a_terminal_a_run_that_has_ended_is_drawn_and_left_there, Ended) {
    OnTerminal terminal("photos", {"live", at()}, 80, 24);
    BOOST_TEST(terminal.wait() == 0);
    const std::string& all = terminal.said();
    BOOST_TEST(all.rfind(enter, 0) == 0);
    BOOST_REQUIRE(contains(all, leave));
    BOOST_REQUIRE_EQUAL(drawings(all).size(), 1u);
    check_size(drawings(all)[0], 80, 24);
    const std::string left = all.substr(all.find(leave));
    check_size(left, 80, 25);
    BOOST_TEST(contains(left, "generated characters  ended"));
    BOOST_TEST(contains(left, "] 23/23 loss "));
    BOOST_TEST(contains(left, "epoch 3   "));
    BOOST_TEST(contains(left, " images/s   "));
    BOOST_TEST(contains(left, " MiB memory   "));
    BOOST_TEST(contains(left, "accuracy  \x1b[36m⠒ train"));
    BOOST_TEST(contains(left, "the run has ended after 23 steps"));
}

BOOST_AUTO_TEST_CASE(a_running_training_is_followed_through_a_resize_until_ctrl_c) {
    TemporaryFolder folder;
    Process training("photos", train(folder / "run", 100000));
    BOOST_REQUIRE(until([&] { return fs::exists(folder / "run/metrics.csv"); }));
    OnTerminal terminal("photos", {"live", (folder / "run").string()}, 80, 24);
    terminal.read_until([](const std::string& said) { return contains(said, "loss, accuracy   train"); });
    for (const auto& [columns, rows] : {std::pair{44, 9}, std::pair{132, 40}, std::pair{3, 2}, std::pair{80, 24}}) {
        // Whatever was being drawn while the size changed, the second drawing after that knows it.
        terminal.resize(columns, rows);
        const std::size_t before = drawings(terminal.read_all()).size();
        terminal.read_until([&](const std::string& said) { return drawings(said).size() >= before + 3; });
        const auto all = drawings(terminal.said());
        BOOST_REQUIRE(all.size() >= before + 3);
        check_size(all[before + 1], columns, rows);
    }
    terminal.type("\x03");
    BOOST_TEST(terminal.wait() == 130);
    BOOST_TEST(contains(terminal.said(), leave));
    // Followed or not, the training goes on; its end is told.
    Process follower("photos", {"live", (folder / "run").string()});
    BOOST_REQUIRE(until([&] { return contains(follower.said(), "epoch   1  train loss"); }));
    BOOST_TEST(training.end(SIGTERM).status == 128 + SIGTERM);
    const Run r = follower.wait();
    BOOST_TEST(r.status == 0, r.err);
    BOOST_TEST(contains(r.out, "the run was interrupted after "));
    BOOST_TEST(contains(r.out, " of 100000 steps; photos train goes on with --resume"));
}

BOOST_AUTO_TEST_CASE(a_run_that_was_killed_is_told_apart) {
    TemporaryFolder folder;
    {
        Process training("photos", train(folder / "run", 100000));
        BOOST_REQUIRE(until([&] { return fs::exists(folder / "run/model.safetensors"); }));
        training.end(SIGKILL);
    }
    const Run r = run("photos", {"live", (folder / "run").string()});
    BOOST_TEST(r.status == 0, r.err);
    BOOST_TEST(contains(r.out, "the run was killed after "));
}

BOOST_AUTO_TEST_CASE(training_shows_itself) {
    TemporaryFolder folder;
    OnTerminal terminal("photos", train(folder / "run", 23, {"--live"}), 80, 24);
    BOOST_TEST(terminal.wait() == 0);
    const std::string& all = terminal.said();
    BOOST_TEST(contains(all, enter));
    for (const std::string& drawing : drawings(all)) check_size(drawing, 80, 24);
    BOOST_TEST(contains(all.substr(all.find(leave)), "generated characters  ended"));
    BOOST_TEST(contains(all.substr(all.find(leave)), "test accuracy "));
    // In a pipe one line per epoch and no bar.
    const Run r = run("photos", train(folder / "piped", 23, {"--live"}));
    BOOST_TEST(r.status == 0, r.err);
    std::istringstream lines(r.err);
    int count = 0;
    for (std::string line; std::getline(lines, line); ++count) BOOST_TEST(line.rfind("epoch   ", 0) == 0, line);
    BOOST_TEST(count == 3);
}

BOOST_FIXTURE_TEST_CASE(names_cannot_disturb_the_terminal, Ended) {
    std::string progress = content(folder / "run/progress.json");
    const std::string name = "\"name\":\"\"";
    BOOST_REQUIRE(contains(progress, name));
    progress.replace(progress.find(name), name.size(),
                     "\"name\":\"a\\u001b[2J\\nb\\u009b \\u202e 山" + std::string(300, 'x') + "\"");
    folder.write("run/progress.json", progress);
    OnTerminal terminal("photos", {"live", at()}, 80, 24);
    BOOST_TEST(terminal.wait() == 0);
    BOOST_TEST(!contains(terminal.said(), "\x1b[2J"));
    BOOST_TEST(!contains(terminal.said(), "\xc2\x9b"));
    BOOST_TEST(!contains(terminal.said(), "\xe2\x80\xae"));
    BOOST_TEST(contains(terminal.said(), "a\\x1b[2J\\nb\\xc2\\x9b \\xe2\\x80\\xae 山xxx"));
    check_size(drawings(terminal.said()).at(0), 80, 24);
}

BOOST_FIXTURE_TEST_CASE(what_is_no_run_is_an_error, Ended) {
    BOOST_TEST(complaint("photos", {"live", folder.path().string()}) ==
               folder.path().string() + ": must be the folder of a run of photos train: it has no progress.json");
    BOOST_TEST(contains(complaint("photos", {"live", (folder / "nothing").string()}), "must be the folder of a run"));
    for (const char* text : {"", "{}", "[1]", "{\"name\":5}", "\xff"}) {
        folder.write("run/progress.json", text);
        BOOST_TEST(contains(complaint("photos", {"live", at()}), "progress.json: is not as photos train writes it: "),
                   text);
    }
}
