// The photos program: runs that were killed or have ended, and go on, or are refused for what is not the same.
#define BOOST_TEST_MODULE photos_resume
#include <boost/test/unit_test.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "tests/examples/photographs.hpp"

using namespace tn_test;

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
