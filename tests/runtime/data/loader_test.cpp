#define BOOST_TEST_MODULE loader
#include "runtime/data/loader.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <set>
#include <thread>
#include <vector>

#include "tests/runtime/temporary_folder.hpp"
#include "tests/support/allocations.hpp"
#include "tests/support/until.hpp"

using namespace tn;
using tn_test::contains;
using tn_test::error_of;
using tn_test::until;

namespace {

/// Picture i is grey i all over; its label is i % 7.
Pictures numbered(int count, PictureShape shape = {1, 3, 4}) {
    Pictures set;
    set.shape = shape;
    for (int i = 0; i < count; ++i) {
        set.pixels.insert(set.pixels.end(), shape.size(), static_cast<std::uint8_t>(i));
        set.labels.push_back(i % 7);
    }
    return set;
}

LoaderOptions loader_options(int batch, int threads = 1, Augmentation augmentation = {}) {
    LoaderOptions o;
    o.batch = batch;
    o.threads = threads;
    o.augmentation = augmentation;
    o.normalise = {{0, 0, 0}, {1.0f / 255, 1.0f / 255, 1.0f / 255}};
    return o;
}

struct Copy {
    std::vector<float> inputs;
    std::vector<int> labels;
    int n;
    std::uint64_t epoch;
    int index;
    bool operator==(const Copy&) const = default;
};

Copy take(Loader& loader) {
    const BatchView b = loader.next();
    return {{b.inputs.begin(), b.inputs.end()}, {b.labels.begin(), b.labels.end()}, b.n, b.epoch, b.index};
}

std::vector<Copy> take(Loader& loader, int count) {
    std::vector<Copy> batches;
    for (int i = 0; i < count; ++i) batches.push_back(take(loader));
    return batches;
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_picture_comes_once_an_epoch_with_its_label) {
    const Pictures set = numbered(23);
    Loader loader(set, loader_options(5, 2));
    BOOST_TEST(loader.batches_per_epoch() == 5);
    std::set<std::vector<int>> orders;
    for (std::uint64_t epoch = 0; epoch < 4; ++epoch) {
        std::vector<int> order;
        for (int index = 0; index < 5; ++index) {
            const Copy b = take(loader);
            BOOST_TEST(b.epoch == epoch);
            BOOST_TEST(b.index == index);
            BOOST_TEST(b.n == (index < 4 ? 5 : 3));  // the last batch holds the rest
            BOOST_REQUIRE_EQUAL(std::ssize(b.inputs), b.n * 12);
            BOOST_REQUIRE_EQUAL(std::ssize(b.labels), b.n);
            for (std::size_t i = 0; i < b.labels.size(); ++i) {
                const int picture = static_cast<int>(b.inputs[i * 12] + 0.5f);
                for (std::size_t k = 0; k < 12; ++k)
                    BOOST_REQUIRE_SMALL(b.inputs[i * 12 + k] - static_cast<float>(picture), 1e-3f);
                BOOST_TEST(b.labels[i] == picture % 7);
                order.push_back(picture);
            }
        }
        orders.insert(order);
        std::sort(order.begin(), order.end());
        for (int i = 0; i < 23; ++i) BOOST_REQUIRE_EQUAL(order[i], i);
    }
    BOOST_TEST(orders.size() == 4u);  // each epoch has an order of its own
}

BOOST_AUTO_TEST_CASE(a_batch_larger_than_the_set_is_the_set) {
    const Pictures set = numbered(3);
    Loader loader(set, loader_options(64));
    BOOST_TEST(loader.batches_per_epoch() == 1);
    for (int i = 0; i < 3; ++i) BOOST_TEST(take(loader).n == 3);
    const Pictures one = numbered(1);
    Loader single(one, loader_options(1));
    BOOST_TEST(take(single).n == 1);
}

BOOST_AUTO_TEST_CASE(the_batches_are_the_same_bits_at_any_number_of_threads_and_any_lead) {
    const Pictures set = numbered(40, {3, 9, 8});
    std::vector<Copy> wanted;
    for (int threads : {1, 2, 4})
        for (int ahead : {1, 3, 8}) {
            LoaderOptions o = loader_options(7, threads, Augmentation::strong());
            o.ahead = ahead;
            Loader loader(set, o);
            const auto got = take(loader, 20);
            if (wanted.empty()) wanted = got;
            BOOST_TEST((got == wanted), threads << " threads, " << ahead << " ahead");
        }
    LoaderOptions other = loader_options(7, 1, Augmentation::strong());
    other.seed = 2;
    Loader loader(set, other);
    BOOST_TEST((take(loader, 20) != wanted));
}

BOOST_AUTO_TEST_CASE(a_picture_looks_different_in_every_epoch) {
    const Pictures set = numbered(1, {1, 8, 8});
    Augmentation noise;
    noise.noise = {1, 0.5f};
    Loader loader(set, loader_options(1, 1, noise));
    const auto batches = take(loader, 5);
    for (std::size_t i = 0; i < 5; ++i)
        for (std::size_t j = 0; j < i; ++j) BOOST_TEST((batches[i].inputs != batches[j].inputs));
}

BOOST_AUTO_TEST_CASE(seeking_is_as_good_as_having_run) {
    const Pictures set = numbered(40);
    for (int threads : {1, 3}) {
        const LoaderOptions o = loader_options(7, threads, Augmentation::strong());
        Loader runs(set, o), seeks(set, o);
        const auto all = take(runs, 30);
        for (std::uint64_t at : {0u, 11u, 12u, 5u, 29u, 0u, 17u}) {
            seeks.seek(at);
            for (std::size_t i = at; i < std::min<std::size_t>(at + 3, 30); ++i) BOOST_REQUIRE((take(seeks) == all[i]));
        }
        // Far away, and many times over while threads are at work.
        seeks.seek(6'000'000'000);
        BOOST_TEST(take(seeks).epoch == 1'000'000'000u);
        for (std::uint64_t i = 0; i < 200; ++i) {
            seeks.seek(i % 30);
            if (i % 3 == 0) BOOST_REQUIRE((take(seeks) == all[i % 30]));
        }
    }
}

BOOST_AUTO_TEST_CASE(batches_are_made_ahead_of_their_time) {
    const Pictures set = numbered(64, {1, 64, 64});
    LoaderOptions o = loader_options(16, 1, Augmentation::strong());
    o.ahead = 1;
    Loader loader(set, o);
    // The first before it is asked for, then one more for each that is taken.
    double made = 0;
    for (int i = 0; i < 5; ++i) {
        BOOST_REQUIRE(until([&] { return loader.processor_seconds() > made; }));
        made = loader.processor_seconds();
        loader.next();
    }
    BOOST_TEST(loader.waited_seconds() >= 0);
}

BOOST_AUTO_TEST_CASE(the_last_batch_stays_whole_while_the_next_ones_are_made) {
    const Pictures set = numbered(50);
    LoaderOptions o = loader_options(5, 3);
    o.ahead = 2;
    Loader loader(set, o);
    for (int i = 0; i < 40; ++i) {
        const BatchView b = loader.next();
        const std::vector<float> images(b.inputs.begin(), b.inputs.end());
        if (i % 10 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(20));
        BOOST_REQUIRE(std::equal(images.begin(), images.end(), b.inputs.begin()));
    }
}

BOOST_AUTO_TEST_CASE(nothing_is_allocated_after_construction) {
    const Pictures set = numbered(37, {3, 16, 16});
    Loader loader(set, loader_options(8, 2, Augmentation::strong()));
    loader.next();
    const long before = tn::test::allocations;
    for (int i = 0; i < 25; ++i) loader.next();
    loader.seek(3);
    loader.next();
    BOOST_TEST(tn::test::allocations == before);
}

BOOST_AUTO_TEST_CASE(what_goes_wrong_on_a_thread_is_thrown_by_next) {
    Pictures set = numbered(6, {2, 3, 3});  // two channels are neither grey nor RGB
    for (int threads : {1, 4}) {
        Loader loader(set, loader_options(2, threads));
        for (int i = 0; i < 3; ++i)
            BOOST_TEST(contains(error_of([&] { loader.next(); }), "must have 1 channel (grey) or 3 (RGB), not 2"));
    }
}

BOOST_AUTO_TEST_CASE(what_cannot_work_is_an_error_at_construction) {
    const Pictures set = numbered(4);
    const auto said = [&](const Pictures& pictures, auto change) {
        LoaderOptions o = loader_options(2);
        change(o);
        return error_of([&] { Loader(pictures, o); });
    };
    BOOST_TEST(contains(said(Pictures{}, [](auto&) {}), "at least 1 sample"));
    BOOST_TEST(contains(said(set, [](auto& o) { o.batch = 0; }), "the batch must be at least 1, not 0"));
    for (int threads : {0, -1, 257})
        BOOST_TEST(contains(said(set, [&](auto& o) { o.threads = threads; }), "threads must be 1 to 256"));
    for (int ahead : {0, 65})
        BOOST_TEST(contains(said(set, [&](auto& o) { o.ahead = ahead; }), "1 to 64 batches ahead"));
    Pictures torn = set;
    torn.pixels.resize(torn.pixels.size() - 1);
    BOOST_TEST(contains(said(torn, [](auto&) {}), "4 pictures must have 12 bytes each, not 47 in all"));
}

BOOST_AUTO_TEST_CASE(it_can_be_given_up_at_any_time) {
    const Pictures set = numbered(30, {1, 20, 20});
    for (int i = 0; i < 60; ++i) {
        Loader loader(set, loader_options(8, 1 + i % 4, Augmentation::strong()));
        for (int k = 0; k < i % 3; ++k) loader.next();
    }
}
