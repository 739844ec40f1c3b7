// The photos program: every way to ask wrongly, and that nothing is begun then.
#define BOOST_TEST_MODULE photos_refusals
#include <fmt/ranges.h>

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "runtime/core/isa.hpp"
#include "tests/examples/photographs.hpp"

using namespace tn_test;

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
