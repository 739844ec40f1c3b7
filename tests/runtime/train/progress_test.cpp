#define BOOST_TEST_MODULE progress
#include "runtime/train/progress.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstdio>
#include <limits>
#include <string>
#include <vector>

using namespace tn;

namespace {

/// Columns of a terminal: one for each character of UTF-8.
int columns(const std::string& text) {
    int count = 0;
    for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    return count;
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }

/// What `f` writes to a file that stands for standard error.
template <class F> std::string written(F f) {
    std::FILE* file = std::tmpfile();
    BOOST_REQUIRE(file);
    f(file);
    std::rewind(file);
    std::string text;
    for (int c; (c = std::fgetc(file)) != EOF;) text += static_cast<char>(c);
    std::fclose(file);
    return text;
}

std::vector<std::string> lines(const std::string& text) {
    std::vector<std::string> all;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        all.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return all;
}

}  // namespace

BOOST_AUTO_TEST_CASE(seconds_as_a_clock_shows_them) {
    BOOST_TEST(clock_text(0) == "0:00");
    BOOST_TEST(clock_text(7.4) == "0:07");
    BOOST_TEST(clock_text(59.6) == "1:00");
    BOOST_TEST(clock_text(247) == "4:07");
    BOOST_TEST(clock_text(3599.6) == "1:00:00");
    BOOST_TEST(clock_text(3725) == "1:02:05");
    BOOST_TEST(clock_text(-1) == "?");
    BOOST_TEST(clock_text(std::nan("")) == "?");
    BOOST_TEST(clock_text(1e300) == "?");
}

BOOST_AUTO_TEST_CASE(the_line_says_where_the_run_stands) {
    // A quarter of 400 iterations in 30 s: another 90 s for the rest.
    const ProgressState s{100, 400, 0.12345, 0.9567, 30, 213.4};
    const std::string line = progress_line(s, 100, false);
    BOOST_TEST(contains(line, "100/400"));
    BOOST_TEST(contains(line, "loss 0.1235"));
    BOOST_TEST(contains(line, "acc 95.7%"));
    BOOST_TEST(contains(line, "213/s"));
    BOOST_TEST(contains(line, "left 1:30"));
    BOOST_TEST(line.substr(0, 42) == "[" + std::string(10, '#') + std::string(30, '-') + "]");
    BOOST_TEST(!contains(progress_line({100, 400, 0.1, -1, 30, 0}, 100, false), "acc"));
    BOOST_TEST(!contains(progress_line({0, 400, 0.1, 0, 0, 0}, 100, false), "left"));
    BOOST_TEST(!contains(progress_line({400, 400, 0.1, 0, 9, 0}, 100, false), "left"));
    BOOST_TEST(contains(progress_line({400, 400, 0.1, 0, 9, 0}, 100, false), "[" + std::string(40, '#') + "]"));
    BOOST_TEST(contains(progress_line(s, 100, true), "[██████████░"));
}

BOOST_AUTO_TEST_CASE(the_line_is_never_wider_than_the_terminal) {
    const double inf = std::numeric_limits<double>::infinity();
    const ProgressState states[] = {{0, 0, 0, -1, 0, 0},
                                    {1, 1, std::nan(""), 1, inf, inf},
                                    {123456789, 987654321, 1e30, 0.5, 1e6, 1e9},
                                    {5, 2, -3, 0.1, 2, 3},
                                    {50, 100, 0.5, 0.5, 10, 500}};
    for (const ProgressState& s : states)
        for (int width = -2; width <= 200; ++width)
            for (bool unicode : {false, true})
                BOOST_REQUIRE(columns(progress_line(s, width, unicode)) <= std::max(width, 0));
}

BOOST_AUTO_TEST_CASE(on_a_terminal_one_line_is_redrawn_and_at_last_ended) {
    const std::string text = written([](std::FILE* out) {
        Progress p(out, true, 60, false);
        for (int i = 1; i <= 1000; ++i) p.show({i, 1000, 0.5, 0.5, i * 0.001, 100});
        p.finish();
        p.finish();
    });
    BOOST_TEST(lines(text).size() == 1u);
    BOOST_TEST(text.back() == '\n');
    int drawn = 0;
    for (std::size_t at = 0; at < text.size(); ++drawn) {
        BOOST_REQUIRE(text[at] == '\r');
        const std::size_t end = std::min(text.find('\r', at + 1), text.size());
        const std::string line = text.substr(at + 1, end - at - 1);
        const std::size_t clear = line.find("\x1b[K");  // what is left of a longer line goes away
        BOOST_REQUIRE(clear != line.npos);
        BOOST_TEST(columns(line.substr(0, clear)) < 60);
        at = end;
    }
    // At most ten a second, but the first and the last for sure.
    BOOST_TEST(drawn >= 2);
    BOOST_TEST(drawn < 100);
    BOOST_TEST(contains(text, "1/1000"));
    BOOST_TEST(contains(text, "1000/1000"));
}

BOOST_AUTO_TEST_CASE(a_line_of_its_own_clears_the_bar) {
    const std::string text = written([](std::FILE* out) {
        Progress p(out, true, 60, false);
        p.show({1, 10, 0.5, 0.5, 1, 1});
        p.say("epoch 1");
        p.say("epoch 2");
        p.finish();
    });
    BOOST_TEST(text.ends_with("\r\x1b[Kepoch 1\nepoch 2\n"));
}

BOOST_AUTO_TEST_CASE(in_a_pipe_there_are_about_twenty_plain_lines) {
    const std::string text = written([](std::FILE* out) {
        Progress p(out, false, 80, true);
        for (int i = 1; i <= 1000; ++i) {
            p.show({i, 1000, 0.25, 0.5, i * 0.01, 64});
            if (i == 500) p.say("epoch 1");
        }
        p.finish();
    });
    const auto all = lines(text);
    BOOST_TEST(all.size() >= 20u);
    BOOST_TEST(all.size() <= 24u);
    BOOST_TEST(all.front() == "1/1000 loss 0.2500 acc 50.0% 64/s left 0:10");
    BOOST_TEST(all.back() == "1000/1000 loss 0.2500 acc 50.0% 64/s");
    BOOST_TEST(std::count(all.begin(), all.end(), "epoch 1") == 1);
    for (const char c : text) BOOST_REQUIRE((c == '\n' || (c >= 32 && c < 127)));
}

BOOST_AUTO_TEST_CASE(a_second_run_is_shown_as_the_first_was) {
    const std::string text = written([](std::FILE* out) {
        Progress p(out, false, 80, true);
        for (int run = 0; run < 2; ++run) {
            for (int i = 1; i <= 100; ++i) p.show({i, 100, 0.25, -1, 0, 0});
            p.finish();
        }
    });
    const auto all = lines(text);
    const std::ptrdiff_t half = all.size() / 2;
    BOOST_TEST(all.size() >= 40u);
    BOOST_TEST(std::equal(all.begin(), all.begin() + half, all.begin() + half, all.end()));
}

BOOST_AUTO_TEST_CASE(short_runs_show_every_iteration) {
    const std::string text = written([](std::FILE* out) {
        Progress p(out, false, 80, true);
        for (int i = 1; i <= 3; ++i) p.show({i, 3, 1, -1, 0, 0});
    });
    BOOST_TEST(text == "1/3 loss 1.0000 left 0:00\n2/3 loss 1.0000 left 0:00\n3/3 loss 1.0000\n");
}

BOOST_AUTO_TEST_CASE(a_full_disk_ends_no_run) {
    std::FILE* full = std::fopen("/dev/full", "w");
    BOOST_REQUIRE(full);
    std::setvbuf(full, nullptr, _IONBF, 0);  // as standard error is
    for (bool terminal : {false, true}) {
        Progress p(full, terminal, 80, true);
        BOOST_CHECK_NO_THROW(p.show({1, 3, 1, -1, 0, 0}));
        BOOST_CHECK_NO_THROW(p.say("epoch 1"));
        BOOST_CHECK_NO_THROW(p.finish());
    }
    std::fclose(full);
}

BOOST_AUTO_TEST_CASE(a_file_is_no_terminal) {
    const std::string text = written([](std::FILE* out) { Progress(out).show({1, 2, 0.5, -1, 0, 0}); });
    BOOST_TEST(text == "1/2 loss 0.5000 left 0:00\n");
}
