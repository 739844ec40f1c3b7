#define BOOST_TEST_MODULE folder_hints
#include "runtime/data/folder_hints.hpp"

#include <boost/test/unit_test.hpp>
#include <iostream>

#include "runtime/data/folder.hpp"
#include "tests/runtime/data/sample_files.hpp"
#include "tests/runtime/temporary_folder.hpp"

using namespace tn;
using namespace tn_test;
namespace fs = std::filesystem;

static void fill(const TemporaryFolder& folder, std::initializer_list<const char*> names) {
    for (const char* name : names) folder.write(name, png(Bytes(9, 50), 3, 3, 1));
}

static std::string refusal(const fs::path& root, const std::vector<std::string>& classes = {}) {
    FolderOptions options;
    options.classes = classes;
    return error_of([&] {
        ThreadPool pool(1);
        read_folder(root, {1, 2, 2}, pool, options);
    });
}

BOOST_AUTO_TEST_CASE(a_set_that_is_split_already) {
    TemporaryFolder folder;
    fill(folder, {"Train/a/1.png", "Train/b/1.png", "val/a/1.png", "val/b/1.png"});
    BOOST_TEST(contains(refusal(folder.path()), "; it is split already: train on " + (folder / "Train").string() +
                                                    ", and test on " + (folder / "val").string() + " (--test)"));
    BOOST_TEST(
        contains(refusal(folder.path(), {"a", "b"}), "the class is not one of the 2 given ones; it is split already"));
    fs::remove_all(folder / "val");
    BOOST_TEST(
        contains(refusal(folder.path()), ", not 1; it is split already: train on " + (folder / "Train").string()));
}

BOOST_AUTO_TEST_CASE(a_folder_too_high_or_too_low) {
    TemporaryFolder folder;
    fill(folder, {"archive/a/1.png", "archive/b/1.png", "__MACOSX/archive/a/1.png"});
    BOOST_TEST(refusal(folder.path()).ends_with(", not 1; did you mean " + (folder / "archive").string() + "?"));
    fill(folder, {"loose/1.png", "loose/2.png"});
    BOOST_TEST(refusal(folder / "loose")
                   .ends_with("not 0; its 2 pictures lie in the folder itself, and each class needs a sub-folder"));
    fill(folder, {"deep/a/day1/1.png", "deep/b/day1/1.png"});
    BOOST_TEST(refusal(folder / "deep")
                   .ends_with("; pictures lie deeper, as in " + (folder / "deep/a/day1").string() +
                              ", and belong into the folder of the class itself"));
}

BOOST_AUTO_TEST_CASE(what_systems_leave_is_no_class) {
    TemporaryFolder folder;
    fill(folder, {"a/1.png", "b/1.png", "__MACOSX/a/1.png", "@eaDir/1.png"});
    ThreadPool pool(1);
    const Pictures set = read_folder(folder.path(), {1, 2, 2}, pool);
    BOOST_TEST((set.classes == std::vector<std::string>{"a", "b"}));
    BOOST_REQUIRE(set.skipped.size() == 2u);
    BOOST_TEST(set.skipped[1].reason == "left there by a system, and no class");
}

BOOST_AUTO_TEST_CASE(names_that_differ_only_in_how_accents_are_composed) {
    const std::string composed = "caf\xC3\xA9", parts = "cafe\xCC\x81";
    TemporaryFolder folder;
    fill(folder, {"set/a/1.png", ("set/" + composed + "/1.png").c_str(), ("set/" + parts + "/1.png").c_str()});
    BOOST_TEST(
        contains(refusal(folder / "set"), "differ only in how the accents are composed (Unicode's NFC and NFD)"));
    fs::remove_all(folder / ("set/" + parts));
    BOOST_TEST(refusal(folder / "set").empty());
    BOOST_TEST(contains(
        refusal(folder / "set", {"a", parts}),
        "the class is not one of the 2 given ones; it differs from one of them only in how its accents are composed"));
    BOOST_TEST(contains(refusal(folder / "set", {"A", composed}), "not one of the 2 given ones; did you mean A?"));
}

BOOST_AUTO_TEST_CASE(reasons_are_grouped) {
    Reasons reasons;
    for (int i = 0; i < 5; ++i) reasons.add(std::to_string(i), "one");
    reasons.add("x", "two");
    BOOST_TEST(reasons.text() == "0, 1, 2 and 2 more (one); x (two)");
    reasons.add("y", "three");
    reasons.add("z", "four");
    BOOST_TEST(reasons.text() == "0, 1, 2 and 2 more (one); x (two); y (three); ...");
    BOOST_TEST(reasons.count() == 8u);
}

BOOST_AUTO_TEST_CASE(sets_that_fell_short) {
    const fs::path cases = fs::path(TN_SHARED_DIR) / "cases";
    if (!fs::is_directory(cases)) {
        std::cout << "SKIPPED: " << cases << " does not exist\n";
        return;
    }
    BOOST_TEST(contains(refusal(cases / "class-without-picture/nested"), "pictures lie deeper, as in "));
    const std::string webp = refusal(cases / "class-without-picture/webp");
    BOOST_TEST((webp.empty() || contains(webp, "is a WebP file, which this build does not read: install libwebp-dev")),
               webp);
    // Links that travelled as text are made again.
    TemporaryFolder folder;
    for (const char* name : {"bar/00.pgm", "bar/01.pgm", "circle/00.pgm"}) {
        fs::create_directories((folder / name).parent_path());
        fs::create_symlink(cases / "link-farm/store" / name, folder / name);
    }
    BOOST_TEST(contains(refusal(folder.path()),
                        "bar: the class must have at least one picture: 00.pgm, 01.pgm (a link that leaves "));
    FolderOptions options;
    options.follow_links = true;
    ThreadPool pool(1);
    BOOST_TEST(read_folder(folder.path(), {1, 2, 2}, pool, options).size() == 3);
}
