// What the photos program does with a model: tests it, predicts, inspects and exports it, and refuses what is none of
// its own.
#define BOOST_TEST_MODULE photos_model
#include <fmt/ranges.h>

#include <boost/test/unit_test.hpp>

#include "runtime/core/file.hpp"
#include "runtime/data/image.hpp"
#include "runtime/io/safetensors.hpp"
#include "tests/examples/photographs.hpp"

using namespace tn_test;

BOOST_FIXTURE_TEST_CASE(tests_a_model, Trained) {
    const Run r = run("photos", {"test", set(), "--model", model(), "--out", at("report")});
    BOOST_TEST(r.status == 0, r.err);
    BOOST_TEST(contains(r.lines()[0], "cpu, "));
    BOOST_TEST(r.lines().size() == 6u);
    BOOST_TEST(contains(r.lines()[1], "ada "));
    BOOST_TEST(contains(r.lines()[1], "precision"));
    BOOST_TEST(contains(r.lines()[4], "% of 12 photographs, loss "));
    BOOST_TEST(r.lines()[5] == "the largest class alone would be 33.3 %, guessing 33.3 %");
    BOOST_TEST(tn::read_picture(at("report/confusion.png"), 3).shape.width > 100);
    BOOST_TEST(tn::read_picture(at("report/predictions.png"), 3).shape.width > 100);
}

BOOST_FIXTURE_TEST_CASE(a_heat_map_is_of_one_photograph_and_of_what_it_is_taken_for, Trained) {
    const Run r = run("photos", {"predict", "--model", model(), "--heat-map", at("heat.png"), photograph("plain.png")});
    BOOST_TEST(r.status == 0, r.err);
    BOOST_TEST(r.lines().size() == 1u);
    const tn::Picture heat = tn::read_picture(at("heat.png"), 3);
    BOOST_TEST((heat.shape == tn::PictureShape{3, 512, 512}));
    // A scale from violet to yellow: somewhere much more red than elsewhere.
    const auto red = std::span(heat.pixels).first(512 * 512), blue = std::span(heat.pixels).last(512 * 512);
    int violet = 0, yellow = 0;
    for (std::size_t i = 0; i < red.size(); ++i) {
        violet += blue[i] > red[i] + 30;
        yellow += red[i] > blue[i] + 30;
    }
    BOOST_TEST(violet > 1000);
    BOOST_TEST(yellow > 100);
    for (const std::vector<std::string>& files :
         {std::vector{set() + "/ada"}, {photograph("plain.png"), photograph("plain.png")}}) {
        std::vector<std::string> words{"predict", "--model", model(), "--heat-map", at("other.png")};
        words.insert(words.end(), files.begin(), files.end());
        BOOST_TEST(complaint("photos", words) == "--heat-map is of one photograph");
        BOOST_TEST(!fs::exists(at("other.png")));
    }
}

BOOST_FIXTURE_TEST_CASE(predicts_files_and_folders_a_line_each, Trained) {
    const Run one = run("photos", {"predict", "--model", model(), photograph("plain.png")});
    BOOST_TEST(one.status == 0, one.err);
    BOOST_TEST(one.lines().size() == 1u);
    const std::string line = one.lines()[0];
    BOOST_TEST(line.rfind(photograph("plain.png") + "\t", 0) == 0);
    BOOST_TEST(std::count(line.begin(), line.end(), '\t') == 2);
    const double probability = std::stod(line.substr(line.rfind('\t') + 1));
    BOOST_TEST((probability >= 0.33 && probability <= 1));

    const Run all = run("photos", {"predict", "--model", model(), (folder / "set/ada").string()});
    BOOST_TEST(all.status == 0, all.err);
    BOOST_TEST(all.lines().size() == 4u);
    BOOST_TEST(contains(all.out, "/with space.png\t"));
    BOOST_TEST(contains(all.out, "/Zoë 山.png\t"));
    BOOST_TEST(contains(all.out, "/new\\nline\\t\\x1b[31m.png\t"));
    BOOST_TEST(!contains(all.out, "\x1b"));
}

BOOST_FIXTURE_TEST_CASE(a_bad_file_among_good_ones_is_named_and_the_others_answered, Trained) {
    const std::string broken = folder.write("broken\n.png", "not a picture").string();
    const Run r = run("photos", {"predict", "--model", model(), photograph("plain.png"), broken, at("not-there.png"),
                                 photograph("with space.png")});
    BOOST_TEST(r.status == 1);
    BOOST_TEST(r.lines().size() == 2u);
    BOOST_TEST(std::count(r.err.begin(), r.err.end(), '\n') == 2, r.err);
    BOOST_TEST(contains(r.err, "/broken\\n.png: "));
    BOOST_TEST(contains(r.err, "not-there.png: must be a picture or a folder"));
}

BOOST_FIXTURE_TEST_CASE(a_folder_with_bad_files_is_answered_for_the_good_ones, Trained) {
    const fs::path mixed = folder / "mixed";
    fs::create_directories(mixed);
    fs::copy_file(photograph("plain.png"), mixed / "good.png");
    fs::copy_file(photograph("plain.png"), mixed / "also good.png");
    folder.write("mixed/empty.jpg", "");
    folder.write("mixed/cut.png", content(photograph("plain.png")).substr(0, 100));
    folder.write("mixed/no picture\x1b.gif", "GIF89a");
    const Run r = run("photos", {"predict", "--model", model(), mixed.string()});
    BOOST_TEST(r.status == 1);
    BOOST_TEST(r.lines().size() == 2u);
    BOOST_TEST(contains(r.out, "/good.png\t"));
    BOOST_TEST(contains(r.out, "/also good.png\t"));
    BOOST_TEST(std::count(r.err.begin(), r.err.end(), '\n') == 3, r.err);
    for (const char* name : {"/empty.jpg: ", "/cut.png: ", "/no picture\\x1b.gif: "})
        BOOST_TEST(contains(r.err, name), r.err);
}

BOOST_FIXTURE_TEST_CASE(what_is_left_out_of_a_folder_is_named, Trained) {
    const fs::path mixed = folder / "mixed";
    fs::create_directories(mixed / "sub");
    fs::copy_file(photograph("plain.png"), mixed / "good.png");
    folder.write("mixed/c.txt", "x");
    folder.write("mixed/.hidden", "x");
    const Run r = run("photos", {"predict", "--model", model(), mixed.string()});
    BOOST_TEST(r.status == 1);
    BOOST_TEST(r.lines().size() == 1u);
    BOOST_TEST(r.err == fmt::format("error: {0}/c.txt: not a picture (its extension is '.txt')\n"
                                    "error: {0}/sub: a folder inside a folder of photographs\n",
                                    mixed.string()));
}

BOOST_FIXTURE_TEST_CASE(output_that_cannot_be_written_is_an_error, Trained) {
    if (!fs::exists("/dev/full")) {
        BOOST_TEST_MESSAGE("skipped: there is no /dev/full");
        return;
    }
    const std::string command =
        command_of("photos", {"predict", "--model", model(), photograph("plain.png")}) + " >/dev/full 2>";
    const int status = std::system((command + quoted(at("said"))).c_str());
    BOOST_TEST(WEXITSTATUS(status) == 1);
    BOOST_TEST(content(at("said")) == "error: the output cannot be written\n");
}

BOOST_FIXTURE_TEST_CASE(inspects_a_model, Trained) {
    const Run r = run("photos", {"inspect", "--model", model()});
    BOOST_TEST(r.status == 0, r.err);
    BOOST_TEST(contains(r.out, "network   Image<1, 128, 128> | 0 Conv<16, 3> | 1 BN | "));
    BOOST_TEST(contains(r.out, "classes   3: ada ben cleo\n"));
    BOOST_TEST(contains(r.out, "step      6\n"));
    BOOST_TEST(contains(r.out, "20.weight                1000x128 "));
}

BOOST_FIXTURE_TEST_CASE(weights_travel_without_what_only_training_needs, Trained) {
    const Run exported = run("photos", {"export", "--model", model(), "--weights", at("weights.safetensors")});
    BOOST_TEST(exported.status == 0, exported.err);
    BOOST_TEST(contains(exported.out, at("weights.safetensors") + ": the weights"));
    const tn::Safetensors all(model()), weights(at("weights.safetensors"));
    BOOST_TEST(!weights.find("optimizer.0.0.weight"));
    BOOST_TEST(weights.metadata("format") == "pt");
    for (const auto& t : weights.tensors()) {
        BOOST_REQUIRE(all.find(t.name));
        BOOST_TEST(std::equal(t.data.begin(), t.data.end(), all.find(t.name)->data.begin()));
    }
    // A run from these weights begins where that one ended: with a rate of almost 0 the model stays.
    const auto from = [&](const std::string& file) {
        return std::vector<std::string>{"train",  set(),  "--out",   at("again"), "--iterations", "1",
                                        "--rate", "1e-8", "--batch", "4",         "--weights",    file};
    };
    BOOST_TEST(run("photos", from(at("weights.safetensors"))).status == 0);
    const tn::Safetensors again(at("again/model.safetensors"));
    double most = 0;
    for (std::size_t i = 0; i < 1000; ++i)
        most = std::max(most, std::abs(double(again.find("16.weight")->data[i]) - weights.find("16.weight")->data[i]));
    BOOST_TEST(most < 1e-6);
    BOOST_TEST(contains(complaint("photos", from(at("nothing"))), "nothing: cannot be read: "));
    BOOST_TEST(
        contains(complaint("photos", {"export", "--model", model()}), "say what to write: --weights FILE, --header"));
    BOOST_TEST(contains(complaint("photos", {"export", "--model", model(), "--weights", at("no/folder")}),
                        "no/folder: cannot be written"));
}

BOOST_FIXTURE_TEST_CASE(an_exported_header_predicts_the_same_without_the_library, Trained) {
    const Run exported = run("photos", {"export", "--model", model(), "--header", at("faces.hpp"), "--name", "faces"});
    BOOST_TEST(exported.status == 0, exported.err);
    const std::string line = run("photos", {"predict", "--model", model(), photograph("plain.png")}).lines().at(0);
    const std::string best = line.substr(line.find('\t') + 1, line.rfind('\t') - line.find('\t') - 1);
    const tn::Picture picture = tn::resize(tn::read_picture(photograph("plain.png"), 1), {1, 128, 128});
    folder.write(
        "main.cpp",
        fmt::format(
            "#include \"faces.hpp\"\n"
            "const unsigned char bytes[faces::inputs] = {{{}}};\n"
            "float x[faces::inputs], y[faces::outputs], work[faces::workspace];\n"
            "int main() {{\n"
            "    static_assert(faces::outputs == 3 && faces::height == 128 && faces::workspace * sizeof(float) < "
            "2000000);\n"
            "    for (std::size_t i = 0; i < faces::inputs; ++i) x[i] = (bytes[i] / 255.0f - faces::mean[0]) / "
            "faces::deviation[0];\n"
            "    faces::infer(x, y, work);\n"
            "    std::size_t best = 0;\n"
            "    for (std::size_t i = 0; i < faces::outputs; ++i) best = y[i] > y[best] ? i : best;\n"
            "    return y[best] - {} < 1e-4 && {} - y[best] < 1e-4 && faces::classes[best][0] == '{}' ? 0 : 1;\n"
            "}}\n",
            fmt::join(picture.pixels, ", "), line.substr(line.rfind('\t') + 1), line.substr(line.rfind('\t') + 1),
            best[0]));
    const Run built = run_shell(fmt::format("{} -std=c++17 -O1 -Wall -Wextra -Werror {} -o {}", TN_CXX,
                                            quoted(at("main.cpp")), quoted(at("main"))));
    BOOST_TEST(built.status == 0, built.err);
    BOOST_TEST(run_shell(quoted(at("main"))).status == 0);
    BOOST_TEST(contains(complaint("photos", {"export", "--model", model(), "--header", at("a.hpp"), "--name", "a b"}),
                        "the name of a header's namespace must be letters"));
    BOOST_TEST(!fs::exists(at("a.hpp")));
    BOOST_TEST(contains(exported.out, "faces::infer(x, y, work), where work is "));
    BOOST_TEST(run("photos", {"export", "--model", model(), "--header", at("b.hpp"), "--block", "--weights-as", "fp16"})
                   .status == 0);
    BOOST_TEST((fs::file_size(at("b.hpp")) < 100000u && fs::file_size(at("b.hpp.bin")) < 2400000u));
    BOOST_TEST(run("photos", {"export", "--model", model(), "--header", at("a.hpp"), "--weights-as", "fp8"}).status !=
               0);
}

BOOST_FIXTURE_TEST_CASE(exports_headers_in_int8, Trained) {
    const auto int8 = [&](std::vector<std::string> more) {
        std::vector<std::string> words{"export", "--model", model(), "--weights-as", "int8"};
        words.insert(words.end(), more.begin(), more.end());
        return words;
    };
    const Run bytes = run("photos", int8({"--header", at("a.hpp"), "--block", "--calibrate", set()}));
    BOOST_TEST(bytes.status == 0, bytes.err);
    BOOST_TEST(fs::file_size(at("a.hpp.bin")) < 1200000u);
    const Run integers = run("photos", int8({"--header", at("b.hpp"), "--integers", "--calibrate", set()}));
    BOOST_TEST(integers.status == 0, integers.err);
    BOOST_TEST(contains(integers.out, "network::infer(x, y, work), where work is "));
    BOOST_TEST(contains(integers.out, " bytes\n"));
    folder.write("main.cpp",
                 "#include \"b.hpp\"\nunsigned char x[network::inputs], work[network::workspace];\nint y[3];\n"
                 "int main() { network::infer(x, y, work); return network::outputs == 3 && y[0] != y[1] ? 0 : 1; }\n");
    BOOST_TEST(run_shell(fmt::format("{} -std=c++17 -O1 -Wall -Wextra -Werror {} -o {} && {}", TN_CXX,
                                     quoted(at("main.cpp")), quoted(at("main")), quoted(at("main"))))
                   .status == 0);
    BOOST_TEST(contains(complaint("photos", int8({"--header", at("c.hpp")})), "needs --calibrate FOLDER"));
    BOOST_TEST(contains(complaint("photos", int8({"--header", at("c.hpp"), "--calibrate", at("nothing")})),
                        "nothing: must be a folder of photographs to calibrate with"));
    BOOST_TEST(contains(complaint("photos", int8({"--page", at("c.html")})), "needs --calibrate FOLDER"));
    BOOST_TEST(contains(complaint("photos", int8({"--page", at("c.html"), "--calibrate", set(), "--integers"})),
                        "--integers is for --header FILE"));
    BOOST_TEST(contains(complaint("photos", {"export", "--model", model(), "--header", at("c.hpp"), "--integers"}),
                        "--integers needs --weights-as int8"));
    BOOST_TEST(!fs::exists(at("c.hpp")));
}

BOOST_FIXTURE_TEST_CASE(a_model_in_int8_is_asked_like_any_other, Trained) {
    const Run exported =
        run("photos", {"export", "--model", model(), "--int8", at("int8.safetensors"), "--calibrate", set()});
    BOOST_TEST(exported.status == 0, exported.err);
    BOOST_TEST(fs::file_size(at("int8.safetensors")) < 1200000u);  // of 1.15 million weights
    const auto probability = [&](const std::string& file) {
        const Run r = run("photos", {"predict", "--json", "--model", file, photograph("plain.png")});
        BOOST_REQUIRE_MESSAGE(r.status == 0, r.err);
        const std::size_t at = r.out.find("\"probabilities\"");
        return std::stod(r.out.substr(r.out.find(':', r.out.find(':', at) + 1) + 1));
    };
    BOOST_TEST(std::abs(probability(at("int8.safetensors")) - probability(model())) < 0.03);
    const Run tested = run("photos", {"test", set(), "--model", at("int8.safetensors"), "--threads", "2", "--out",
                                      at("report"), "--isa", "portable"});
    BOOST_TEST(tested.status == 0, tested.err);
    BOOST_TEST(tested.lines()[0] == "cpu, 2 threads, int8 by portable");
    const Run same = run("photos", {"test", set(), "--model", at("int8.safetensors"), "--threads", "1"});
    BOOST_TEST(same.lines()[4] == tested.lines()[4]);  // accuracy and loss
    BOOST_TEST(tn::read_picture(at("report/predictions.png"), 3).shape.width > 100);
    const Run inspected = run("photos", {"inspect", "--model", at("int8.safetensors")});
    BOOST_TEST(inspected.status == 0, inspected.err);
    BOOST_TEST(contains(inspected.out, "0.weight                 16x9             I8\n"));

    const std::string int8 = at("int8.safetensors");
    BOOST_TEST(complaint("photos", {"export", "--model", int8, "--onnx", at("a.onnx")}) ==
               int8 + ": is in int8: name the model that it was made from");
    BOOST_TEST(
        complaint("photos", {"predict", "--model", int8, "--heat-map", at("heat.png"), photograph("plain.png")}) ==
        int8 + ": is in int8, which has no heat maps: name the model that it was made from");
    BOOST_TEST(complaint("photos", {"export", "--model", model(), "--int8", at("other.safetensors")}) ==
               "--int8 needs --calibrate FOLDER: photographs like those that the model was trained on");
    BOOST_TEST(!fs::exists(at("other.safetensors")));
    auto bytes = tn::read_file(int8, 10 << 20);
    bytes[bytes.size() / 2] ^= 1;
    tn::write_file(int8, bytes);
    BOOST_TEST(
        contains(complaint("photos", {"predict", "--model", int8, photograph("plain.png")}), int8 + ": is damaged"));
}

BOOST_FIXTURE_TEST_CASE(exports_an_onnx_model, Trained) {
    const Run exported = run("photos", {"export", "--model", model(), "--onnx", at("faces.onnx")});
    BOOST_TEST(exported.status == 0, exported.err);
    BOOST_TEST(fs::file_size(at("faces.onnx")) > 4000000u);

    const auto probabilities = [&](const std::string& path) {
        std::vector<double> found;
        for (const std::string& line : run("photos", {"predict", "--model", path, set() + "/ada"}).lines())
            found.push_back(std::stod(line.substr(line.rfind('\t') + 1)) + 10 * (line.find("\tada\t") != line.npos));
        return found;
    };
    const Run imported = run("photos", {"import", at("faces.onnx"), "--out", at("imported.safetensors")});
    BOOST_TEST(imported.out == at("imported.safetensors") + ": network grey-128, 3 classes\n", imported.err);
    const std::vector<double> own = probabilities(model()), other = probabilities(at("imported.safetensors"));
    BOOST_REQUIRE((own.size() == 4u && other.size() == 4u));
    for (std::size_t i = 0; i < own.size(); ++i) BOOST_TEST(std::abs(own[i] - other[i]) < 2e-4);
    BOOST_TEST(contains(complaint("photos", {"import", at("faces.onnx"), "--network", "colour-128", "--out", at("no")}),
                        "faces.onnx: fits no network; colour-128: node '0 Conv<16, 3>' (Conv): does not fit"));
    BOOST_TEST(contains(complaint("photos", {"import", model(), "--out", at("no")}), "is no ONNX model"));
    BOOST_TEST(!fs::exists(at("no")));
}

BOOST_FIXTURE_TEST_CASE(refuses_models_that_are_not_its_own, Trained) {
    const std::string bytes = content(model());
    const auto predict = [&](const std::string& path) {
        return complaint("photos", {"predict", "--model", path, photograph("plain.png")});
    };
    BOOST_TEST(contains(predict(at("none")), "none: cannot be read: No such file or directory"));
    BOOST_TEST(contains(predict(set()), "set: must be a regular file"));
    BOOST_TEST(contains(predict(folder.write("empty", "").string()), "is not a safetensors file"));
    BOOST_TEST(contains(predict(folder.write("cut", bytes.substr(0, bytes.size() / 2)).string()), "cut: "));
    std::string flipped = bytes;
    flipped[flipped.size() - 1000] ^= 1;
    BOOST_TEST(contains(predict(folder.write("flipped", flipped).string()), "flipped: is damaged"));
    std::string other = bytes;
    const std::size_t layer = other.find("Conv<32, 3>");
    BOOST_REQUIRE(layer != other.npos);
    other.replace(layer, 11, "Conv<31, 3>");
    BOOST_TEST(
        contains(predict(folder.write("other", other).string()),
                 "other: is of another network: the layer is '4 Conv<31, 3>' in the file, but '4 Conv<32, 3>' here"));
    BOOST_TEST(contains(complaint("photos", {"inspect", "--model", at("flipped")}), "flipped: is damaged"));
    BOOST_TEST(contains(complaint("photos", {"test", set(), "--model", at("other")}), "is of another network"));
}
