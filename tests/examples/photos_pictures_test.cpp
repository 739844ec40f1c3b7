// The photos program and where its pictures come from: links, colours, and what decodes them.
#define BOOST_TEST_MODULE photos_pictures
#include <boost/test/unit_test.hpp>

#include "runtime/data/image.hpp"
#include "tests/runtime/data/sample_files.hpp"
#include "tests/support/program.hpp"

using namespace tn_test;
namespace fs = std::filesystem;

/// Two classes of four pictures; with links, of links into a folder beside them.
struct Set {
    TemporaryFolder folder;
    explicit Set(bool colour, bool links = false) {
        for (int i = 0; i < 8; ++i) {
            const std::string name = (i < 4 ? "a/" : "b/") + std::to_string(i) + ".png";
            const auto grey = static_cast<std::uint8_t>(30 * i);
            const Bytes pixel{grey, static_cast<std::uint8_t>(colour ? 255 - grey : grey), grey};
            folder.write((links ? "store/" : "set/") + name, png(pixel, 1, 1, 3));
            if (!links) continue;
            fs::create_directories((folder / ("set/" + name)).parent_path());
            fs::create_symlink(folder / ("store/" + name), folder / ("set/" + name));
        }
    }
    std::string set() const { return (folder / "set").string(); }
    std::string out() const { return (folder / "run").string(); }
    std::vector<std::string> training() const {
        return {"train", set(), "--out", out(), "--iterations", "1", "--batch", "2"};
    }
};

BOOST_AUTO_TEST_CASE(the_version_names_the_decoders) {
    const Run r = run("photos", {"--version"});
    BOOST_TEST(r.status == 0);
    BOOST_TEST(r.out.starts_with("typenet "));
    BOOST_TEST(r.out.ends_with("\n" + tn::picture_decoders() + "\n"));
}

BOOST_AUTO_TEST_CASE(colours_that_the_network_does_not_see_are_told) {
    const std::string line = "The photographs are in colour; this network reads them in grey, ";
    const Set coloured(true), grey(false);
    const auto out_of = [](std::vector<std::string> words) {
        words.insert(words.end(), {"--network", "grey-128"});
        return run("photos", words).out;
    };
    BOOST_TEST(contains(out_of(coloured.training()), line));
    BOOST_TEST(!contains(out_of(grey.training()), line));
}

BOOST_AUTO_TEST_CASE(what_is_transparent_lies_on_a_chosen_ground_that_the_model_keeps) {
    const Set set(false);
    const std::string model = set.out() + "/model.safetensors", nothing = (set.folder / "nothing.png").string(),
                      black = (set.folder / "black.png").string();
    set.folder.write("nothing.png", png({0, 0, 0, 0}, 1, 1, 4));
    set.folder.write("black.png", png({0, 0, 0}, 1, 1, 3));
    std::vector<std::string> words = set.training();
    words.insert(words.end(), {"--ground", "black"});
    BOOST_TEST(run("photos", words).status == 0);
    BOOST_TEST(contains(run("photos", {"inspect", "--model", model}).out, "ground    #000000\n"));
    const auto answer = [&](const std::string& file) {
        return run("photos", {"predict", "--model", model, file}).out.substr(file.size());
    };
    BOOST_TEST(answer(nothing) == answer(black));
    words.back() = "#12345";
    BOOST_TEST(complaint("photos", words) ==
               "the ground must be white, grey, black or a colour as #8090a0, not #12345");
}

BOOST_AUTO_TEST_CASE(how_photographs_are_brought_to_size_is_chosen_and_kept_by_the_model) {
    const Set set(false);
    const std::string model = set.out() + "/model.safetensors", file = (set.folder / "bar.png").string();
    set.folder.write("bar.png", png(Bytes(3 * 40, 255), 40, 1, 3));
    std::vector<std::string> words = set.training();
    BOOST_TEST(run("photos", words).status == 0);
    const auto fit = [&] {
        const std::string told = run("photos", {"inspect", "--model", model}).out;
        const std::size_t at = told.find("fit       ");
        return told.substr(at, told.find('\n', at) - at);
    };
    const auto answer = [&] { return run("photos", {"predict", "--model", model, file, "--json"}).out; };
    BOOST_TEST(fit() == "fit       stretch");
    const std::string whole = answer();
    // Square ones are learnt from as before, to the same weights.
    words.insert(words.end(), {"--fit", "pad"});
    BOOST_TEST(run("photos", words).status == 0);
    BOOST_TEST(fit() == "fit       pad");
    BOOST_TEST(answer() != whole);
    words.back() = "crooked";
    BOOST_TEST(contains(complaint("photos", words), "--fit"));
}

BOOST_AUTO_TEST_CASE(links_are_followed_when_asked_for) {
    const Set set(false, true);
    std::vector<std::string> words = set.training();
    BOOST_TEST(contains(complaint("photos", words), "0.png, 1.png, 2.png and 1 more (a link that leaves "));
    words.push_back("--follow-links");
    const Run r = run("photos", words);
    BOOST_TEST(r.status == 0, r.err);
    const std::vector<std::string> test{"test", set.set(), "--model", set.out() + "/model.safetensors"};
    BOOST_TEST(contains(complaint("photos", test), ", which --follow-links follows"));
    words = test;
    words.push_back("--follow-links");
    BOOST_TEST(contains(run("photos", words).out, "of 8 photographs"));
    BOOST_TEST(contains(complaint("photos", {"clean", set.set(), "--follow-links", "--move", set.out()}), "--move"));
    const Run inspected = run("photos", {"inspect", "--model", set.out() + "/model.safetensors"});
    BOOST_TEST(contains(inspected.out, "pictures  " + tn::picture_decoders() + "\n"));
}
