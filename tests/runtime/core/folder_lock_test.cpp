#define BOOST_TEST_MODULE folder_lock
#include "runtime/core/folder_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include "tests/runtime/temporary_folder.hpp"

using namespace tn_test;
namespace fs = std::filesystem;

/// What another process is told that wants the lock; "" when it gets it.
static std::string told_elsewhere(const fs::path& folder) {
    int ends[2];
    BOOST_REQUIRE(::pipe(ends) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
        const std::string said = error_of([&] { tn::FolderLock lock(folder); });
        ::_exit(::write(ends[1], said.data(), said.size()) == static_cast<ssize_t>(said.size()) ? 0 : 1);
    }
    ::close(ends[1]);
    std::string said(1000, '\0');
    said.resize(std::max<ssize_t>(::read(ends[0], said.data(), said.size()), 0));
    ::close(ends[0]);
    int status = 0;
    BOOST_TEST(::waitpid(child, &status, 0) == child);
    BOOST_TEST(status == 0);
    return said;
}

BOOST_AUTO_TEST_CASE(the_second_is_refused_and_told_who_the_first_is) {
    TemporaryFolder folder;
    {
        const tn::FolderLock lock(folder.path());
        BOOST_TEST(told_elsewhere(folder.path()) ==
                   folder.path().string() + ": another run (process " + std::to_string(::getpid()) +
                       ") writes into this folder: wait for its end or name another folder");
        BOOST_TEST(contains(error_of([&] { tn::FolderLock again(folder.path()); }), "another run"));
        BOOST_TEST(fs::exists(folder / ".lock"));
    }
    BOOST_TEST(!fs::exists(folder / ".lock"));
    BOOST_TEST(told_elsewhere(folder.path()) == "");
}

BOOST_AUTO_TEST_CASE(a_lock_whose_process_was_killed_is_free) {
    TemporaryFolder folder;
    const pid_t child = ::fork();
    if (child == 0) {
        const tn::FolderLock lock(folder.path());
        ::raise(SIGKILL);
    }
    int status = 0;
    BOOST_REQUIRE(::waitpid(child, &status, 0) == child);
    BOOST_TEST(WIFSIGNALED(status));
    BOOST_TEST(fs::exists(folder / ".lock"));
    folder.write(".tn-" + std::to_string(child) + "-0.tmp", "half");
    // Left by a process of another container that had the number of one that runs here.
    folder.write(".tn-" + std::to_string(::getpid()) + "-0.tmp", "half");
    const int under_way =
        ::open(folder.write(".tn-" + std::to_string(child) + "-1.tmp", "under way").c_str(), O_WRONLY | O_CLOEXEC);
    BOOST_REQUIRE(::flock(under_way, LOCK_EX) == 0);
    folder.write(".tn-" + std::to_string(child) + "-0.tmp.mine", "not ours");
    BOOST_TEST(error_of([&] { tn::FolderLock lock(folder.path()); }) == "");
    BOOST_TEST(!fs::exists(folder / (".tn-" + std::to_string(child) + "-0.tmp")));
    BOOST_TEST(!fs::exists(folder / (".tn-" + std::to_string(::getpid()) + "-0.tmp")));
    BOOST_TEST(fs::exists(folder / (".tn-" + std::to_string(child) + "-1.tmp")));
    BOOST_TEST(fs::exists(folder / (".tn-" + std::to_string(child) + "-0.tmp.mine")));
    ::close(under_way);
}

BOOST_AUTO_TEST_CASE(a_folder_that_cannot_be_written_is_named) {
    TemporaryFolder folder;
    BOOST_TEST(error_of([&] { tn::FolderLock lock(folder / "none"); }) ==
               (folder / "none/.lock").string() + ": cannot be locked: No such file or directory");
    folder.write("aim", "precious");
    fs::create_symlink(folder / "aim", folder / ".lock");
    BOOST_TEST(contains(error_of([&] { tn::FolderLock lock(folder.path()); }), ".lock: cannot be locked: "));
    BOOST_TEST(fs::file_size(folder / "aim") == 8u);
}

BOOST_AUTO_TEST_CASE(who_holds_it_can_be_asked_without_disturbing) {
    TemporaryFolder folder;
    BOOST_TEST(tn::folder_holder(folder.path()) == 0);
    BOOST_TEST(tn::folder_holder(folder / "nothing") == 0);
    {
        const tn::FolderLock lock(folder.path());
        BOOST_TEST(tn::folder_holder(folder.path()) == ::getpid());
        BOOST_TEST(contains(told_elsewhere(folder.path()), "another run"));
    }
    BOOST_TEST(tn::folder_holder(folder.path()) == 0);
    // What a process that was killed left behind: its number is free again.
    const pid_t child = ::fork();
    if (child == 0) ::_exit(0);
    ::waitpid(child, nullptr, 0);
    folder.write(".lock", std::to_string(child) + "\n");
    BOOST_TEST(tn::folder_holder(folder.path()) == 0);
    // Or another process has it by now: here this one.
    folder.write(".lock", std::to_string(::getpid()) + "\n");
    BOOST_TEST(tn::folder_holder(folder.path()) == 0);
    for (const char* text : {"", "x", "-5", "0"}) {
        folder.write(".lock", text);
        BOOST_TEST(tn::folder_holder(folder.path()) == 0, text);
    }
}
