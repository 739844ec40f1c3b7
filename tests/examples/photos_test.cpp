// The photos program from outside: a few steps on a few drawn characters, what makes a run and what it refuses, and
// every way to ask wrongly.
#define BOOST_TEST_MODULE photos
#include <fmt/ranges.h>

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>
#include <sstream>

#include "runtime/core/isa.hpp"
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

BOOST_FIXTURE_TEST_CASE(a_run_that_was_killed_and_resumed_ends_with_the_same_model, Photographs) {
    const auto words = [&](const char* out, const char* iterations) {
        return std::vector<std::string>{"train", set(), "--out", at(out), "--iterations", iterations, "--batch", "3"};
    };
    BOOST_TEST(run("photos", words("whole", "24")).status == 0);
    // A quick machine, or one that is very busy, may have come to its end before the kill: then once more.
    for (int attempt = 0; attempt < 20; ++attempt) {
        fs::remove_all(at("parts"));
        if (run_until(folder / "parts/model.safetensors", "photos", words("parts", "24"))) break;
    }
    auto again = words("parts", "24");
    again.push_back("--resume");
    const Run rest = run("photos", again);
    // It may have been killed after its last checkpoint.
    BOOST_TEST((rest.status == 0 || contains(rest.err, "ask for a longer one")), rest.err);
    BOOST_TEST((content(at("whole/model.safetensors")) == content(at("parts/model.safetensors"))));
    // Every epoch once, with what it gave; how long it took and whether it was tested depends on the clock.
    const auto trained = [&](const char* out) {
        std::vector<std::string> rows;
        std::istringstream lines(content(at(out)));
        for (std::string line; std::getline(lines, line);) {
            std::size_t end = 0;
            for (int comma = 0; comma < 4; ++comma) end = line.find(',', end + 1);
            rows.push_back(line.substr(0, end));
        }
        return rows;
    };
    BOOST_TEST(trained("whole/metrics.csv").size() == 9u);
    BOOST_TEST(trained("whole/metrics.csv") == trained("parts/metrics.csv"), boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(a_run_that_has_ended_can_be_resumed_for_longer, Trained) {
    const std::string metrics = content(at("run/metrics.csv"));
    const Run longer = run("photos", {"train", set(), "--out", at("run"), "--epochs", "3", "--batch", "4", "--seed",
                                      "3", "--test-share", "0.25", "--resume"});
    BOOST_TEST(longer.status == 0, longer.err);
    BOOST_TEST(content(at("run/metrics.csv")).rfind(metrics, 0) == 0);
    BOOST_TEST(contains(content(at("run/metrics.csv")), "\n3,9,"));
    BOOST_TEST(contains(content(at("run/metrics.jsonl")), "\"epoch\":3"));
    // Each epoch once, also those of the first part.
    const std::string events = content(at("run/events.out.tfevents.photos"));
    std::size_t found = 0;
    for (std::size_t place = 0; (place = events.find("loss/train", place)) != events.npos; ++place) ++found;
    BOOST_TEST(found == 3u);
}

BOOST_FIXTURE_TEST_CASE(resuming_refuses_what_is_not_the_same_run, Trained) {
    const auto resume = [&](const std::string& from, const char* out, const char* seed) {
        return complaint("photos", {"train", from, "--out", at(out), "--resume", "--epochs", "3", "--seed", seed});
    };
    BOOST_TEST(resume(set(), "run", "4") == model() + ": is of a run with seed 3, not 4: go on with the same seed");
    fs::copy(set(), at("other"), fs::copy_options::recursive);
    fs::rename(at("other/cleo"), at("other/dan"));
    BOOST_TEST(resume(at("other"), "run", "3") ==
               model() + ": is of a run with other classes: ada ben cleo, not ada ben dan");
    BOOST_TEST(resume(set(), "run", "3") == model() + ": is of a run with batch 4, not 64: go on with the same");
    BOOST_TEST(contains(resume(set(), "nothing-here", "3"), "model.safetensors: cannot be read: No such file"));
    folder.write("run/metrics.csv", "epoch\n");
    BOOST_TEST(contains(resume(set(), "run", "3"), "metrics.csv: must begin with 'epoch,iteration,"));
}

BOOST_FIXTURE_TEST_CASE(resuming_refuses_other_photographs_of_the_same_number, Trained) {
    const auto resume = [&](const std::string& from, std::vector<std::string> more = {}) {
        std::vector<std::string> words{"train",        from,   "--out",   at("run"), "--resume", "--epochs", "3",
                                       "--test-share", "0.25", "--batch", "4",       "--seed",   "3"};
        words.insert(words.end(), more.begin(), more.end());
        return run("photos", words);
    };
    const std::string refusal = "error: " + model() + ": is of a run with other photographs (their digest is ";
    fs::copy(set(), at("other"), fs::copy_options::recursive);
    // What was tested would be trained on, or the other way round.
    fs::rename(at("other/ada/plain.png"), at("other/ada/zz.png"));
    BOOST_TEST(contains(resume(at("other")).err, refusal));
    fs::rename(at("other/ada/zz.png"), at("other/ada/plain.png"));
    fs::copy_file(at("other/ada/with space.png"), at("other/ada/plain.png"), fs::copy_options::overwrite_existing);
    BOOST_TEST(contains(resume(at("other")).err, refusal));
    const auto written = fs::last_write_time(at("run/augmentation.png"));
    BOOST_TEST(contains(resume(set(), {"--seed", "4"}).err, "seed"));
    BOOST_TEST((fs::last_write_time(at("run/augmentation.png")) == written));
    // The same ones may lie elsewhere.
    fs::copy_file(photograph("plain.png"), at("other/ada/plain.png"), fs::copy_options::overwrite_existing);
    const Run same = resume(at("other"));
    BOOST_TEST(same.status == 0, same.err);
}

BOOST_FIXTURE_TEST_CASE(what_it_wrote_into_a_set_is_no_class_of_it, Photographs) {
    const auto train = [&](const char* out, std::vector<std::string> more = {}) {
        std::vector<std::string> words{"train", set(), "--out", (folder / "set" / out).string(), "--iterations", "1"};
        words.insert(words.end(), more.begin(), more.end());
        const Run r = run("photos", words);
        BOOST_TEST(r.status == 0, r.err);
        BOOST_TEST(r.out.rfind("3 classes, 9 photographs to train on, 3 to test on\n", 0) == 0, r.out);
    };
    train("photos-run");
    train("photos-run");
    train("runs/first", {"--cache", at("set/cache")});
    train("runs/second", {"--cache", at("set/cache")});
    BOOST_TEST(run("photos", {"clean", set(), "--folds", "0", "--out", at("set/photos-clean")}).status == 0);
    BOOST_TEST(run("photos", {"clean", set(), "--folds", "0", "--out", at("set/photos-clean")}).status == 0);
    const std::string model = at("set/photos-run/model.safetensors");
    for (int i = 0; i < 2; ++i)
        BOOST_TEST(contains(run("photos", {"test", set(), "--model", model, "--out", at("set/report")}).out,
                            "% of 12 photographs"));
    BOOST_TEST(contains(complaint("photos", {"predict", "--model", model, at("set/report")}),
                        "report: holds what a program wrote, not photographs"));
    fs::create_directories(at("set/empty"));
    train("empty");
    BOOST_TEST(contains(complaint("photos", {"train", set(), "--out", at("set/ada"), "--iterations", "1"}),
                        "set/ada: holds pictures, among which results would be taken for photographs"));
    BOOST_TEST(!fs::exists(at("set/ada/model.safetensors")));
}

BOOST_FIXTURE_TEST_CASE(what_cannot_begin_leaves_no_folder, Trained) {
    fs::create_directories(at("one/ada"));
    fs::copy(folder / "set/ada", at("one/ada"));
    const std::string out = at("made/for/this");
    const std::vector<std::vector<std::string>> all{
        {"train", at("nothing")},
        {"train", at("one")},
        {"train", set(), "--resume"},
        {"train", set(), "--weights", at("nothing")},
        {"train", set(), "--test", at("nothing")},
        {"train", set(), "--train-per-class", "4"},
        {"train", set(), "--train-per-class", "1", "--patience", "2"},
        {"train", set(), "--augmentation", "wild"},
        {"train", set(), "--network", "grey-128", "--augmentation", "hue=1:0.1"},
        {"train", set(), "--batch", "0"},
        {"test", at("nothing"), "--model", model()},
        {"test", set(), "--model", at("nothing")},
        {"clean", at("nothing")},
        {"clean", set(), "--test", at("nothing")},
        {"clean", set(), "--augmentation", "wild"},
        {"clean", set(), "--folds", "1"},
        {"clean", set(), "--move", at("set/away")},
    };
    for (std::vector<std::string> words : all) {
        words.insert(words.end(), {"--out", out});
        BOOST_TEST(run("photos", words).status == 1, fmt::format("{}", fmt::join(words, " ")));
        BOOST_TEST(!fs::exists(at("made")), fmt::format("{}", fmt::join(words, " ")));
    }
    BOOST_TEST(run("photos", {"export", "--model", model(), "--weights", at("w"), "--header", at("h"), "--name", "a b"})
                   .status == 1);
    BOOST_TEST((!fs::exists(at("w")) && !fs::exists(at("h"))));
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

BOOST_FIXTURE_TEST_CASE(refuses_folders_it_cannot_train_on, Photographs) {
    const auto train = [&](const std::string& path) {
        return complaint("photos", {"train", path, "--out", at("run"), "--iterations", "1"});
    };
    BOOST_TEST(contains(train(at("nothing")), "nothing: must be a folder with one sub-folder per class"));
    BOOST_TEST(contains(train(at("new\nline")), "new\\nline: must be a folder"));
    fs::create_directories(at("one"));
    fs::copy(folder / "set/ada", at("one/ada"));
    BOOST_TEST(contains(train(at("one")), "one: must have a sub-folder for each of at least 2 classes, not 1"));
    folder.write("one/nobody/a.webp", "");
    BOOST_TEST(contains(
        train(at("one")),
        "nobody: the class must have at least one picture: a.webp (the picture cannot be decoded: it is empty)"));
    fs::remove(at("one/nobody/a.webp"));
    fs::rename(at("one/nobody"), at("one/B\xe9la"));
    fs::copy(folder / "set/ben", at("one/B\xe9la"));
    BOOST_TEST(contains(train(at("one")), "B\\xe9la: the name of a class must be UTF-8"));
    folder.write("set/ada/broken.png", "no picture");
    BOOST_TEST(contains(train(set()), "1 of 13 pictures cannot be used, more than 5 %: "));
    BOOST_TEST(!fs::exists(at("run/model.safetensors")));
}

BOOST_FIXTURE_TEST_CASE(what_cannot_be_read_is_named_by_kind_and_passed_over_on_request, Trained) {
    for (int i = 0; i < 5; ++i) {
        folder.write(fmt::format("set/ada/broken {}.png", i), "no picture");
        folder.write(fmt::format("set/ada/{}.txt", i), "words");
    }
    folder.write("set/ben/empty.png", "");
    const std::vector<std::string> words{"test", set(), "--model", model()};
    BOOST_TEST(contains(complaint("photos", words), "6 of 18 pictures cannot be used, more than 5 %: "));
    BOOST_TEST(contains(complaint("photos", words), "; --skip-unreadable goes on without them"));
    for (const std::string command : {"test", "clean", "train"}) {
        std::vector<std::string> all{command, set(), "--skip-unreadable", "--out", at(("skipped " + command).c_str())};
        if (command == "test") all.insert(all.end(), {"--model", model()});
        if (command == "clean") all.insert(all.end(), {"--folds", "0"});
        if (command == "train") all.insert(all.end(), {"--iterations", "1", "--batch", "4"});
        const Run r = run("photos", all);
        BOOST_TEST(r.status == 0, r.err);
        BOOST_TEST(contains(
            r.out, "skipped " + set() + "/ada/0.txt, " + set() + "/ada/1.txt, " + set() + "/ada/2.txt and 2 more: "));
        BOOST_TEST(contains(r.out, "skipped " + set() + "/ada/broken 0.png, "));
        BOOST_TEST(contains(r.out, "broken 2.png and 2 more: "));
        BOOST_TEST(contains(r.out, "skipped " + set() + "/ben/empty.png: "));
        BOOST_TEST(!contains(r.out, "broken 4.png"));
    }
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

BOOST_FIXTURE_TEST_CASE(a_test_folder_must_have_the_same_classes, Trained) {
    fs::create_directories(at("strangers/zoe"));
    fs::copy(folder / "set/ada/plain.png", at("strangers/zoe/plain.png"));
    BOOST_TEST(contains(complaint("photos", {"test", at("strangers"), "--model", model()}),
                        "zoe: the class is not one of the 3 given ones"));
    BOOST_TEST(contains(complaint("photos", {"train", set(), "--test", at("strangers"), "--out", at("run2")}),
                        "zoe: the class is not one of the 3 given ones"));
}

BOOST_FIXTURE_TEST_CASE(refuses_options_that_cannot_be, Photographs) {
    const auto train = [&](std::vector<std::string> words) {
        words.insert(words.begin(), {"train", "--generated", "10", "--iterations", "1", "--out", at("run")});
        return complaint("photos", words);
    };
    BOOST_TEST(contains(train({"--threads", "-1"}), "threads must be 0 (every core) to 1024, not -1"));
    BOOST_TEST(contains(train({"--threads", "many"}), "many"));
    BOOST_TEST(contains(train({"--device", "gpu"}), "--device must be cpu, cuda or auto, not 'gpu'"));
    if (!fs::exists("/dev/nvidiactl")) {
        BOOST_TEST(contains(train({"--device", "cuda"}), "--device cuda was asked for, but "));
        BOOST_TEST(contains(train({"--precision", "bf16"}), "the CPU computes in fp32: --precision bf16 needs"));
    }
    BOOST_TEST(contains(train({"--precision", "fp8"}), "--precision"));
    BOOST_TEST(contains(train({"--isa", "sse9"}), "must be best, portable, avx2 or avx512, not \"sse9\""));
    BOOST_TEST(contains(train({"--augmentation", "wild"}), "augmentation 'wild' must be"));
    BOOST_TEST(contains(train({"--augmentation", "strong,flip=2"}), "flip=2"));
    BOOST_TEST(contains(train({"--augmentation", "strong,spin=0.5"}), "spin"));
    BOOST_TEST(contains(train({"--network", "grey-128", "--augmentation", "strong,hue=0.5:0.1"}),
                        "augmentation 'hue' must be of pictures in colour, of 3 channels, not 1"));
    BOOST_TEST(contains(train({"--seed", "-1"}), "--seed"));
    BOOST_TEST(contains(train({"--batch", "257"}), "--batch must be auto or a number from 1 to 256, not '257'"));
    BOOST_TEST(contains(train({"--epochs", "-1"}), "--epochs"));
    BOOST_TEST(contains(train({"--rate", "nan"}), "--rate"));
    BOOST_TEST(contains(train({"--label-smoothing", "1"}), "--label-smoothing"));
    BOOST_TEST(contains(train({"--mixup", "-1"}), "--mixup"));
    BOOST_TEST(contains(train({"--cutmix", "101"}), "--cutmix"));
    BOOST_TEST(contains(train({"--average", "1"}), "--average"));
    BOOST_TEST(contains(train({"--colour"}), "--colour"));
    BOOST_TEST(!fs::exists(at("run/model.safetensors")));
    BOOST_TEST(contains(complaint("photos", {}), "photos --help"));
    BOOST_TEST(contains(complaint("photos", {"paint"}), "photos --help"));
    BOOST_TEST(contains(complaint("photos", {"predict"}), "files"));
    const Run help = run("photos", {"--help"});
    BOOST_TEST(help.status == 0);
    BOOST_TEST(contains(help.out, "predict"));
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

BOOST_FIXTURE_TEST_CASE(an_instruction_set_that_is_not_there_is_refused_and_one_that_is_runs, Photographs) {
    for (const tn::Isa isa : {tn::Isa::portable, tn::Isa::avx2, tn::Isa::avx512}) {
        const std::vector<std::string> words{"train",   "--generated", "10",          "--iterations", "1", "--out",
                                             at("run"), "--isa",       tn::name(isa), "--batch",      "4"};
        if (tn::available(isa))
            BOOST_TEST(contains(run("photos", words).out, std::string(tn::name(isa)) + " kernels"));
        else
            BOOST_TEST(contains(complaint("photos", words), std::string("the instruction set ") + tn::name(isa) +
                                                                " was asked for, but this CPU has "));
    }
}

BOOST_FIXTURE_TEST_CASE(an_out_folder_that_cannot_be_is_refused_before_training, Photographs) {
    folder.write("file", "");
    const auto train = [&](const std::string& out) {
        return complaint("photos", {"train", set(), "--out", out, "--iterations", "1000000"});
    };
    BOOST_TEST(contains(train(at("file")), "file: the folder cannot be made: "));
    BOOST_TEST(contains(train(at("file/below")), "below: the folder cannot be made: "));
    BOOST_TEST(contains(train("/proc/typenet"), "/proc/typenet: the folder cannot be made: "));
    fs::create_directories(at("run/augmentation.png"));
    BOOST_TEST(contains(train(at("run")), "augmentation.png: cannot be written: it is not a regular file"));
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
