// An example program that runs beside the test, to be sent signals.
#pragma once

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/program.hpp"

namespace tn_test {

class Process {
public:
    /// Starts TN_PROGRAMS/name with these words; signals are as for a program from a terminal.
    Process(const std::string& name, std::vector<std::string> words) {
        words.insert(words.begin(), std::string(TN_PROGRAMS) + "/" + name);
        std::vector<char*> arguments;
        for (std::string& word : words) arguments.push_back(word.data());
        arguments.push_back(nullptr);
        const std::string out = (folder_ / "out").string(), err = (folder_ / "err").string();
        id_ = ::fork();
        if (id_ != 0) return;
        std::signal(SIGINT, SIG_DFL);
        std::signal(SIGTERM, SIG_DFL);
        if (::dup2(::open(out.c_str(), O_WRONLY | O_CREAT, 0600), 1) == 1 &&
            ::dup2(::open(err.c_str(), O_WRONLY | O_CREAT, 0600), 2) == 2)
            ::execv(arguments[0], arguments.data());
        ::_exit(127);
    }
    ~Process() {
        if (id_ > 0) end(SIGKILL);
    }
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    /// Sends the signal, waits for the end and returns what the program left.
    Run end(int signal) {
        ::kill(id_, signal);
        return wait();
    }
    Run wait() {
        int status = 0;
        ::waitpid(id_, &status, 0);
        id_ = 0;
        return {WIFEXITED(status) ? WEXITSTATUS(status) : 128, content(folder_ / "out"), content(folder_ / "err")};
    }
    std::string said() const { return content(folder_ / "out") + content(folder_ / "err"); }

    /// Waits for the condition, five minutes at the most; false when it did not come.
    static bool until(const std::function<bool()>& condition) {
        for (int i = 0; i < 30000; ++i) {
            if (condition()) return true;
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
        return false;
    }

private:
    TemporaryFolder folder_;
    pid_t id_ = 0;
};

}  // namespace tn_test
