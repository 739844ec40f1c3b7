#define BOOST_TEST_MODULE device
#include "runtime/train/machine.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/runtime/temporary_folder.hpp"
#include "tests/support/thread_group.hpp"

using namespace tn;
using tn_test::contains;
using tn_test::error_of;

BOOST_AUTO_TEST_CASE(the_words_of_a_command_line_become_a_device) {
    cpu::Device device = open_cpu(3, "portable");
    BOOST_TEST(device.threads().threads() == 3);
    BOOST_TEST((device.isa() == Isa::portable));
    BOOST_TEST(contains(device.describe(), "cpu, 3 threads, portable kernels, OpenBLAS "));
    BOOST_TEST(contains(open_cpu(1, "best").describe(), "cpu, 1 thread, "));
    BOOST_TEST((open_cpu(1, "best").isa() == best_isa()));
}

BOOST_AUTO_TEST_CASE(auto_takes_the_gpu_where_one_works) {
    BOOST_TEST(chooses_cuda("cuda", ""));
    BOOST_TEST(chooses_cuda("auto", ""));
    BOOST_TEST(!chooses_cuda("auto", "there is none"));
    BOOST_TEST(!chooses_cuda("cpu", ""));
}

BOOST_AUTO_TEST_CASE(every_process_takes_a_gpu_of_its_own) {
    BOOST_TEST(why_not_one_each(2, 2) == "");
    BOOST_TEST(why_not_one_each(1, 8) == "");
    BOOST_TEST(why_not_one_each(4, 2) ==
               "there are 4 processes on this machine and 2 GPUs: each process takes one of its own");
    BOOST_TEST(contains(why_not_one_each(2, 1), "2 processes on this machine and 1 GPU: "));
}

BOOST_AUTO_TEST_CASE(processes_choose_alike) {
    BOOST_TEST(why_not_in_all(nullptr, "") == "");
    BOOST_TEST(why_not_in_all(nullptr, "there is none") == "there is none");
    const auto said = [](std::vector<std::string> mine) {
        tn_test::in_group(static_cast<int>(mine.size()), [&](ProcessGroup& group) {
            auto& own = mine[group.rank()];
            own = why_not_in_all(&group, own);
        });
        return mine;
    };
    using Words = std::vector<std::string>;
    BOOST_TEST((said({"", "", ""}) == Words{"", "", ""}));
    BOOST_TEST((said({"", "no driver", "no GPU"}) == Words{"process 2: no driver", "no driver", "no GPU"}));
    BOOST_TEST((said({"no driver", ""}) == Words{"no driver", "process 1: no driver"}));
}

BOOST_AUTO_TEST_CASE(what_is_not_there_is_an_error_that_says_why) {
    BOOST_TEST(error_of([] { chooses_cuda("cuda", "there is none"); }) ==
               "--device cuda was asked for, but there is none");
    BOOST_TEST(error_of([] { chooses_cuda("gpu", ""); }) == "--device must be cpu, cuda or auto, not 'gpu'");
    BOOST_TEST(error_of([] { chooses_cuda("", ""); }) == "--device must be cpu, cuda or auto, not ''");
    BOOST_TEST(contains(error_of([] { open_cpu(-1, "best"); }), "threads must be 0 (every core) to 1024, not -1"));
    BOOST_TEST(error_of([] { open_cpu(1, "sse9"); }) != "");
    BOOST_TEST(contains(error_of([] { open_cpu(1, "best", "tf32"); }), "the CPU computes in fp32: --precision tf32"));
}

BOOST_AUTO_TEST_CASE(a_batch_is_chosen_by_the_memory_that_is_free) {
    const std::size_t mebibyte = std::size_t{1} << 20;
    const BuiltBatch built[] = {{16, 10 * mebibyte}, {64, 40 * mebibyte}, {256, 160 * mebibyte}};
    const auto choose = [&](const char* word, std::size_t mebibytes) {
        const ChosenBatch c = choose_batch(word, built, mebibytes * mebibyte);
        return std::pair(c.batch, c.built);
    };
    BOOST_TEST((choose("auto", 1000) == std::pair(256, 2)));
    BOOST_TEST((choose("auto", 160) == std::pair(256, 2)));
    BOOST_TEST((choose("auto", 159) == std::pair(64, 1)));
    BOOST_TEST((choose("auto", 10) == std::pair(16, 0)));
    BOOST_TEST((choose("1", 10) == std::pair(1, 0)));
    BOOST_TEST((choose("16", 10) == std::pair(16, 0)));
    BOOST_TEST((choose("17", 100) == std::pair(17, 1)));
    BOOST_TEST((choose("256", 160) == std::pair(256, 2)));
    const BuiltBatch in_parts[] = {{64, 20 * mebibyte, 5}, {64, 40 * mebibyte}, {256, 160 * mebibyte}};
    const auto choose_parts = [&](const char* word, std::size_t mebibytes) {
        const ChosenBatch c = choose_batch(word, in_parts, mebibytes * mebibyte);
        return std::pair(c.batch, c.built);
    };
    BOOST_TEST((choose_parts("auto", 160) == std::pair(256, 2)));
    BOOST_TEST((choose_parts("auto", 159) == std::pair(64, 1)));
    BOOST_TEST((choose_parts("auto", 39) == std::pair(64, 0)));
    BOOST_TEST((choose_parts("64", 1000) == std::pair(64, 1)));
    BOOST_TEST((choose_parts("50", 39) == std::pair(50, 0)));
    BOOST_TEST((choose_parts("65", 160) == std::pair(65, 2)));
    BOOST_TEST(error_of([&] { choose_parts("64", 19); }) ==
               "a batch of 64 needs 20.0 MiB to train, but 19.0 MiB are free: use a smaller batch");
    BOOST_TEST(error_of([&] { choose("auto", 9); }) ==
               "a batch of 16 needs 10.0 MiB to train, but 9.0 MiB are free: use a smaller batch");
    BOOST_TEST(error_of([&] { choose("65", 159); }) ==
               "a batch of 256 needs 160.0 MiB to train, but 159.0 MiB are free: use a smaller batch");
    for (const char* word : {"0", "257", "-1", "many", "64 ", ""})
        BOOST_TEST(error_of([&] { choose(word, 1000); }) ==
                   std::string("--batch must be auto or a number from 1 to 256, not '") + word + "'");
}
