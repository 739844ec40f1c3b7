// photos clean from outside: copies and leaks are named, nothing is moved unless asked for, and all comes back.
#define BOOST_TEST_MODULE clean
#include <boost/test/unit_test.hpp>
#include <map>

#include "runtime/data/image.hpp"
#include "runtime/data/synthetic.hpp"
#include "tests/support/program.hpp"

using namespace tn_test;
namespace fs = std::filesystem;

namespace {

/// 12 photographs of 3 characters in a folder a class; of ada's one is a copy and one is in ben's folder too, and a
/// folder to test on has one of cleo's.
struct Photographs {
    TemporaryFolder folder;
    Photographs() {
        const tn::Pictures drawn = tn::generate_characters(4, {1, 64, 48}, 5);
        for (int i = 0; i < drawn.size(); ++i) {
            const auto bytes = drawn.picture(i);
            const std::string name = drawn.classes[i / 4];
            fs::create_directories(folder / ("set/" + name));
            tn::write_png(folder / fmt::format("set/{}/{}.png", name, i % 4),
                          {drawn.shape, {bytes.begin(), bytes.end()}});
        }
        fs::copy_file(folder / "set/ada/1.png", folder / "set/ada/a \"copy\",\n1.png");
        fs::copy_file(folder / "set/ada/2.png", folder / "set/ben/of ada.png");
        fs::create_directories(folder / "test/cleo");
        fs::copy_file(folder / "set/cleo/3.png", folder / "test/cleo/again.png");
    }
    std::string at(const char* name) const { return (folder / name).string(); }
    std::map<std::string, std::string> tree() const {
        std::map<std::string, std::string> all;
        for (const auto& entry : fs::recursive_directory_iterator(folder / "set"))
            if (entry.is_regular_file()) all[entry.path().string()] = content(entry.path());
        return all;
    }
    Run clean(std::vector<std::string> words) const {
        words.insert(words.begin(), {"clean", at("set"), "--test", at("test"), "--out", at("out")});
        return run("photos", words);
    }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(copies_and_leaks_are_named_and_nothing_is_moved, Photographs) {
    const auto before = tree();
    const Run r = clean({"--folds", "0"});
    BOOST_TEST(r.status == 0, r.err);
    BOOST_TEST(contains(r.out, "2 near-duplicates were found, 1 of them in two classes\n"));
    BOOST_TEST(contains(r.out, "1 photographs are in the folder to test on too\n"));
    BOOST_TEST(
        contains(r.out, "Nothing was moved; --move FOLDER moves the 2 photographs marked so in findings.csv.\n"));
    BOOST_TEST(!contains(r.out, "labels look wrong"));
    const std::string csv = content(at("out/findings.csv"));
    BOOST_TEST(std::count(csv.begin(), csv.end(), '\n') == 4);
    BOOST_TEST(contains(csv, "duplicate,\"" + at("set/ada/a \"\"copy\"\",\\n1.png") + "\",\"ada\",,,,,\"" +
                                 at("set/ada/1.png") + "\",\"ada\",1.00000,no,yes\n"),
               csv);
    BOOST_TEST(contains(csv, "two classes,\"" + at("set/ben/of ada.png") + "\",\"ben\",,,,,\"" + at("set/ada/2.png") +
                                 "\",\"ada\",1.00000,no,no\n"),
               csv);
    BOOST_TEST(contains(csv, "leak,\"" + at("set/cleo/3.png") + "\",\"cleo\",,,,,\"" + at("test/cleo/again.png") +
                                 "\",\"cleo\",1.00000,no,yes\n"),
               csv);
    BOOST_TEST(tn::read_picture(at("out/findings.png"), 3).shape.width == 1180);
    BOOST_TEST((tree() == before));
}

BOOST_FIXTURE_TEST_CASE(what_is_asked_for_is_moved_and_put_back, Photographs) {
    const auto before = tree();
    const Run r = clean({"--folds", "0", "--move", at("away")});
    BOOST_TEST(r.status == 0, r.err);
    BOOST_TEST(contains(r.out, "2 files were moved to " + at("away")));
    BOOST_TEST(tree().size() == before.size() - 2);
    BOOST_TEST(fs::exists(at("away/ada/a \"copy\",\n1.png")));
    BOOST_TEST(fs::exists(at("away/cleo/3.png")));
    BOOST_TEST(contains(run("photos", {"clean", "--undo", at("away")}).out, "2 files were put back\n"));
    BOOST_TEST((tree() == before));
    BOOST_TEST(!fs::exists(at("away")));
}

BOOST_FIXTURE_TEST_CASE(what_was_moved_before_the_program_was_killed_is_put_back, Photographs) {
    for (int i = 0; i < 400; ++i)
        fs::copy_file(folder / "set/cleo/0.png", folder / fmt::format("set/cleo/copy {}.png", i));
    const auto before = tree();
    // A quick machine may have moved all of them before the kill: then once more.
    bool killed = false;
    for (int attempt = 0; attempt < 20 && !killed; ++attempt) {
        killed = run_until(folder / "away/moved.tsv", "photos",
                           {"clean", at("set"), "--folds", "0", "--out", at("out"), "--move", at("away")});
        const std::string csv = content(at("out/findings.csv"));
        BOOST_TEST(std::count(csv.begin(), csv.end(), '\n') == 403);  // one line per copy, not per pair
        const std::size_t moved = before.size() - tree().size();
        BOOST_TEST_MESSAGE(moved << " of 401 files were moved before it was killed");
        const Run r = run("photos", {"clean", "--undo", at("away")});
        BOOST_TEST(r.status == 0, r.err);
        BOOST_TEST(r.out == fmt::format("{} files were put back\n", moved));
        BOOST_TEST((tree() == before));
        BOOST_TEST(!fs::exists(at("away")));
    }
}

BOOST_FIXTURE_TEST_CASE(labels_are_judged_by_folds, Photographs) {
    const Run r = clean({"--folds", "2", "--epochs", "1", "--trial", "0.25"});
    BOOST_TEST(r.status == 0, r.err);
    BOOST_TEST(contains(r.out, "4 of 14 labels are wrong on purpose, to see whether they are found.\n"));
    BOOST_TEST(contains(r.out, " labels look wrong\n"));
    BOOST_TEST(contains(r.out, " of 4 wrong labels were found ("));
    BOOST_TEST(!contains(r.out, "--move FOLDER"));
    BOOST_TEST(contains(r.err, "model 2 of 2, on the photographs of 1 of 2 folds\n"));
}

BOOST_FIXTURE_TEST_CASE(refuses_what_cannot_be, Photographs) {
    const auto before = tree();
    const auto say = [&](std::vector<std::string> words) {
        words.insert(words.begin(), {"clean", "--out", at("out"), "--folds", "0"});
        return complaint("photos", words);
    };
    BOOST_TEST(contains(say({at("set"), "--move", at("set/ada/away")}), "away: must not lie within "));
    BOOST_TEST(say({"--generated", "10", "--move", at("away")}) == "--move needs a folder of photographs to move from");
    BOOST_TEST(
        contains(say({at("set"), "--trial", "0.1", "--move", at("away")}), "--move cannot be asked for in a trial"));
    BOOST_TEST(contains(say({at("set"), "--trial", "0.9"}), "--trial"));
    BOOST_TEST(contains(say({at("nothing")}), "nothing: must be a folder"));
    BOOST_TEST(contains(say({"--undo", at("set")}), "set: has no moved.tsv: no files were moved there"));
    BOOST_TEST(contains(complaint("photos", {"clean", at("set"), "--out", at("out"), "--folds", "1"}),
                        "the folds must be 2 to 14, the number of samples, not 1"));
    BOOST_TEST((tree() == before));
}
