// The example programs that train on data of their own, from outside.
#define BOOST_TEST_MODULE any_data_programs
#include <boost/test/unit_test.hpp>

#include "runtime/data/image.hpp"
#include "tests/support/program.hpp"

using namespace tn_test;

namespace {

/// The number behind these words in what the program prints; the program must end well. -1 where they are not.
double number_behind(const std::string& words, const std::string& name,
                     const std::vector<std::string>& arguments = {}) {
    const Run r = run(name, arguments);
    BOOST_TEST(r.status == 0, r.err);
    const std::size_t at = r.out.find(words);
    return at == r.out.npos ? -1 : std::stod(r.out.substr(at + words.size()));
}

/// With sanitizers they take minutes, and have no code that runtime/train/any_data_test does not have.
boost::test_tools::assertion_result is_fast(boost::unit_test::test_unit_id) {
    boost::test_tools::assertion_result fast(std::string(TN_SANITIZE).empty());
    fast.message() << "skipped: built with sanitizers";
    return fast;
}

}  // namespace

BOOST_AUTO_TEST_CASE(two_classes_tells_the_spirals_apart, *boost::unit_test::precondition(is_fast)) {
    BOOST_TEST(number_behind("test: ", "two_classes") >= 98);
}

BOOST_AUTO_TEST_CASE(robot_arm_learns_four_outputs, *boost::unit_test::precondition(is_fast)) {
    const double error = number_behind("mean absolute error ", "robot_arm");
    BOOST_TEST(error > 0);
    BOOST_TEST(error < 20);
}

BOOST_AUTO_TEST_CASE(segmentation_finds_both_shapes, *boost::unit_test::precondition(is_fast)) {
    BOOST_TEST(number_behind("squares ", "segmentation") >= 0.7);
}

BOOST_AUTO_TEST_CASE(keywords_are_told_apart, *boost::unit_test::precondition(is_fast)) {
    BOOST_TEST(number_behind("test accuracy ", "keywords") >= 90);
}

BOOST_AUTO_TEST_CASE(the_autoencoder_takes_noise_away, *boost::unit_test::precondition(is_fast)) {
    const TemporaryFolder folder;
    const double off = number_behind("off by ", "autoencoder", {(folder / "drawn.png").string()});
    BOOST_TEST(off > 0);
    BOOST_TEST(off < 0.15);
    BOOST_TEST((tn::read_picture(folder / "drawn.png", 1).shape == tn::PictureShape{1, 256, 1024}));
    BOOST_TEST(run("autoencoder", {(folder / "none/drawn.png").string()}).status == 1);
}

BOOST_AUTO_TEST_CASE(names_have_a_language, *boost::unit_test::precondition(is_fast)) {
    BOOST_TEST(number_behind("has not seen, ", "names") >= 70);
    const Run r = run("names", {"korhonen", "yamamoto", "", "12345"});
    BOOST_TEST(r.status == 0, r.err);
    BOOST_TEST(contains(r.out, "korhonen\tFinnish\t"));
    BOOST_TEST(contains(r.out, "yamamoto\tJapanese\t"));
}
