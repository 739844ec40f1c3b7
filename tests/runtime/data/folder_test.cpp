#define BOOST_TEST_MODULE folder
#include "runtime/data/folder.hpp"

#include <boost/test/unit_test.hpp>
#include <iostream>

#include "runtime/data/output_folder.hpp"
#include "runtime/data/quarantine.hpp"
#include "tests/runtime/data/sample_files.hpp"
#include "tests/runtime/temporary_folder.hpp"

using namespace tn;
using namespace tn_test;
namespace fs = std::filesystem;

static const PictureShape tiny{1, 2, 2};

static Bytes grey(std::uint8_t value) { return png(Bytes(9, value), 3, 3, 1); }

static Pictures read(const TemporaryFolder& folder, const FolderOptions& options = {}, int threads = 2) {
    ThreadPool pool(threads);
    return read_folder(folder.path(), tiny, pool, options);
}

static std::string refusal(const TemporaryFolder& folder, const FolderOptions& options = {}) {
    return error_of([&] { read(folder, options); });
}

/// The reason for which a file was skipped, "" when it was not.
static std::string reason(const Pictures& set, const fs::path& path) {
    for (const SkippedFile& file : set.skipped)
        if (file.path == path.string()) return file.reason;
    return "";
}

BOOST_AUTO_TEST_CASE(classes_and_files_are_sorted) {
    TemporaryFolder folder;
    folder.write("b/2.png", grey(4));
    folder.write("b/10.PNG", grey(3));
    folder.write("a/x.jpeg", jpeg(Bytes(64, 100), 8, 8, 1));
    folder.write("a/Y.Pgm", pnm({7, 7}, 1, 2, 1));
    const Pictures set = read(folder);
    BOOST_TEST((set.classes == std::vector<std::string>{"a", "b"}));
    BOOST_TEST((set.labels == std::vector<int>{0, 0, 1, 1}));
    BOOST_TEST((set.files == std::vector<std::string>{(folder / "a/Y.Pgm").string(), (folder / "a/x.jpeg").string(),
                                                      (folder / "b/10.PNG").string(), (folder / "b/2.png").string()}));
    BOOST_TEST(set.skipped.empty());
    BOOST_TEST((set.shape == tiny));
    BOOST_TEST(set.pixels.size() == 16u);
    BOOST_TEST(set.picture(0)[3] == 7);
    BOOST_TEST(set.picture(2)[0] == 3);
    BOOST_TEST(set.picture(3)[0] == 4);
}

BOOST_AUTO_TEST_CASE(what_is_not_used_is_listed) {
    TemporaryFolder folder;
    for (int i = 0; i < 20; ++i)
        folder.write("a/" + std::to_string(100 + i) + ".png", grey(static_cast<std::uint8_t>(i)));
    folder.write("b/1.png", grey(200));
    folder.write("a/105.png", "no picture");
    folder.write("a/notes.txt", "x");
    folder.write("a/.DS_Store", "x");
    folder.write("a/._100.png", "x");
    folder.write("a/deeper/1.png", grey(1));
    folder.write(".hidden/1.png", grey(1));
    folder.write("loose.png", grey(1));
    const Pictures set = read(folder);
    BOOST_TEST(set.size() == 20);
    BOOST_TEST(set.pixels.size() == 80u);
    BOOST_TEST(set.picture(4)[0] == 4);
    BOOST_TEST(set.picture(5)[0] == 6);  // moved up to where the damaged one was
    BOOST_TEST(set.picture(19)[0] == 200);
    BOOST_TEST(set.skipped.size() == 4u);
    BOOST_TEST(reason(set, folder / "a/105.png") == "is a text file, which typenet does not read");
    BOOST_TEST(reason(set, folder / "a/notes.txt") == "not a picture (its extension is '.txt')");
    BOOST_TEST(reason(set, folder / "a/deeper") == "a folder inside a class, whose pictures are not read: 1");
    BOOST_TEST(reason(set, folder / "loose.png") == "not in the folder of a class");
}

BOOST_AUTO_TEST_CASE(one_in_twenty_may_be_damaged_but_no_more) {
    TemporaryFolder folder;
    for (int i = 0; i < 39; ++i) folder.write("a/" + std::to_string(100 + i) + ".png", grey(1));
    folder.write("b/1.png", grey(1));
    folder.write("a/100.png", "bad");
    folder.write("a/101.png", "bad");
    BOOST_TEST(read(folder).size() == 38);
    for (const std::string name : {"102", "103"}) folder.write("a/" + name + ".png", "");
    const std::string text = refusal(folder);
    BOOST_TEST(text.starts_with(folder.path().string() + ": 4 of 40 pictures cannot be used, more than 5 %: "));
    const auto file = [&](const std::string& name) { return (folder / ("a/" + name + ".png")).string(); };
    BOOST_TEST(text.ends_with(": " + file("100") + ", " + file("101") +
                              " (is a text file, which typenet does not read); " + file("102") + ", " + file("103") +
                              " (the picture cannot be decoded: it is empty)"));
}

BOOST_AUTO_TEST_CASE(links_stay_inside) {
    TemporaryFolder folder, outside;
    for (int i = 0; i < 30; ++i) folder.write("a/" + std::to_string(i) + ".png", grey(1));
    folder.write("b/1.png", grey(50));
    outside.write("secret/1.png", grey(1));
    fs::create_symlink(outside / "secret/1.png", folder / "a/out.png");
    fs::create_directory_symlink(outside / "secret", folder / "c");
    fs::create_symlink("nowhere.txt", folder / "a/broken.txt");
    fs::create_symlink("../b/1.png", folder / "a/inside.png");
    const Pictures set = read(folder);
    BOOST_TEST((set.classes == std::vector<std::string>{"a", "b"}));
    BOOST_TEST(set.size() == 32);
    BOOST_TEST(set.picture(30)[0] == 50);
    const std::string leaves =
        "a link that leaves " + fs::canonical(folder.path()).string() + ", which --follow-links follows";
    BOOST_TEST(reason(set, folder / "a/out.png") == leaves);
    BOOST_TEST(reason(set, folder / "c") == leaves);
    BOOST_TEST(reason(set, folder / "a/broken.txt") == "a link that leads nowhere");
    FolderOptions options;
    options.follow_links = true;
    const Pictures all = read(folder, options);
    BOOST_TEST((all.classes == std::vector<std::string>{"a", "b", "c"}));
    BOOST_TEST(all.size() == 34);
    BOOST_TEST(reason(all, folder / "a/broken.txt") == "a link that leads nowhere");
}

BOOST_AUTO_TEST_CASE(a_sibling_with_the_same_beginning_is_outside) {
    TemporaryFolder folder;
    folder.write("set/a/1.png", grey(1));
    folder.write("set/b/1.png", grey(1));
    folder.write("set2/1.png", grey(1));
    fs::create_directory_symlink(folder / "set2", folder / "set/c");
    ThreadPool pool(1);
    BOOST_TEST(read_folder(folder / "set", tiny, pool).classes.size() == 2u);
}

BOOST_AUTO_TEST_CASE(unusable_folders_are_named) {
    TemporaryFolder folder;
    ThreadPool pool(1);
    BOOST_TEST(error_of([&] { read_folder(folder / "none", tiny, pool); }) ==
               (folder / "none").string() + ": must be a folder with one sub-folder per class");
    const fs::path file = folder.write("f/a/1.png", grey(1));
    BOOST_TEST(contains(error_of([&] { read_folder(file, tiny, pool); }), "must be a folder"));
    BOOST_TEST(refusal(folder) ==
               folder.path().string() + ": must have a sub-folder for each of at least 2 classes, not 1");
    BOOST_TEST(contains(error_of([&] {
                            read_folder(folder.path(), {2, 4, 4}, pool);
                        }),
                        "1 channel (grey) or 3 (RGB), not 2"));
    BOOST_TEST(contains(error_of([&] { read_folder(folder.path(), {1, 0, 4}, pool); }), "must have sides of 1"));
}

BOOST_AUTO_TEST_CASE(a_class_without_pictures_is_an_error) {
    TemporaryFolder folder;
    folder.write("a/1.png", grey(1));
    fs::create_directories(folder / "b");
    const std::string refused = (folder / "b").string() + ": the class must have at least one picture: ";
    BOOST_TEST(refusal(folder) == refused + "the folder is empty");
    folder.write("b/readme.txt", "x");
    BOOST_TEST(refusal(folder) == refused + "readme.txt (not a picture (its extension is '.txt'))");
    folder.write("b/a.tiff", std::string_view("II*\0", 4));
    folder.write("b/c.jpg", std::string_view("II*\0", 4));
    folder.write("b/day1/1.png", grey(1));
    BOOST_TEST(refusal(folder) ==
               refused +
                   "a.tiff (is a TIFF file, which typenet does not read (its extension is '.tiff')); "
                   "day1 (a folder inside a class, whose pictures are not read: 1); "
                   "readme.txt (not a picture (its extension is '.txt')); ...; pictures lie deeper, as "
                   "in " +
                   (folder / "b/day1").string() + ", and belong into the folder of the class itself");
}

BOOST_AUTO_TEST_CASE(files_left_out_for_one_reason_are_counted) {
    TemporaryFolder folder;
    folder.write("a/1.png", grey(1));
    for (int i = 0; i < 9; ++i) folder.write("b/" + std::to_string(i) + ".jpg", "<html>not found</html>");
    BOOST_TEST(refusal(folder) ==
               (folder / "b").string() +
                   ": the class must have at least one picture: 0.jpg, 1.jpg, 2.jpg and 6 more (is an "
                   "HTML page, which typenet does not read)");
}

BOOST_AUTO_TEST_CASE(what_a_program_wrote_is_no_class) {
    TemporaryFolder folder;
    for (const char* name : {"a/1.png", "b/1.png", "moved/1.png"}) folder.write(name, grey(1));
    folder.write(std::string("moved/") + journal_name, "");
    {
        const OutputFolder run(folder / "run"), deep(folder / "runs/first");
        for (const char* name : {"run/curves.png", "runs/first/curves.png"}) folder.write(name, grey(1));
    }
    const Pictures set = read(folder);
    BOOST_TEST((set.classes == std::vector<std::string>{"a", "b"}));
    BOOST_TEST(set.skipped.empty());
    FolderOptions options;
    options.classes = {"a", "b"};
    BOOST_TEST(read(folder, options).size() == 2);
}

BOOST_AUTO_TEST_CASE(a_folder_to_write_to_is_no_class_before_anything_is_in_it) {
    TemporaryFolder folder;
    for (const char* name : {"a/1.png", "b/1.png"}) folder.write(name, grey(1));
    fs::create_directories(folder / "results/deep");
    BOOST_TEST(contains(refusal(folder), "results: the class must have at least one picture: deep (a folder inside"));
    FolderOptions options;
    for (const char* output : {"results", "results/deep", "results/deep/new", "../elsewhere", ".", "new"}) {
        options.outputs = {folder / "results", folder / output};
        BOOST_TEST(read(folder, options).classes.size() == 2u, output);
    }
    options.outputs.clear();
    options.cache = folder / "results/cache";
    BOOST_TEST(read(folder, options).classes.size() == 2u);
    BOOST_TEST(read(folder, options).classes.size() == 2u);
    // Below a class it makes a folder inside a class; among its pictures it would add to them.
    options.outputs = {folder / "b/run"};
    BOOST_TEST(read(folder, options).classes.size() == 2u);
    options.outputs = {folder / "a/../b"};
    BOOST_TEST(refusal(folder, options) == (folder / "a/../b").string() +
                                               ": holds pictures, among which results would be taken for photographs: "
                                               "name another folder to write to");
}

BOOST_AUTO_TEST_CASE(at_most_1000_classes) {
    TemporaryFolder folder;
    for (int i = 0; i <= 1000; ++i) fs::create_directory(folder / ("c" + std::to_string(i)));
    BOOST_TEST(refusal(folder) == folder.path().string() + ": must have at most 1000 classes, not 1001");
}

BOOST_AUTO_TEST_CASE(given_classes_decide_the_labels) {
    TemporaryFolder folder;
    folder.write("b/1.png", grey(1));
    folder.write("c/1.png", grey(1));
    FolderOptions options;
    options.classes = {"a", "b", "c"};
    const Pictures set = read(folder, options);
    BOOST_TEST(set.classes == options.classes);
    BOOST_TEST((set.labels == std::vector<int>{1, 2}));
    options.classes = {"a", "b"};
    BOOST_TEST(refusal(folder, options) == (folder / "c").string() + ": the class is not one of the 2 given ones");
    TemporaryFolder empty;
    BOOST_TEST(refusal(empty, options) == empty.path().string() + ": has no sub-folder of a class");
}

BOOST_AUTO_TEST_CASE(the_fit_is_used_and_the_memory_is_limited) {
    TemporaryFolder folder;
    for (const std::string name : {"a", "b"}) folder.write(name + "/1.png", png(Bytes(32, 80), 8, 4, 1));
    FolderOptions options;
    BOOST_TEST(read(folder, options).picture(0)[0] == 80);
    options.fit = Fit::pad;
    ThreadPool pool(1);
    BOOST_TEST(read_folder(folder.path(), {1, 8, 8}, pool, options).picture(0)[0] == 0);
    options.max_bytes = 7;
    BOOST_TEST(refusal(folder, options) ==
               folder.path().string() + ": 2 pictures of 4 bytes are over the limit of 7 bytes; choose a smaller size");
    options.max_bytes = 8;
    BOOST_TEST(read(folder, options).size() == 2);
}

BOOST_AUTO_TEST_CASE(what_is_transparent_is_on_the_chosen_ground_and_a_cache_knows_on_which) {
    TemporaryFolder folder;
    folder.write("set/a/1.png", png({0, 0, 0, 0, 9, 9, 9, 255}, 2, 1, 4));
    folder.write("set/b/1.png", png({200, 0}, 1, 1, 2));
    FolderOptions options;
    options.cache = folder / "kept";
    ThreadPool pool(1);
    for (const std::string ground : {"white", "black", "#112233", "white"}) {
        options.ground = parse_ground(ground);
        const auto [r, g, b] = options.ground.rgb;
        const Bytes pixels{r, 9, g, 9, b, 9, r, r, g, g, b, b};
        BOOST_TEST((read_folder(folder / "set", {3, 1, 2}, pool, options).pixels == pixels), ground);
    }
    options.ground = parse_ground("black");
    BOOST_TEST((read_folder(folder / "set", {1, 1, 2}, pool, options).pixels == Bytes{0, 9, 0, 0}));
}

BOOST_AUTO_TEST_CASE(pictures_to_predict) {
    TemporaryFolder folder;
    folder.write("in/b.JPG", "x");
    folder.write("in/a.png", "x");
    folder.write("in/.c.png", "x");
    folder.write("in/notes.txt", "x");
    folder.write("in/deep.png/x.png", "x");
    {
        const OutputFolder run(folder / "in/run");
        folder.write("in/run/curves.png", "x");
    }
    const PictureFiles found = picture_files(folder / "in");
    BOOST_TEST(
        (found.files == std::vector<std::string>{(folder / "in/a.png").string(), (folder / "in/b.JPG").string()}));
    BOOST_REQUIRE(found.skipped.size() == 2u);
    BOOST_TEST(found.skipped[0].path == (folder / "in/deep.png").string());
    BOOST_TEST(found.skipped[0].reason == "a folder inside a folder of photographs");
    BOOST_TEST(found.skipped[1].path == (folder / "in/notes.txt").string());
    BOOST_TEST(found.skipped[1].reason == "not a picture (its extension is '.txt')");
    BOOST_TEST(
        (picture_files(folder / "in/notes.txt").files == std::vector<std::string>{(folder / "in/notes.txt").string()}));
    BOOST_TEST(contains(error_of([&] { picture_files(folder / "in/run"); }), "run: holds what a program wrote"));
    fs::create_directory(folder / "empty");
    BOOST_TEST(contains(error_of([&] { picture_files(folder / "empty"); }),
                        "empty: has no picture (jpg, jpeg, jpe, jfif, png, gif, bmp, "));
    folder.write("empty/a.tif", "x");
    BOOST_TEST(contains(error_of([&] { picture_files(folder / "empty"); }),
                        "avif): a.tif (not a picture (its extension is '.tif'))"));
    BOOST_TEST(contains(error_of([&] { picture_files(folder / "none"); }), "none: must be a picture or a folder"));
}

BOOST_AUTO_TEST_CASE(the_orl_faces_with_any_number_of_threads) {
    const fs::path root = fs::path(TN_SHARED_DIR) / "data/orl_faces";
    if (!fs::is_directory(root)) {
        std::cout << "SKIPPED: " << root << " does not exist\n";
        return;
    }
    ThreadPool one(1), five(5);
    const Pictures set = read_folder(root, {1, 56, 46}, one), again = read_folder(root, {1, 56, 46}, five);
    BOOST_TEST(set.size() == 400);
    BOOST_TEST(set.classes.size() == 40u);
    BOOST_TEST(set.classes.front() == "s01");
    BOOST_TEST(set.skipped.empty());
    for (int label = 0; label < 40; ++label) BOOST_TEST(std::count(set.labels.begin(), set.labels.end(), label) == 10);
    BOOST_TEST((set.pixels == again.pixels));
    BOOST_TEST(set.files == again.files);
    BOOST_TEST(set.labels == again.labels);
}
