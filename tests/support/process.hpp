// An example program that runs beside the test, to be sent signals.
#pragma once

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <string>
#include <system_error>
#include <vector>

#include "tests/support/program.hpp"
#include "tests/support/until.hpp"

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
        // A signal to process -1 would go to everyone.
        if (id_ < 0) throw std::system_error(errno, std::generic_category(), "fork");
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

private:
    TemporaryFolder folder_;
    pid_t id_ = 0;
};

}  // namespace tn_test
