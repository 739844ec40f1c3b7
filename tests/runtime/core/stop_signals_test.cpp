#define BOOST_TEST_MODULE stop_signals
#include "runtime/core/stop_signals.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

/// The wait status of a process that does f and exits with what it returns; signals are as for a new program.
template <class F> static int status_of(F f) {
    const pid_t child = ::fork();
    if (child == 0) {
        std::signal(SIGINT, SIG_DFL);
        std::signal(SIGTERM, SIG_DFL);
        ::_exit(f());
    }
    int status = 0;
    BOOST_REQUIRE(::waitpid(child, &status, 0) == child);
    return status;
}

BOOST_AUTO_TEST_CASE(the_first_is_noted_the_second_ends) {
    for (const int number : {SIGINT, SIGTERM}) {
        const int once = status_of([&] {
            const tn::StopSignals signals;
            if (signals.caught() != 0) return 1;
            std::raise(number);
            return signals.caught() == number ? 0 : 2;
        });
        BOOST_TEST(once == 0);
        const int twice = status_of([&] {
            const tn::StopSignals signals;
            std::raise(number);
            std::raise(number);
            return 0;
        });
        BOOST_TEST((WIFSIGNALED(twice) && WTERMSIG(twice) == number));
    }
}

BOOST_AUTO_TEST_CASE(afterwards_all_is_as_before) {
    const int after = status_of([] {
        {
            const tn::StopSignals signals;
            std::raise(SIGTERM);
        }
        {
            const tn::StopSignals anew;
            if (anew.caught() != 0) return 3;
        }
        std::raise(SIGTERM);
        return 0;
    });
    BOOST_TEST((WIFSIGNALED(after) && WTERMSIG(after) == SIGTERM));
}

BOOST_AUTO_TEST_CASE(what_the_program_was_started_to_ignore_stays_ignored) {
    const int ignored = status_of([] {
        std::signal(SIGINT, SIG_IGN);
        const tn::StopSignals signals;
        std::raise(SIGINT);
        return signals.caught();
    });
    BOOST_TEST(ignored == 0);
}
