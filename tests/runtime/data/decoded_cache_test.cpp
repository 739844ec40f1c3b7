#define BOOST_TEST_MODULE decoded_cache
#include "runtime/data/decoded_cache.hpp"

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <fstream>

#include "runtime/core/file.hpp"
#include "runtime/data/folder.hpp"
#include "runtime/data/output_folder.hpp"
#include "tests/runtime/data/sample_files.hpp"
#include "tests/runtime/temporary_folder.hpp"

using namespace tn;
using namespace tn_test;
namespace fs = std::filesystem;

namespace {

const PictureShape tiny{1, 2, 2};

Bytes grey(std::uint8_t value) { return png(Bytes(9, value), 3, 3, 1); }

/// Two classes of two pictures, and a folder beside them for the cache.
struct Photographs {
    TemporaryFolder folder;
    Photographs() {
        write("a/1.png", 10);
        write("a/2.png", 20);
        write("b/1.png", 30);
        write("b/2.png", 40);
    }
    /// A new picture has another time of change than the one before, however coarse the file system's clock.
    void write(const char* name, std::uint8_t value) {
        const fs::path path = folder.write(std::string("photographs/") + name, grey(value));
        fs::last_write_time(path, fs::file_time_type(std::chrono::seconds(1000 + ++changes)));
    }
    Pictures read(PictureShape shape = tiny) const {
        ThreadPool pool(2);
        FolderOptions options;
        options.cache = folder / "cache";
        return read_folder(folder / "photographs", shape, pool, options);
    }
    fs::path cache(PictureShape shape = tiny) const {
        return DecodedCache(folder / "cache", folder / "photographs", shape, Fit::stretch).path();
    }
    /// Adds 100 to every pixel in the cache: what is then read from it cannot have been decoded.
    void mark_cached(const Pictures& set) const {
        std::vector<PictureStamp> stamps;
        for (const std::string& file : set.files) stamps.push_back(stamp_of(file));
        auto pixels = set.pixels;
        for (std::uint8_t& pixel : pixels) pixel = static_cast<std::uint8_t>(pixel + 100);
        DecodedCache(folder / "cache", folder / "photographs", set.shape, Fit::stretch).keep(stamps, pixels);
    }
    int changes = 0;
};

std::vector<int> greys(const Pictures& set) {
    std::vector<int> values;
    for (int i = 0; i < set.size(); ++i) values.push_back(set.picture(i)[0]);
    return values;
}
using Greys = std::vector<int>;

}  // namespace

BOOST_AUTO_TEST_CASE(what_was_decoded_once_is_not_decoded_again) {
    Photographs p;
    const Pictures first = p.read();
    BOOST_TEST(greys(first) == (Greys{10, 20, 30, 40}), boost::test_tools::per_element());
    BOOST_TEST(fs::exists(p.cache()));
    p.mark_cached(first);
    const Pictures again = p.read();
    BOOST_TEST(greys(again) == (Greys{110, 120, 130, 140}), boost::test_tools::per_element());
    BOOST_TEST(again.labels == first.labels);
    BOOST_TEST(again.files == first.files);
}

BOOST_AUTO_TEST_CASE(a_picture_that_changed_came_or_went_is_seen) {
    Photographs p;
    p.read();
    p.write("a/2.png", 50);
    BOOST_TEST(greys(p.read()) == (Greys{10, 50, 30, 40}), boost::test_tools::per_element());
    p.write("a/3.png", 60);
    fs::remove(p.folder / "photographs/b/1.png");
    BOOST_TEST(greys(p.read()) == (Greys{10, 50, 60, 40}), boost::test_tools::per_element());
    p.mark_cached(p.read());
    p.write("a/1.png", 15);
    BOOST_TEST(greys(p.read()) == (Greys{15, 150, 160, 140}), boost::test_tools::per_element());
    BOOST_TEST(DecodedCache(p.folder / "cache", p.folder / "photographs", tiny, Fit::stretch).size() == 4u);
}

// Neither sizes nor times of modification differ in these.
BOOST_AUTO_TEST_CASE(pictures_that_change_names_or_have_their_times_set_back_are_decoded_anew) {
    Photographs p;
    const fs::path set = p.folder / "photographs";
    const auto time = fs::last_write_time(set / "a/1.png");
    for (const char* name : {"a/1.png", "b/1.png"}) fs::last_write_time(set / name, time);
    BOOST_REQUIRE_EQUAL(fs::file_size(set / "a/1.png"), fs::file_size(set / "b/1.png"));
    p.mark_cached(p.read());
    fs::rename(set / "a/1.png", set / "c");
    fs::rename(set / "b/1.png", set / "a/1.png");
    fs::rename(set / "c", set / "b/1.png");
    BOOST_TEST(greys(p.read()) == (Greys{30, 120, 10, 140}), boost::test_tools::per_element());
    p.write("a/1.png", 77);
    fs::last_write_time(set / "a/1.png", time);
    BOOST_TEST(greys(p.read())[0] == 77);
}

BOOST_AUTO_TEST_CASE(each_size_and_folder_has_a_file_of_its_own) {
    Photographs p;
    p.read();
    BOOST_TEST(p.read({1, 4, 4}).pixels.size() == 64u);
    BOOST_TEST(p.read({3, 2, 2}).pixels.size() == 48u);
    BOOST_TEST(greys(p.read()) == (Greys{10, 20, 30, 40}), boost::test_tools::per_element());
    int files = 0;
    for (const auto& entry : fs::directory_iterator(p.folder / "cache"))
        files += entry.path().extension() == ".pictures";
    BOOST_TEST(files == 3);
    BOOST_TEST(is_output_folder(p.folder / "cache"));
}

BOOST_AUTO_TEST_CASE(a_damaged_file_is_not_believed_and_is_written_anew) {
    Photographs p;
    p.read();
    const auto good = read_file(p.cache(), 1 << 20);
    for (std::size_t i = 0; i < good.size(); ++i) {
        auto bytes = good;
        bytes[i] ^= 0x10;
        write_file(p.cache(), bytes);
        BOOST_REQUIRE_EQUAL(DecodedCache(p.folder / "cache", p.folder / "photographs", tiny, Fit::stretch).size(), 0u);
    }
    for (std::size_t length = 0; length < good.size(); ++length) {
        write_file(p.cache(), std::span(good).first(length));
        BOOST_REQUIRE_EQUAL(DecodedCache(p.folder / "cache", p.folder / "photographs", tiny, Fit::stretch).size(), 0u);
    }
    p.read();
    BOOST_TEST((read_file(p.cache(), 1 << 20) == good));
}

BOOST_AUTO_TEST_CASE(what_was_half_written_when_a_run_was_killed_goes) {
    Photographs p;
    const fs::path old = p.folder.write("cache/.tn-1-0.tmp", "half");
    fs::last_write_time(old, fs::file_time_type::clock::now() - std::chrono::hours(2));
    const fs::path fresh = p.folder.write("cache/.tn-1-1.tmp", "half");
    p.read();
    BOOST_TEST(!fs::exists(old));
    BOOST_TEST(fs::exists(fresh));  // perhaps of another machine that is at it
    BOOST_TEST(fs::exists(p.cache()));
}

BOOST_AUTO_TEST_CASE(a_file_of_another_shape_under_this_name_is_not_believed) {
    Photographs p;
    p.read();
    p.read({1, 4, 4});
    fs::copy_file(p.cache({1, 4, 4}), p.cache(), fs::copy_options::overwrite_existing);
    BOOST_TEST(greys(p.read()) == (Greys{10, 20, 30, 40}), boost::test_tools::per_element());
}

// Their pixels differ by a level here and there.
BOOST_AUTO_TEST_CASE(what_other_libraries_decoded_is_not_believed) {
    Photographs p;
    p.read();
    const auto cache = [&](const std::string& decoders) {
        return DecodedCache(p.folder / "cache", p.folder / "photographs", tiny, Fit::stretch, decoders);
    };
    BOOST_TEST(cache(decoding_on()).size() == 4u);
    BOOST_TEST(cache(decoding_on({0, 0, 0})).size() == 0u);
    BOOST_TEST((cache("JPEG by another").path() != p.cache()));
    fs::copy_file(p.cache(), cache("JPEG by another").path());
    BOOST_TEST(cache("JPEG by another").size() == 0u);
}

BOOST_AUTO_TEST_CASE(pictures_that_cannot_be_decoded_are_named_each_time) {
    Photographs p;
    for (int i = 0; i < 40; ++i) p.write(("b/more" + std::to_string(i) + ".png").c_str(), 70);
    p.folder.write("photographs/a/bad.png", "no picture");
    BOOST_TEST(p.read().skipped.size() == 1u);
    const Pictures again = p.read();
    BOOST_TEST(again.skipped.size() == 1u);
    BOOST_TEST(again.size() == 44);
}

BOOST_AUTO_TEST_CASE(a_cache_that_cannot_be_written_is_an_error) {
    Photographs p;
    p.folder.write("cache", "a file, not a folder");
    BOOST_TEST(contains(error_of([&] { p.read(); }), (p.folder / "cache").string() + ": the folder cannot be made"));
}
