#define BOOST_TEST_MODULE moves
#include "runtime/data/quarantine.hpp"

#include <sys/resource.h>
#include <sys/stat.h>

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <map>
#include <vector>

#include "runtime/core/file.hpp"
#include "runtime/core/move_file.hpp"
#include "tests/runtime/temporary_folder.hpp"

using namespace tn;
using tn_test::contains;
using tn_test::error_of;
namespace fs = std::filesystem;

namespace {

/// A folder of photographs with names that are hard to write down, and a folder to move to that is not there yet.
struct Place {
    tn_test::TemporaryFolder folder;
    fs::path root = folder / "set", away = folder / "away/deep";
    std::vector<std::string> files;
    Place() {
        for (const char* name :
             {"set/ada/1.png", "set/ada/tab\tnew\nline.png", "set/b\xe9n/1.png", "set/b\xe9n/back\\slash.png"})
            files.push_back(folder.write(name, name).string());
        folder.write("set/ada/stays.png", "stays");
    }
    /// Every file below the folder with its content.
    std::map<std::string, std::string> tree() const {
        std::map<std::string, std::string> all;
        for (const auto& entry : fs::recursive_directory_iterator(folder.path()))
            if (entry.is_regular_file()) {
                const auto bytes = read_file(entry.path(), 1 << 20);
                all[entry.path().lexically_relative(folder.path()).string()] = {bytes.begin(), bytes.end()};
            }
        return all;
    }
    std::string moves() const {
        return error_of([&] { quarantine_files(root, files, away); });
    }
};

/// A folder on a file system to which nothing can be renamed from the other.
struct OtherDisk {
    fs::path path;
    OtherDisk() {
        std::string name = "/dev/shm/typenet-test-XXXXXX";
        if (::mkdtemp(name.data())) path = name;
    }
    ~OtherDisk() {
        std::error_code ignored;
        if (!path.empty()) fs::remove_all(path, ignored);
    }
    bool differs_from(const fs::path& folder) const {
        struct stat here {
        }, there{};
        return !path.empty() && ::stat(path.c_str(), &there) == 0 && ::stat(folder.c_str(), &here) == 0 &&
               here.st_dev != there.st_dev;
    }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(files_go_to_the_same_places_and_come_back, Place) {
    const auto before = tree();
    quarantine_files(root, files, away);
    const auto moved = tree();
    BOOST_TEST(moved.size() == before.size() + 1);
    for (const char* name : {"ada/1.png", "ada/tab\tnew\nline.png", "b\xe9n/1.png", "b\xe9n/back\\slash.png"}) {
        BOOST_TEST(moved.count(std::string("set/") + name) == 0u);
        BOOST_TEST(moved.at(std::string("away/deep/") + name) == std::string("set/") + name);
    }
    BOOST_TEST(moved.at("set/ada/stays.png") == "stays");
    BOOST_TEST(restore_quarantined(away) == 4);
    BOOST_TEST((tree() == before));
    BOOST_TEST(!fs::exists(away));
    BOOST_TEST(fs::exists(folder / "away"));
}

BOOST_FIXTURE_TEST_CASE(what_was_interrupted_after_any_file_is_put_back, Place) {
    const auto before = tree();
    for (std::size_t done = 0; done <= files.size(); ++done) {
        quarantine_files(root, files, away);
        // As if it had been killed after `done` files.
        for (std::size_t i = done; i < files.size(); ++i)
            fs::rename(away / fs::path(files[i]).lexically_relative(root), files[i]);
        BOOST_TEST(restore_quarantined(away) == static_cast<int>(done));
        BOOST_TEST((tree() == before));
        BOOST_TEST(!fs::exists(away));
    }
}

BOOST_FIXTURE_TEST_CASE(files_go_to_another_class_and_come_back_after_any_interruption, Place) {
    const auto before = tree();
    const std::vector<FileMove> moves{{files[0], root / "b\xe9n/1 (of ada).png"},
                                      {files[1], away / "ada/removed.png"},
                                      {files[2], root / "ada/of ben.png"}};
    for (std::size_t done = 0; done <= moves.size(); ++done) {
        move_files(root, moves, away);
        if (done == moves.size()) {
            BOOST_TEST(tree().at("set/ada/of ben.png") == "set/b\xe9n/1.png");
            BOOST_TEST(tree().at("set/b\xe9n/1 (of ada).png") == "set/ada/1.png");
            BOOST_TEST(tree().at("away/deep/ada/removed.png") == "set/ada/tab\tnew\nline.png");
        }
        for (std::size_t i = done; i < moves.size(); ++i) fs::rename(moves[i].to, moves[i].from);
        BOOST_TEST(restore_quarantined(away) == static_cast<int>(done));
        BOOST_TEST((tree() == before));
        BOOST_TEST(!fs::exists(away));
        BOOST_TEST(fs::exists(root / "ada"));
    }
}

BOOST_FIXTURE_TEST_CASE(no_file_goes_anywhere_else, Place) {
    const auto before = tree();
    const auto says = [&](std::vector<FileMove> moves) { return error_of([&] { move_files(root, moves, away); }); };
    BOOST_TEST(contains(says({{files[0], root / "1.png"}}), "or to another class, not to "));
    BOOST_TEST(contains(says({{files[0], root / "ada/2.png"}}), "or to another class, not to "));
    BOOST_TEST(contains(says({{files[0], folder / "other/1.png"}}), "or to another class, not to "));
    BOOST_TEST(contains(says({{files[0], root / "b\xe9n/1.png"}}), "1.png: is already there"));
    BOOST_TEST(contains(says({{files[0], away / "x.png"}, {files[1], away / "x.png"}}), "x.png: is already there"));
    BOOST_TEST((tree() == before));
}

BOOST_FIXTURE_TEST_CASE(folders_that_were_made_before_the_interruption_are_removed, Place) {
    files = {folder.write("set/ada/by year/2024/1.png", "deep").string()};
    const auto before = tree();
    for (const char* made : {"", "ada", "ada/by year", "ada/by year/2024"}) {
        quarantine_files(root, files, away);
        fs::rename(away / "ada/by year/2024/1.png", files[0]);
        fs::remove_all(away / "ada");
        fs::create_directories(away / made);
        BOOST_TEST(restore_quarantined(away) == 0);
        BOOST_TEST((tree() == before));
        BOOST_TEST(!fs::exists(away), made);
    }
}

BOOST_FIXTURE_TEST_CASE(a_journal_that_was_half_written_is_in_nobodys_way, Place) {
    const auto before = tree();
    folder.write("away/deep/.tn-1-0.tmp", "half");
    quarantine_files(root, files, away);
    BOOST_TEST(restore_quarantined(away) == 4);
    BOOST_TEST((tree() == before));
    BOOST_TEST(!fs::exists(away));
}

BOOST_FIXTURE_TEST_CASE(an_undo_that_was_interrupted_goes_on, Place) {
    const auto before = tree();
    quarantine_files(root, files, away);
    fs::rename(away / "ada/1.png", files[0]);
    BOOST_TEST(restore_quarantined(away) == 3);
    BOOST_TEST((tree() == before));
}

BOOST_FIXTURE_TEST_CASE(it_can_be_undone_after_the_folder_was_renamed, Place) {
    const auto before = tree();
    quarantine_files(root, files, away);
    fs::rename(away, folder / "elsewhere");
    BOOST_TEST(restore_quarantined(folder / "elsewhere") == 4);
    BOOST_TEST((tree() == before));
}

BOOST_FIXTURE_TEST_CASE(nothing_is_overwritten_and_nothing_forgotten, Place) {
    quarantine_files(root, files, away);
    folder.write("set/ada/1.png", "new");
    fs::remove(away / "b\xe9n/1.png");
    const std::string said = error_of([&] { restore_quarantined(away); });
    BOOST_TEST(contains(said, "set/ada/1.png: is there again, so that 2 of 4 files could not be put back; 2 were"));
    BOOST_TEST(tree().at("set/ada/1.png") == "new");
    BOOST_TEST(tree().at("away/deep/ada/1.png") == "set/ada/1.png");
    BOOST_TEST(fs::exists(away / journal_name));
    fs::remove(root / "ada/1.png");
    BOOST_TEST(contains(error_of([&] { restore_quarantined(away); }), "1.png: is not there any more, so that 1 of 4 "));
    BOOST_TEST(tree().at("set/ada/1.png") == "set/ada/1.png");
}

BOOST_FIXTURE_TEST_CASE(refuses_before_anything_is_moved, Place) {
    const auto before = tree();
    away = root / "clean";
    BOOST_TEST(contains(moves(), "clean: must not lie within "));
    away = root;
    BOOST_TEST(contains(moves(), "set: must not lie within "));
    away = folder / "away";
    files.push_back((folder / "set/ada/gone.png").string());
    BOOST_TEST(contains(moves(), "gone.png: is not there any more"));
    files.back() = folder.write("other.png", "other").string();
    BOOST_TEST(contains(moves(), "other.png: must lie within "));
    fs::remove(files.back());
    files.pop_back();
    BOOST_TEST((tree() == before));
    folder.write("away/ada/1.png", "taken");
    BOOST_TEST(contains(moves(), "away/ada/1.png: is already there"));
    fs::remove_all(away);
    folder.write("away", "a file");
    BOOST_TEST(contains(moves(), "away"));
    fs::remove(away);
    BOOST_TEST((tree() == before));
    quarantine_files(root, files, away);
    files = {(root / "ada/stays.png").string()};
    BOOST_TEST(contains(moves(), "away: already holds moved files; put them back with --undo or name another folder"));
    BOOST_TEST(tree().at("set/ada/stays.png") == "stays");
}

BOOST_FIXTURE_TEST_CASE(files_go_to_another_disk_and_come_back_with_their_times, Place) {
    const OtherDisk disk;
    if (!disk.differs_from(root)) {
        BOOST_TEST_MESSAGE("skipped: there is no second disk at /dev/shm");
        return;
    }
    fs::create_symlink("stays.png", root / "ada/link.png");
    files.push_back((root / "ada/link.png").string());
    fs::permissions(files[0], fs::perms(0640));
    fs::last_write_time(files[0], fs::file_time_type::clock::now() - std::chrono::hours(1000));
    const auto before = tree();
    const auto written = fs::last_write_time(files[0]);
    away = disk.path / "away";
    quarantine_files(root, files, away);
    BOOST_TEST(tree().size() == 1u);
    BOOST_TEST((fs::last_write_time(away / "ada/1.png") == written));
    BOOST_TEST((fs::status(away / "ada/1.png").permissions() == fs::perms(0640)));
    BOOST_TEST(fs::read_symlink(away / "ada/link.png") == "stays.png");
    // As if it had been killed between a copy and the removal of what was copied, in either direction.
    fs::copy_file(away / "ada/1.png", files[0]);
    fs::copy_symlink(away / "ada/link.png", files.back());
    BOOST_TEST(restore_quarantined(away) == 3);
    BOOST_TEST((tree() == before));
    BOOST_TEST(fs::is_symlink(files.back()));
    BOOST_TEST(!fs::exists(away));
}

BOOST_FIXTURE_TEST_CASE(what_another_disk_cannot_take_stays_where_it_was, Place) {
    const OtherDisk disk;
    if (!disk.differs_from(root)) {
        BOOST_TEST_MESSAGE("skipped: there is no second disk at /dev/shm");
        return;
    }
    const auto before = tree();
    rlimit usual{};
    ::getrlimit(RLIMIT_FSIZE, &usual);
    rlimit small = usual;
    small.rlim_cur = 5;  // bytes of a file: fewer than a photograph has here, as on a disk that is full
    std::signal(SIGXFSZ, SIG_IGN);
    std::string said;
    {
        const fs::path to = disk.path / "1.png";
        ::setrlimit(RLIMIT_FSIZE, &small);
        said = error_of([&] { move_file(files[0], to); });
        ::setrlimit(RLIMIT_FSIZE, &usual);
    }
    BOOST_TEST(contains(said, "1.png: cannot be written: "));
    BOOST_TEST((tree() == before));
    BOOST_TEST(fs::is_empty(disk.path));
}

BOOST_FIXTURE_TEST_CASE(a_journal_that_is_missing_or_damaged_is_an_error, Place) {
    BOOST_TEST(
        contains(error_of([&] { restore_quarantined(away); }), "deep: has no moved.tsv: no files were moved there"));
    for (const char* text : {"one\n", "relative\tada/1.png\n", "/a\t\n", "/a\t../../1.png\n",
                             "/set/ada/1\t/elsewhere/ada/1\n", "/set/ada/1\t/set/ada/2\n", "/a\\q\tb\n", "\n"}) {
        folder.write("away/deep/moved.tsv", text);
        BOOST_TEST(error_of([&] { restore_quarantined(away); }) != "", text);
        BOOST_TEST(fs::exists(away / journal_name));
    }
}

BOOST_FIXTURE_TEST_CASE(a_link_is_moved_itself, Place) {
    fs::create_symlink("stays.png", root / "ada/link.png");
    files = {(root / "ada/link.png").string()};
    quarantine_files(root, files, away);
    BOOST_TEST(fs::is_symlink(away / "ada/link.png"));
    BOOST_TEST(fs::exists(root / "ada/stays.png"));
    BOOST_TEST(restore_quarantined(away) == 1);
    BOOST_TEST(fs::is_symlink(root / "ada/link.png"));
}
