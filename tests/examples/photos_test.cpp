// The photos program from outside: a few steps on a few drawn characters, and what makes a run.
#define BOOST_TEST_MODULE photos
#include <fmt/format.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "runtime/data/image.hpp"
#include "tests/examples/photographs.hpp"

using namespace tn_test;

BOOST_FIXTURE_TEST_CASE(trains_on_a_folder, Trained) {
    BOOST_TEST(training.status == 0, training.err);
    BOOST_TEST(contains(training.out, "3 classes, 9 photographs to train on, 3 to test on"));
    BOOST_TEST(contains(training.out, "cpu, 2 threads, "));
    BOOST_TEST(contains(training.out, "test accuracy "));
    BOOST_TEST(contains(training.out, "waited for photographs "));
    for (const char* file :
         {"model.safetensors", "report.html", "curves.png", "confusion.png", "predictions.png", "augmentation.png"}) {
        BOOST_TEST(fs::file_size(folder / "run" / file) > 100u, file);
        BOOST_TEST(contains(training.out, file));
    }
    const std::string lines = content(at("run/metrics.jsonl")), svg = content(at("run/curves.svg"));
    BOOST_TEST(std::count(lines.begin(), lines.end(), '\n') == 2);
    std::istringstream json(lines);
    for (std::string line; std::getline(json, line);) {
        const auto epoch = nlohmann::json::parse(line);
        BOOST_TEST(epoch.size() == 11u);
        for (const char* share : {"idle", "loading"})
            BOOST_TEST((epoch[share].get<double>() >= 0 && epoch[share].get<double>() < 1), share);
        BOOST_TEST(contains(content(at("run/metrics.csv")),
                            fmt::format("\n{},{},{:.6f},", epoch["epoch"].get<int>(), epoch["iteration"].get<int>(),
                                        epoch["train_loss"].get<double>())));
    }
    BOOST_TEST(svg.rfind("<svg xmlns=", 0) == 0);
    const std::string report = content(at("run/report.html"));
    BOOST_TEST(contains(report, "9 to train on, 3 to test on"));
    BOOST_TEST(contains(report, "Conv&lt;16, 3&gt;"));
    BOOST_TEST(contains(report, "Every file was used."));
    BOOST_TEST(tn::read_picture(at("run/curves.png"), 3).shape.width > 100);
    std::size_t files = 0;
    for (const auto& entry : fs::directory_iterator(at("run"))) files += entry.is_regular_file();
    BOOST_TEST(files == 12u);  // with the marker
}

BOOST_FIXTURE_TEST_CASE(a_cache_of_decoded_photographs_trains_the_same_model, Photographs) {
    const auto trained = [&](const char* out, bool cached) {
        std::vector<std::string> words{"train", set(), "--out", at(out), "--iterations", "3", "--batch", "4"};
        if (cached) words.insert(words.end(), {"--cache", at("cache")});
        const Run r = run("photos", words);
        BOOST_TEST(r.status == 0, r.err);
        return content(at(out) + "/model.safetensors");
    };
    const std::string model = trained("without", false);
    BOOST_TEST((trained("first", true) == model));
    BOOST_TEST(std::distance(fs::directory_iterator(at("cache")), {}) == 2);  // and the marker
    BOOST_TEST((trained("again", true) == model));
    BOOST_TEST(contains(complaint("photos", {"train", set(), "--out", at("x"), "--cache", "/dev/null/x"}),
                        "/dev/null/x: the folder cannot be made"));
}

BOOST_FIXTURE_TEST_CASE(a_class_without_test_photographs_has_no_recall, Trained) {
    fs::create_directories(at("two"));
    for (const char* name : {"ada", "ben"}) fs::copy(folder / "set" / name, folder / "two" / name);
    const Run r = run("photos", {"test", at("two"), "--model", model()});
    BOOST_TEST(r.status == 0, r.err);
    BOOST_REQUIRE(r.lines().size() == 6u);
    BOOST_TEST(contains(r.lines()[1], " %  recall "));
    BOOST_TEST(!contains(r.lines()[1], "recall    none"));
    BOOST_TEST(r.lines()[3].rfind("cleo", 0) == 0);
    BOOST_TEST(contains(r.lines()[3], "recall    none"), r.lines()[3]);
}

BOOST_FIXTURE_TEST_CASE(the_recipe_is_chosen_by_options_and_a_run_with_all_of_it_can_be_resumed, Photographs) {
    std::vector<std::string> words{"train",     set(),
                                   "--out",     at("run"),
                                   "--epochs",  "2",
                                   "--batch",   "4",
                                   "--mixup",   "0.2",
                                   "--cutmix",  "1",
                                   "--average", "0.9",
                                   "--mirror",  "--label-smoothing",
                                   "0.1",       "--schedule",
                                   "constant",  "--warm-up",
                                   "0.2",       "--class-weights",
                                   "balanced",  "--clip",
                                   "0.5"};
    const Run first = run("photos", words);
    BOOST_TEST(first.status == 0, first.err);
    words[5] = "3";
    words.push_back("--resume");
    const Run more = run("photos", words);
    BOOST_TEST(more.status == 0, more.err);
    const std::string photograph = (folder / "set/ada/plain.png").string();
    const Run plain = run("photos", {"predict", "--model", at("run/model.safetensors"), photograph});
    const Run mirrored = run("photos", {"predict", "--mirror", "--model", at("run/model.safetensors"), photograph});
    BOOST_TEST(plain.status == 0, plain.err);
    BOOST_TEST(mirrored.status == 0, mirrored.err);
    BOOST_TEST(mirrored.out != plain.out);
    BOOST_TEST(!contains(run("photos", {"inspect", "--model", at("run/model.safetensors")}).out, "training."));
    words.erase(words.begin() + 12, words.begin() + 14);
    BOOST_TEST(contains(complaint("photos", words), "model.safetensors: is of a run with average 0.9, not 0"));
}

BOOST_FIXTURE_TEST_CASE(stops_early_by_photographs_that_are_held_out_of_training, Photographs) {
    const std::vector<std::string> words{"train",        set(),  "--out",      at("run"), "--epochs",   "300",
                                         "--batch",      "4",    "--patience", "2",       "--held-out", "0.3",
                                         "--test-share", "0.25", "--schedule", "constant"};
    const Run r = run("photos", words);
    BOOST_TEST(r.status == 0, r.err);
    BOOST_TEST(contains(r.out, "6 photographs to train on, 3 held out to decide when to stop, 3 to test on"));
    BOOST_TEST(contains(r.out, "kept is the model of epoch "));
    const std::string metrics = content(at("run/metrics.jsonl"));
    const auto epochs = std::count(metrics.begin(), metrics.end(), '\n');
    BOOST_TEST(epochs < 300);
    BOOST_TEST(!contains(metrics, "\"held_loss\":null"));
    BOOST_TEST(contains(r.out, fmt::format("kept is the model of epoch {}, ", epochs - 2)));
    BOOST_TEST(contains(content(at("run/report.html")), "6 to train on, 3 held out, 3 to test on"));
    BOOST_TEST(contains(content(at("run/curves.svg")), "held out"));
    auto again = words;
    again.push_back("--resume");
    BOOST_TEST(contains(complaint("photos", again), "the run has ended after epoch "));
    BOOST_TEST(
        contains(complaint("photos", {"train", set(), "--out", at("one"), "--train-per-class", "1", "--patience", "2"}),
                 "--patience needs a class with 2 photographs to train on or more"));
}

BOOST_FIXTURE_TEST_CASE(no_progress_is_mixed_with_the_epochs_in_a_pipe, Trained) {
    const std::vector<std::string> lines = Run{0, training.err, ""}.lines();
    BOOST_TEST(lines.size() >= 1u);
    for (const std::string& line : lines) BOOST_TEST(line.rfind("epoch", 0) == 0, line);
    // Two of these epochs are tested, the first and the last: what is between is named.
    const Run r = run("photos", {"train", set(), "--out", at("more"), "--epochs", "4", "--batch", "4"});
    BOOST_TEST(r.status == 0, r.err);
    BOOST_TEST((contains(r.err, "epochs 2 to 3 were not tested\n") || contains(r.err, "epoch   3  train loss")), r.err);
}

BOOST_AUTO_TEST_CASE(the_help_of_every_command_fits_80_columns) {
    using Words = std::vector<std::string>;
    for (const Words& command : {Words{}, Words{"train"}, Words{"test"}, Words{"predict"}, Words{"inspect"},
                                 Words{"clean"}, Words{"live"}, Words{"export"}}) {
        Words words = command;
        words.push_back("--help");
        const Run help = run("photos", words);
        BOOST_TEST(help.status == 0);
        BOOST_TEST(help.lines().size() > 5u);
        for (const std::string& line : help.lines()) BOOST_TEST(line.size() <= 80u, line);
    }
    const std::string indent(30, ' ');
    BOOST_TEST(contains(run("photos", {"train", "--help"}).out,
                        "\n  --patience INT:INT in [0 - 1000000]=0\n" + indent +
                            "stop after so many epochs without a better one on\n" + indent +
                            "photographs held out of training, and keep the\n" + indent + "best; 0: never\n"));
}

BOOST_FIXTURE_TEST_CASE(without_a_folder_it_says_that_the_characters_are_generated, Photographs) {
    const Run r = run("photos", {"train", "--generated", "10", "--iterations", "2", "--batch", "8", "--wrong-labels",
                                 "0.1", "--out", at("run")});
    BOOST_TEST(r.status == 0, r.err);
    BOOST_TEST(
        contains(r.out, "No folder was named, so pictures of three characters are generated:\n30 to train on, "));
    BOOST_TEST(contains(r.out, " of them with a wrong label on purpose, and 15 to test on.\n"));
    for (const std::string& line : r.lines()) BOOST_TEST(line.size() <= 80u, line);
}

BOOST_FIXTURE_TEST_CASE(training_takes_no_more_memory_than_it_may, Photographs) {
    const std::vector<std::string> words{"train", "--generated", "10", "--memory", "20M"};
    BOOST_TEST(contains(complaint("photos", words),
                        "--memory 20.0 MiB is too little: batches of 64 in 5 parts, the smallest, take "));
    const Run r =
        run("photos", {"train", "--generated", "30", "--iterations", "2", "--memory", "64M", "--out", at("run")});
    BOOST_TEST(r.status == 0, r.err);
    BOOST_TEST(contains(r.out, "training in batches of 64 needs 6"));
    BOOST_TEST(contains(r.out,
                        "\na step takes its batch in parts of up to 13, whose gradients are summed;\n"
                        "the statistics of batch normalisation are those of each part\n"));
}
