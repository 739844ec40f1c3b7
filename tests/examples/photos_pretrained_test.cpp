// The photos program on pretrained weights: the second stage, what it advises, what it answers, and wrong labels.
#define BOOST_TEST_MODULE photos_pretrained
#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "tests/examples/photos_sets.hpp"
#include "tests/support/process.hpp"
#include "tests/support/sanitized.hpp"

using namespace tn_test;
using tn::test::sanitized;

namespace {

const std::string& weights() {
    static const std::string path = Weights::once().at("weights.pth");
    return path;
}

/// The number behind these words.
double number_behind(const std::string& words, const std::string& text) {
    const std::size_t at = text.find(words);
    BOOST_REQUIRE_MESSAGE(at != text.npos, words + " is not in " + text);
    return std::stod(text.substr(at + words.size()));
}

}  // namespace

BOOST_AUTO_TEST_CASE(all_layers_are_trained_where_the_last_one_does_not_do) {
    const Set set(true, 50, false);
    const Run r = set.train({"--pretrained", weights(), "--epochs", "1"});
    BOOST_REQUIRE_MESSAGE(r.status == 0, r.err);
    BOOST_TEST(contains(r.out, "1 epoch of all layers follows, a tenth of the photographs held out"), r.out);
    BOOST_TEST(contains(r.out, "of 8 photographs held out all layers tell "), r.out);
    BOOST_TEST((contains(r.out, "all are kept") || contains(r.out, "trained on all photographs, is kept")), r.out);
    // The last layer's epoch, and one of all layers.
    BOOST_TEST(contains(content(set.at("run/metrics.csv")), "\n2,4,"), content(set.at("run/metrics.csv")));
    BOOST_TEST(contains(content(set.at("run/report.html")), "second stage"));
    BOOST_TEST(contains(run("photos", {"test", set.at("set"), "--model", set.model()}).out, "of 100 photographs"));
    // No photograph tells the classes apart, which is said.
    BOOST_TEST(contains(r.out, "the largest class alone would be 50.0 %, guessing 50.0 %"), r.out);
    BOOST_TEST(contains(r.out, "hint: the answers are hardly better than always naming the largest class"), r.out);
    BOOST_TEST(contains(content(set.at("run/report.html")), "hardly better"));
}

BOOST_AUTO_TEST_CASE(only_the_last_layer_is_trained_where_that_does) {
    const Set set(true, 40);
    const Run told = set.train({"--pretrained", weights()});
    BOOST_TEST(contains(told.out, "only the last layer is trained: the last layer alone is right on 100.0 %"),
               told.out);
    BOOST_TEST(!contains(told.out, "hint: "), told.out);
    BOOST_TEST(contains(content(set.at("run/report.html")), "expected calibration error"));
    BOOST_TEST(contains(Set().train({"--pretrained", weights()}).out, "are too few to train all layers on"));
    BOOST_TEST(contains(Set(true, 50, false).train({"--pretrained", weights(), "--head-only"}).out,
                        "only the last layer is trained: as asked for"));
}

// With the sanitizers it takes minutes, and runs no code that the other tests do not.
BOOST_AUTO_TEST_CASE(all_layers_are_trained_by_the_recipe_that_is_asked_for,
                     *boost::unit_test::enable_if<!sanitized>()) {
    const Set set(true, 40, false);
    const auto trained = [&](std::vector<std::string> more) {
        more.insert(more.begin(), {"--pretrained", weights(), "--epochs", "1"});
        const Run r = set.train(more);
        BOOST_REQUIRE_MESSAGE(r.status == 0, r.err);
        const std::string metrics = content(set.at("run/metrics.csv"));
        return metrics.substr(metrics.find("\n2,"), 12);  // epoch, iteration and the beginning of the loss
    };
    const std::string usual = trained({});
    BOOST_TEST(contains(content(set.at("run/report.html")), "0.1, 0, 0, 0"));  // label smoothing and what is off
    BOOST_TEST(trained({"--augmentation", "light", "--label-smoothing", "0.1", "--average", "0"}) == usual);
    for (const std::vector<std::string>& change : {std::vector<std::string>{"--augmentation", "trivial"},
                                                   {"--label-smoothing", "0"},
                                                   {"--mixup", "1"},
                                                   {"--cutmix", "1"}})
        BOOST_TEST(trained(change) != usual, change[0]);
}

BOOST_AUTO_TEST_CASE(a_run_that_was_ended_while_all_layers_were_trained_goes_on_to_the_same_end) {
    const Set set(true, 40, false);
    const std::vector<std::string> words{"--pretrained", weights(), "--epochs", "2", "--average", "0.9"};
    BOOST_REQUIRE(set.train(words).status == 0);
    const std::string whole = content(set.model());
    const fs::path kept = set.folder / "run/second-stage.safetensors";
    BOOST_TEST(!fs::exists(kept));
    const auto resumed = [&](std::vector<std::string> more) {
        more.insert(more.begin(), {"--resume", "--epochs", "2", "--average", "0.9"});
        return set.train(more);
    };
    BOOST_TEST(contains(resumed({}).err, "its run has ended"));
    // Ended within an epoch, and killed when the first has been kept.
    const std::vector<int> signals = sanitized ? std::vector{SIGTERM} : std::vector{SIGTERM, SIGKILL};
    for (const int signal : signals) {
        Run r;
        for (int i = 0; i < 10 && r.status == 0; ++i) {
            Process process("photos", set.training(words));
            BOOST_REQUIRE(until([&] {
                return signal == SIGKILL ? fs::exists(kept) : contains(process.said(), "of all layers follow");
            }));
            r = process.end(signal);
        }
        BOOST_REQUIRE(r.status != 0);
        if (signal == SIGTERM) BOOST_TEST(contains(r.out, "go on with --resume"), r.out);
        BOOST_TEST(fs::exists(kept));
        BOOST_TEST(contains(resumed({"--rate", "0.002"}).err, "is of a run with rate"));
        const Run rest = resumed({});
        BOOST_TEST(rest.status == 0, rest.err);
        BOOST_TEST((content(set.model()) == whole));
        BOOST_TEST(!fs::exists(kept));
        const std::string metrics = content(set.at("run/metrics.csv"));
        BOOST_TEST(std::count(metrics.begin(), metrics.end(), '\n') == 4, metrics);  // and the names of the columns
    }
}

BOOST_AUTO_TEST_CASE(photographs_are_stretched_where_their_middles_do_not_tell_them_apart) {
    const TemporaryFolder folder;
    // 20 wide and 60 high: of the upper and lower fifth, which differ, the middle of the weights sees nothing.
    for (int i = 0; i < 40; ++i) {
        tn::Picture p{{3, 60, 20},
                      std::vector<std::uint8_t>(3 * 60 * 20, static_cast<std::uint8_t>(60 + 2 * (i % 20)))};
        for (int y = 0; y < 60; ++y)
            for (int x = 0; x < 20; ++x)
                if (y < 12 || y >= 48) p.pixels[(i < 20 ? 0 : 1200) + y * 20 + x] = 240;
        const fs::path file = folder / (i < 20 ? "set/a" : "set/b") / (std::to_string(i) + ".png");
        fs::create_directories(file.parent_path());
        tn::write_png(file, p);
    }
    const std::string set = (folder / "set").string(), out = (folder / "run").string();
    const auto train = [&](std::vector<std::string> more) {
        more.insert(more.begin(),
                    {"train", set, "--out", out, "--pretrained", weights(), "--head-only", "--threads", "2"});
        return run("photos", more).out;
    };
    const auto tested = [&] { return run("photos", {"test", set, "--model", out + "/model.safetensors"}).out; };
    BOOST_TEST(contains(train({}), "photographs are brought to size by stretch: of those held out "));
    BOOST_TEST(contains(content(folder / "run/report.html"), "brought to size"));
    BOOST_TEST(contains(tested(), "accuracy 100.00 %"), tested());  // by the way that the model keeps
    const std::string middles = train({"--fit", "centre"});
    BOOST_TEST(!contains(middles, "brought to size"));
    BOOST_TEST(!contains(tested(), "accuracy 100.00 %"));
}

BOOST_AUTO_TEST_CASE(answers_are_as_many_as_asked_for) {
    const Set set(true, 12);
    BOOST_REQUIRE(set.train({"--pretrained", weights()}).status == 0);
    const auto predict = [&](std::vector<std::string> more) {
        more.insert(more.begin(), {"predict", "--model", set.model(), set.at("set/a/0.png")});
        const Run r = run("photos", more);
        BOOST_TEST(r.status == 0, r.err);
        return r.out;
    };
    const std::string file = set.at("set/a/0.png");
    BOOST_TEST(predict({}).starts_with(file + "\ta\t"));
    const std::string both = predict({"--top", "2"});
    BOOST_TEST(contains(both, "\tb\t0."), both);
    BOOST_TEST(predict({"--top", "9"}) == both);
    const std::string json = predict({"--json"});
    BOOST_TEST(json.starts_with("{\"file\":\"" + file + "\",\"class\":\"a\",\"probability\":"), json);
    BOOST_TEST(contains(json, "\"probabilities\":{\"a\":"), json);
    BOOST_TEST(std::abs(number_behind("\"probabilities\":{\"a\":", json) + number_behind(",\"b\":", json) - 1) < 1e-5);
    BOOST_TEST(contains(complaint("photos", {"predict", "--model", set.model(), file, "--top", "0"}), "--top"));
}

BOOST_AUTO_TEST_CASE(what_is_too_unsure_is_none_of_the_classes) {
    const Set set(true, 12, false);
    BOOST_REQUIRE(set.train({"--pretrained", weights(), "--head-only"}).status == 0);
    const std::string file = set.at("set/a/0.png");
    const auto predict = [&](std::vector<std::string> more) {
        more.insert(more.begin(), {"predict", "--model", set.model(), file, "--min-confidence", "1"});
        return run("photos", more).out;
    };
    BOOST_TEST(predict({}).starts_with(file + "\tnone of these\t"), predict({}));
    BOOST_TEST(contains(predict({"--json"}), "\"class\":null"));
}

BOOST_AUTO_TEST_CASE(wrong_labels_are_found_by_features) {
    const Set set(true, 100);
    const Run r = run("photos", {"clean", set.at("set"), "--pretrained", weights(), "--out", set.at("clean"), "--trial",
                                 "0.08", "--threads", "2"});
    BOOST_REQUIRE_MESSAGE(r.status == 0, r.err);
    BOOST_TEST(contains(r.out, "labels are judged on the features of efficientnet-lite0, whose weights these are"));
    const double hits = number_behind("trial: ", r.out), named = number_behind("%); of ", r.out);
    BOOST_TEST(contains(r.out, " of 16 wrong labels were found"), r.out);
    BOOST_TEST(hits >= 14, r.out);
    BOOST_TEST(hits >= 0.9 * named, r.out);
}
