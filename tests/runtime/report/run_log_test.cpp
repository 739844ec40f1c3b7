#define BOOST_TEST_MODULE run_log
#include "runtime/report/run_log.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "runtime/core/file.hpp"
#include "runtime/data/image.hpp"
#include "runtime/report/epoch_history.hpp"
#include "tests/runtime/temporary_folder.hpp"

using namespace tn;
using namespace tn_test;

namespace {

EpochResult epoch(int number, double loss, double accuracy = EpochResult::none) {
    EpochResult e;
    e.epoch = number;
    e.iteration = 10 * number;
    e.train_loss = loss;
    e.train_accuracy = accuracy;
    if (number % 2 == 0) e.test_loss = 2 * loss;
    e.seconds = number;
    return e;
}

std::string content(const std::filesystem::path& path) {
    const auto bytes = read_file(path, 1 << 20);
    return {bytes.begin(), bytes.end()};
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_epoch_has_a_row_and_the_users_own_metrics_an_event) {
    const TemporaryFolder folder;
    const auto run = folder / "new/run";
    RunLog log(run);
    log.add(epoch(1, 0.5));
    const Scalar mine[] = {{"mine/r2", 0.75f}};
    log.add(epoch(2, 0.25), mine);
    BOOST_TEST(content(run / "metrics.csv") ==
               "epoch,iteration,train_loss,train_accuracy,test_loss,test_accuracy,held_loss,held_accuracy,seconds,idle,"
               "loading\n1,10,0.500000,nan,nan,nan,nan,nan,1.00,0.0000,0.0000\n"
               "2,20,0.250000,nan,0.500000,nan,nan,nan,2.00,0.0000,0.0000\n");
    BOOST_TEST(contains(content(run / "metrics.jsonl"), "\"train_loss\":0.250000,\"train_accuracy\":null,"));
    const std::string events = content(run / "events.out.tfevents.typenet");
    BOOST_TEST(contains(events, "mine/r2"));
    BOOST_TEST(contains(events, "loss/test"));
    BOOST_TEST(!contains(events, "accuracy/"));
    log.draw();
    BOOST_TEST(contains(content(run / "curves.svg"), "<svg"));
    BOOST_TEST(read_picture(run / "curves.png", 3).shape.width == 560);  // no panel for an accuracy that nobody has
}

BOOST_AUTO_TEST_CASE(a_resumed_run_goes_on_and_another_one_begins_anew) {
    const TemporaryFolder folder;
    {
        RunLog log(folder.path());
        for (int k = 1; k <= 3; ++k) log.add(epoch(k, 1.0 / k, 0.5));
    }
    RunLog resumed(folder.path(), true);
    BOOST_TEST(resumed.epochs().size() == 3u);
    resumed.add(epoch(3, 0.125, 0.75));  // done anew
    BOOST_TEST(resumed.epochs().size() == 3u);
    BOOST_TEST(read_history(folder / "metrics.csv").back().train_loss == 0.125);
    BOOST_TEST(epoch_line(resumed.epochs().back()) == "epoch   3  train loss 0.1250 accuracy  75.0 %");
    BOOST_TEST(epoch_line(epoch(2, 0.5)) == "epoch   2  train loss 0.5000  test loss 1.0000");
    RunLog anew(folder.path());
    BOOST_TEST(anew.epochs().empty());
    anew.add(epoch(1, 0.5));
    BOOST_TEST(read_history(folder / "metrics.csv").size() == 1u);
}

BOOST_AUTO_TEST_CASE(what_is_not_in_order_is_named) {
    const TemporaryFolder folder;
    folder.write("metrics.csv", "something else\n");
    BOOST_TEST(contains(error_of([&] { RunLog(folder.path(), true); }), "metrics.csv: must begin with 'epoch,"));
    const auto file = folder.write("file", "");
    BOOST_TEST(contains(error_of([&] { RunLog(file / "run"); }), "file/run: the folder cannot be made: "));
}
