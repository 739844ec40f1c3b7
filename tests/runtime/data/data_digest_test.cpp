#define BOOST_TEST_MODULE data_digest
#include "runtime/data/data_digest.hpp"

#include <boost/test/unit_test.hpp>
#include <set>

#include "runtime/data/synthetic.hpp"

using namespace tn;

namespace {

/// 6 pictures of 35 bytes.
Pictures sample() {
    Pictures set = generate_characters(2, {1, 7, 5}, 3);
    for (int i = 0; i < set.size(); ++i) set.files[i] = "set/x/" + std::to_string(i) + ".png";
    return set;
}

}  // namespace

BOOST_AUTO_TEST_CASE(any_change_makes_another_digest) {
    const Pictures set = sample();
    std::set<std::string> digests{digest_of({&set})};
    const auto changed = [&](auto change) {
        Pictures other = sample();
        change(other);
        BOOST_TEST(digests.insert(digest_of({&other})).second);
    };
    for (std::size_t i = 0; i < set.pixels.size(); ++i) changed([=](Pictures& p) { p.pixels[i] ^= 1; });
    for (std::size_t i = 0; i < set.labels.size(); ++i) changed([=](Pictures& p) { p.labels[i] ^= 1; });
    changed([](Pictures& p) { p.files[3] = "set/x/9.png"; });
    changed([](Pictures& p) { std::swap(p.files[0], p.files[1]); });
    changed([](Pictures& p) { p.classes[0] = "zoe"; });
    changed([](Pictures& p) { p.shape = {1, 5, 7}; });
    changed([](Pictures& p) { p.labels.pop_back(), p.files.pop_back(), p.pixels.resize(p.pixels.size() - 35); });
    const Pictures none;
    BOOST_TEST(digests.insert(digest_of({&set, &none})).second);
    BOOST_TEST(digests.insert(digest_of({&none, &set})).second);
    BOOST_TEST(digests.insert(digest_of({&set, &set})).second);
}

BOOST_AUTO_TEST_CASE(the_folder_that_a_set_lies_in_is_not_part_of_it) {
    const Pictures set = sample();
    Pictures moved = sample();
    for (std::string& file : moved.files) file = "/elsewhere/" + file;
    BOOST_TEST(digest_of({&set}) == digest_of({&moved}));
    BOOST_TEST(digest_of({&set}).size() == 16u);
}
