// The C library from C, from Python and from several threads: what photos predict says, bit for bit.
#define BOOST_TEST_MODULE c_library
#include <dlfcn.h>

#include <boost/test/unit_test.hpp>
#include <cstring>
#include <sstream>
#include <thread>

#include "examples/photos/library/typenet_photos.h"
#include "examples/photos/networks/known/grey_128.hpp"
#include "runtime/core/file.hpp"
#include "runtime/data/image.hpp"
#include "runtime/model/checkpoint.hpp"
#include "runtime/train/probabilities.hpp"
#include "tests/support/program.hpp"
#include "tests/support/python.hpp"

using namespace tn_test;
namespace fs = std::filesystem;

namespace {

const std::string library = std::string(TN_PROGRAMS) + "/libtypenet_photos.so";
const std::string header_folder = std::string(TN_SOURCE_DIR) + "/examples/photos/library";

/// A model that photos train has saved, and pictures.
struct Trained {
    TemporaryFolder folder;
    fs::path model = folder / "run/model.safetensors", grey = folder / "grey.png", colour = folder / "colour.png";

    Trained() {
        BOOST_REQUIRE(run("photos", {"train", "--generated", "10", "--batch", "6", "--iterations", "4", "--threads",
                                     "1", "--out", (folder / "run").string()})
                          .status == 0);
        tn::write_png(grey, picture(1));
        tn::write_png(colour, picture(3));
    }

    static tn::Picture picture(int channels) {
        tn::Picture p{{channels, 90, 70}, {}};
        for (std::size_t i = 0; i < p.shape.size(); ++i)
            p.pixels.push_back(static_cast<std::uint8_t>(i * i / 97 % 251));
        return p;
    }
};

const Trained& trained() {
    static const Trained t;
    return t;
}

/// The line that a program prints for every class: name and probability in hexadecimal.
struct Expected {
    std::vector<std::string> names;
    std::vector<float> probabilities;
};

/// What the model says, by the program's own way.
Expected predict(const fs::path& file) {
    tn::cpu::Device device(1);
    tn::Model<photos::Grey128::Of<photos::Grey128::infer_batch>> model(device);
    const tn::CheckpointInfo info = tn::load_checkpoint(trained().model, model);
    model.active_outputs(static_cast<int>(info.classes.size()));
    tn::Pictures one;
    one.shape = {1, 128, 128};
    one.pixels = tn::resize(tn::read_picture(file, 1), one.shape).pixels;
    one.labels = {0};
    return {info.classes, tn::probabilities(model, one, info.normalise, 1)};
}

/// Checks that the text begins with a line for every class that has these very bits.
void check_lines(const std::string& text, const Expected& expected) {
    std::istringstream lines(text);
    std::string line;
    for (std::size_t i = 0; i < expected.names.size(); ++i) {
        BOOST_REQUIRE(std::getline(lines, line));
        BOOST_TEST(line.substr(0, line.rfind(' ')) == expected.names[i]);
        BOOST_TEST(std::strtof(line.c_str() + line.rfind(' '), nullptr) == expected.probabilities[i], line);
    }
}

std::string c_program() {
    static const std::string program = [] {
        const std::string out = (trained().folder / "c_library").string();
        const std::string sanitize = std::strlen(TN_SANITIZE) ? std::string(" -fsanitize=") + TN_SANITIZE : "";
        const Run r =
            run_shell(quoted(TN_CXX) + " -x c -std=c99 -Wall -Wextra -Wpedantic -Werror" + sanitize + " -I" +
                      quoted(header_folder) + " " + quoted(std::string(TN_SOURCE_DIR) + "/tests/examples/c_library.c") +
                      " -x none " + quoted(library) + " -Wl,-rpath," + quoted(TN_PROGRAMS) + " -o " + quoted(out));
        BOOST_REQUIRE_MESSAGE(r.status == 0, r.err);
        return out;
    }();
    return program;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_c99_program_gets_the_bits_of_photos_predict) {
    for (const fs::path& file : {trained().grey, trained().colour}) {
        const Expected expected = predict(file);
        const Run r = run_shell(c_program() + " " + quoted(trained().model.string()) + " " + quoted(file.string()));
        BOOST_REQUIRE_MESSAGE(r.status == 0, r.out + r.err);
        check_lines(r.out, expected);
        const auto best = std::max_element(expected.probabilities.begin(), expected.probabilities.end());
        const Run program = run("photos", {"predict", "--model", trained().model.string(), file.string()});
        BOOST_TEST(program.out == fmt::format("{}\t{}\t{:.4f}\n", file.string(),
                                              expected.names[best - expected.probabilities.begin()], *best));
    }
}

BOOST_AUTO_TEST_CASE(pixels_give_what_their_file_gives) {
    for (const int channels : {1, 3}) {
        const tn::Picture picture = Trained::picture(channels);
        const std::size_t n = channels;
        const std::size_t plane = 90 * 70;
        for (const std::size_t gap : {std::size_t{0}, std::size_t{5}}) {
            std::string raw;
            for (std::size_t y = 0; y < 90; ++y) {
                for (std::size_t i = 0; i < 70 * n; ++i)
                    raw += static_cast<char>(picture.pixels[i % n * plane + y * 70 + i / n]);
                raw.append(gap, '\xEE');
            }
            const std::string file = (trained().folder / "raw").string();
            tn::write_file(file, raw);
            const Run r = run_shell(c_program() + " " + quoted(trained().model.string()) + " " + quoted(file) +
                                    fmt::format(" 70 90 {} {}", channels, gap ? 70 * n + gap : 0));
            BOOST_REQUIRE_MESSAGE(r.status == 0, r.out + r.err);
            check_lines(r.out, predict(channels == 1 ? trained().grey : trained().colour));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_model_in_int8_is_opened_like_any_other) {
    const TemporaryFolder folder;
    fs::copy(trained().grey, folder.path());
    const std::string int8 = (folder / "int8.safetensors").string(), seen = folder.path().string();
    const Run exported =
        run("photos", {"export", "--model", trained().model.string(), "--int8", int8, "--calibrate", seen});
    BOOST_REQUIRE_MESSAGE(exported.status == 0, exported.err);
    const Run r = run_shell(c_program() + " " + quoted(int8) + " " + quoted(trained().grey.string()));
    BOOST_REQUIRE_MESSAGE(r.status == 0, r.out + r.err);
    // Each class on a line, and its probability in hexadecimal: photos predict says the largest.
    std::istringstream lines(r.out);
    std::string line, best;
    float most = 0;
    for (int i = 0; i < 3 && std::getline(lines, line); ++i)
        if (const float p = std::strtof(line.c_str() + line.rfind(' '), nullptr); p > most)
            most = p, best = line.substr(0, line.rfind(' '));
    const Run program = run("photos", {"predict", "--model", int8, trained().grey.string()});
    BOOST_TEST(program.out == fmt::format("{}\t{}\t{:.4f}\n", trained().grey.string(), best, most));
}

BOOST_AUTO_TEST_CASE(wrong_calls_have_a_status_and_words) {
    const Run r =
        run_shell(c_program() + " " + quoted(trained().model.string()) + " " + quoted(trained().grey.string()));
    for (const char* line :
         {"no path: 1 the path and the model must not be null\n", "threads: 1 the threads must be 0 to 1024\n",
          "no file: 2 /nowhere/model: cannot be read",
          "no model: 1 the model, the pixels and the probabilities must not be null\n",
          "width: 1 a picture to classify must have sides of 1 to 65535",
          "channels: 1 a picture to classify must have 1 channel",
          "stride: 1 the stride must be 0 or the bytes of a row or more\n", "no picture: 2 ",
          "is no picture of a known format", "names: 1 1, classes of null: 0\n",
          "count: 1 the count must be 0 or more\n", "apart: 1 the picture's stride must be 0 or its bytes or more\n",
          "top: 1 the top must be 1 to the number of classes\n"})
        BOOST_TEST(contains(r.out, line), line << " is not in " << r.out);
    const Run damaged = run_shell(c_program() + " " + quoted(trained().grey.string()) + " x");
    BOOST_TEST(damaged.status == 1);
    BOOST_TEST(contains(damaged.out, trained().grey.string() + ": "));
}

BOOST_AUTO_TEST_CASE(python_gets_the_same_bits) {
    if (std::strlen(TN_SANITIZE)) {
        std::cout << "skipped: a sanitizer's library cannot be loaded by a program without it\n";
        return;
    }
    if (!python_has("ctypes")) return;
    const Run r = run_python("examples/c_library.py", {library, trained().model.string(), trained().colour.string()});
    BOOST_REQUIRE_MESSAGE(r.status == 0, r.err);
    check_lines(r.out, predict(trained().colour));
}

BOOST_AUTO_TEST_CASE(batches_and_the_most_probable_classes) {
    void* loaded = ::dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
    BOOST_REQUIRE_MESSAGE(loaded, ::dlerror());
    const auto function = [&]<class F>(F*, const char* name) { return reinterpret_cast<F*>(::dlsym(loaded, name)); };
    const auto batch = function(decltype(&typenet_photos_classify_batch){}, "typenet_photos_classify_batch");
    const auto files = function(decltype(&typenet_photos_classify_files){}, "typenet_photos_classify_files");
    const auto top = function(decltype(&typenet_photos_top){}, "typenet_photos_top");
    typenet_photos* model = nullptr;
    BOOST_REQUIRE(function(decltype(&typenet_photos_open){}, "typenet_photos_open")(trained().model.c_str(), 2,
                                                                                    &model) == TYPENET_OK);
    const std::vector<float> wanted = predict(trained().grey).probabilities;
    const std::size_t classes = wanted.size();
    // Pictures 10 bytes apart, of which every other one is the grey picture.
    const tn::Picture grey = Trained::picture(1);
    const int count = 70;
    const std::size_t apart = grey.pixels.size() + 10;
    std::vector<unsigned char> pixels(count * apart);
    for (int i = 0; i < count; i += 2) std::copy(grey.pixels.begin(), grey.pixels.end(), pixels.begin() + i * apart);
    std::vector<float> p(count * classes);
    BOOST_TEST(batch(model, pixels.data(), count, 70, 90, 1, 0, apart, p.data()) == TYPENET_OK);
    for (int i = 0; i < count; ++i)
        for (std::size_t k = 0; k < classes; ++k)
            BOOST_TEST((std::abs(p[i * classes + k] - wanted[k]) < 1e-5f) == (i % 2 == 0));
    const char* paths[] = {trained().colour.c_str(), trained().grey.c_str()};
    BOOST_TEST(files(model, paths, 2, p.data()) == TYPENET_OK);
    for (std::size_t k = 0; k < classes; ++k) BOOST_TEST(std::abs(p[classes + k] - wanted[k]) < 1e-5f);
    const char* missing[] = {trained().grey.c_str(), "/nowhere/picture.png"};
    p.assign(p.size(), 7.0f);
    BOOST_TEST(files(model, missing, 2, p.data()) == TYPENET_BAD_FILE);
    BOOST_TEST(p[0] == 7.0f);
    const float some[] = {0.1f, 0.4f, 0.1f, 0.4f};
    int numbers[3] = {};
    BOOST_TEST(top(some, 4, 3, numbers) == TYPENET_OK);
    BOOST_TEST((numbers[0] == 1 && numbers[1] == 3 && numbers[2] == 0));
    function(decltype(&typenet_photos_close){}, "typenet_photos_close")(model);
    ::dlclose(loaded);
}

BOOST_AUTO_TEST_CASE(threads_may_share_a_model_or_have_their_own) {
    void* loaded = ::dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
    BOOST_REQUIRE_MESSAGE(loaded, ::dlerror());
    const auto open = reinterpret_cast<decltype(&typenet_photos_open)>(::dlsym(loaded, "typenet_photos_open"));
    const auto close = reinterpret_cast<decltype(&typenet_photos_close)>(::dlsym(loaded, "typenet_photos_close"));
    const auto classify =
        reinterpret_cast<decltype(&typenet_photos_classify_file)>(::dlsym(loaded, "typenet_photos_classify_file"));
    BOOST_TEST(!::dlsym(loaded, "_ZTIN2tn5ErrorE"));  // nothing of C++ is visible
    typenet_photos *shared = nullptr, *own = nullptr;
    BOOST_REQUIRE(open(trained().model.c_str(), 1, &shared) == TYPENET_OK);
    BOOST_REQUIRE(open(trained().model.c_str(), 2, &own) == TYPENET_OK);
    const Expected grey = predict(trained().grey), colour = predict(trained().colour);
    std::atomic<int> wrong{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&, i] {
            std::vector<float> p(grey.probabilities.size());
            for (int k = 0; k < 5; ++k) {
                const bool odd = (i + k) % 2;
                wrong += classify(i == 3 ? own : shared, (odd ? trained().grey : trained().colour).c_str(), p.data()) !=
                         TYPENET_OK;
                wrong += p != (odd ? grey : colour).probabilities;
            }
        });
    for (std::thread& t : threads) t.join();
    BOOST_TEST(wrong == 0);
    close(shared);
    close(own);
    ::dlclose(loaded);
}
