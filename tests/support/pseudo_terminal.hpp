// An example program on a terminal of a given size, and what it shows there.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <functional>
#include <string>
#include <system_error>
#include <vector>

#include "tests/support/program.hpp"

namespace tn_test {

class OnTerminal {
public:
    OnTerminal(const std::string& name, std::vector<std::string> words, int columns, int rows) {
        words.insert(words.begin(), std::string(TN_PROGRAMS) + "/" + name);
        std::vector<char*> arguments;
        for (std::string& word : words) arguments.push_back(word.data());
        arguments.push_back(nullptr);
        winsize size{static_cast<unsigned short>(rows), static_cast<unsigned short>(columns), 0, 0};
        id_ = ::forkpty(&terminal_, nullptr, nullptr, &size);
        if (id_ < 0) throw std::system_error(errno, std::generic_category(), "forkpty");
        if (id_ != 0) return;
        std::signal(SIGINT, SIG_DFL);
        ::setenv("LC_ALL", "C.UTF-8", 1);
        ::unsetenv("NO_COLOR");
        ::execv(arguments[0], arguments.data());
        ::_exit(127);
    }
    ~OnTerminal() {
        if (id_ > 0) {
            ::kill(id_, SIGKILL);
            ::waitpid(id_, nullptr, 0);
        }
        ::close(terminal_);
    }
    OnTerminal(const OnTerminal&) = delete;
    OnTerminal& operator=(const OnTerminal&) = delete;

    void type(const std::string& keys) {
        BOOST_TEST(::write(terminal_, keys.data(), keys.size()) == static_cast<ssize_t>(keys.size()));
    }
    void resize(int columns, int rows) {
        winsize size{static_cast<unsigned short>(rows), static_cast<unsigned short>(columns), 0, 0};
        ::ioctl(terminal_, TIOCSWINSZ, &size);
    }

    /// Reads until the condition holds of all that came, or the program has ended, or five minutes have passed.
    const std::string& read_until(const std::function<bool(const std::string&)>& condition) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(5);
        while (!condition(said_) && std::chrono::steady_clock::now() < end)
            if (read_some(1000) < 0) break;
        return said_;
    }
    /// Reads what has come already.
    const std::string& read_all() {
        while (read_some(0) > 0) {
        }
        return said_;
    }
    /// Everything until its end; its status.
    int wait() {
        read_until([](const std::string&) { return false; });
        int status = 0;
        ::waitpid(id_, &status, 0);
        id_ = 0;
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
    const std::string& said() const { return said_; }

private:
    /// The bytes that came, waiting so long for the first; 0: none did; negative: its end has closed the terminal.
    ssize_t read_some(int milliseconds) {
        pollfd waiting{terminal_, POLLIN, 0};
        char bytes[4096];
        if (::poll(&waiting, 1, milliseconds) == 0) return 0;
        const ssize_t n = ::read(terminal_, bytes, sizeof bytes);
        if (n <= 0) return -1;
        said_.append(bytes, n);
        return n;
    }

    int terminal_ = -1;
    pid_t id_ = 0;
    std::string said_;
};

}  // namespace tn_test
