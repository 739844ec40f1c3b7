// The emulator itself: it finds each fault that is planted here, and lets the sound form of the same kernel pass.
#define BOOST_TEST_MODULE cuda_emulator
#include "tests/support/cuda_emulator/emulator.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <set>

#include "runtime/cuda/kernels/multiply.hpp"

using namespace tn;
using namespace tn::test;

namespace {

constexpr int threads = 64;

/// The error that the kernel ends in, the same in either order of threads; empty when it is sound.
template <class Kernel> std::string fault(const Kernel& kernel, int blocks = 2) {
    std::string text[2];
    for (int order : {0, 1}) {
        Emulator gpu(cuda::Precision::fp32, order);
        try {
            gpu.launch(kernel, blocks, threads);
        } catch (const Error& e) {
            text[order] = e.what();
        }
    }
    BOOST_TEST(text[0].empty() == text[1].empty(), "in one order only: " << text[0] << text[1]);
    return text[0];
}
bool mentions(const std::string& text, const char* words) { return text.find(words) != text.npos; }

/// Every thread writes its place and reads its neighbour's.
template <bool Barrier> struct Neighbour {
    static constexpr std::size_t shared_bytes = threads * sizeof(int);
    int* out;
    template <class Thread> void operator()(Thread& t) const {
        auto place = t.template shared<int>(0, threads);
        place[t.thread()] = 0;
        t.barrier();
        place[t.thread()] = t.thread() * 10;
        if (Barrier) t.barrier();
        out[t.thread()] = place[(t.thread() + 1) % threads];
    }
};

/// Reads, and then one thread writes.
template <bool Barrier> struct WriteAfterRead {
    static constexpr std::size_t shared_bytes = sizeof(int);
    int* out;
    template <class Thread> void operator()(Thread& t) const {
        auto place = t.template shared<int>(0, 1);
        if (t.thread() == 0) place[0] = 1;
        t.barrier();
        out[t.thread()] = place[0];
        if (Barrier) t.barrier();
        if (t.thread() == 5) place[0] = 2;
    }
};

/// All threads write the same value to the same place: still a race.
struct AllWriteOne {
    static constexpr std::size_t shared_bytes = sizeof(int);
    template <class Thread> void operator()(Thread& t) const { t.template shared<int>(0, 1)[0] = 7; }
};

/// A thread gives its value to another of its own warp by way of shared memory, with only a shuffle between.
struct OrderedByShuffle {
    static constexpr std::size_t shared_bytes = threads * sizeof(float);
    float* out;
    template <class Thread> void operator()(Thread& t) const {
        auto place = t.template shared<float>(0, threads);
        place[t.thread()] = 1;
        t.shuffle_xor(0.0f, 1);
        out[t.thread()] = place[t.thread() ^ 1];
    }
};

struct HalfAtBarrier {
    template <class Thread> void operator()(Thread& t) const {
        if (t.thread() < threads / 2) t.barrier();
    }
};
struct TwoBarriers {
    template <class Thread> void operator()(Thread& t) const {
        if (t.thread() < threads / 2)
            t.barrier();
        else
            t.barrier();
    }
};
struct HalfAtShuffle {
    template <class Thread> void operator()(Thread& t) const {
        if (t.thread() % 2) t.shuffle_xor(1.0f, 1);
    }
};
struct ReadsNothing {
    static constexpr std::size_t shared_bytes = sizeof(int);
    int* out;
    template <class Thread> void operator()(Thread& t) const { out[t.thread()] = t.template shared<int>(0, 1)[0]; }
};
struct BeyondShared {
    static constexpr std::size_t shared_bytes = threads * sizeof(int);
    template <class Thread> void operator()(Thread& t) const { t.template shared<int>(0, threads)[t.thread() + 1] = 1; }
};
struct MoreShared {
    static constexpr std::size_t shared_bytes = threads * sizeof(int);
    template <class Thread> void operator()(Thread& t) const { t.template shared<int>(4, threads); }
};
struct BeyondSpan {
    cuda::Span<float> out;
    template <class Thread> void operator()(Thread& t) const { out[cuda::global_index(t)] = 1; }
};
struct RawWrite {
    float* out;
    int at;
    template <class Thread> void operator()(Thread& t) const {
        if (cuda::global_index(t) == 0) out[at] = 1;
    }
};
struct Sum {
    static constexpr std::size_t shared_bytes = threads / cuda::warp * sizeof(float);
    float* out;
    template <class Thread> void operator()(Thread& t) const {
        auto scratch = t.template shared<float>(0, threads / cuda::warp);
        const float a = cuda::block_sum(t, static_cast<float>(t.thread()), scratch);
        const float b = cuda::block_sum(t, static_cast<float>(t.block()), scratch);
        out[cuda::global_index(t)] = a + 10000 * b;
    }
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_race_between_two_barriers_is_found) {
    int out[threads];
    BOOST_TEST(mentions(fault(Neighbour<false>{out}), "race in shared memory"));
    BOOST_TEST(fault(Neighbour<true>{out}) == "");
    for (int i = 0; i < threads; ++i) BOOST_REQUIRE_EQUAL(out[i], (i + 1) % threads * 10);
    BOOST_TEST(mentions(fault(WriteAfterRead<false>{out}), "race in shared memory"));
    BOOST_TEST(fault(WriteAfterRead<true>{out}) == "");
    BOOST_TEST(mentions(fault(AllWriteOne{}), "race in shared memory"));
}
BOOST_AUTO_TEST_CASE(a_shuffle_orders_no_memory) {
    float out[threads];
    BOOST_TEST(mentions(fault(OrderedByShuffle{out}), "race in shared memory"));
}
BOOST_AUTO_TEST_CASE(a_barrier_or_shuffle_that_not_all_reach_is_found) {
    BOOST_TEST(mentions(fault(HalfAtBarrier{}), "is stuck"));
    BOOST_TEST(mentions(fault(TwoBarriers{}), "is stuck"));
    BOOST_TEST(mentions(fault(HalfAtShuffle{}), "wait for their warp"));
}
BOOST_AUTO_TEST_CASE(memory_that_was_not_written_or_not_asked_for_is_found) {
    int out[threads];
    BOOST_TEST(mentions(fault(ReadsNothing{out}), "which no thread has written"));
    BOOST_TEST(mentions(fault(BeyondShared{}), "reaches value 64 of 64 in shared memory"));
    BOOST_TEST(mentions(fault(MoreShared{}), "asked for 256"));
}
BOOST_AUTO_TEST_CASE(an_index_out_of_bounds_and_a_write_into_a_guard_zone_are_found) {
    std::vector<float> values(2 * threads);
    BOOST_TEST(fault(BeyondSpan{{values.data(), values.size()}}) == "");
    BOOST_TEST(mentions(fault(BeyondSpan{{values.data(), values.size() - 1}}), "reaches value 127 of 127"));
    Emulator gpu;
    auto* arena = static_cast<float*>(gpu.allocate(10 * sizeof(float)));
    gpu.launch(RawWrite{arena, 9}, 1, threads);
    BOOST_CHECK_THROW(gpu.launch(RawWrite{arena, 10}, 1, threads), Error);
    auto* other = static_cast<float*>(gpu.allocate(10 * sizeof(float)));
    (void)other;
    BOOST_CHECK_THROW(gpu.launch(RawWrite{arena, -1}, 1, threads), Error);
}
BOOST_AUTO_TEST_CASE(blocks_warps_and_sums) {
    float out[3 * threads];
    BOOST_TEST(fault(Sum{out}, 3) == "");
    for (int i = 0; i < 3 * threads; ++i)
        BOOST_REQUIRE_EQUAL(out[i], 2016.0f + 10000.0f * static_cast<float>(threads * (i / threads)));
    Emulator gpu;
    BOOST_CHECK_THROW(gpu.launch(HalfAtShuffle{}, 1, 48), Error);
    BOOST_CHECK_THROW(gpu.launch(HalfAtShuffle{}, 0, 32), Error);
}
/// One step of the tensor cores on a[row][k] = row + k / 8 and b[k][column] = 2^-column if k is `Only`, else 0.
template <cuda::Precision P, int Only> struct OneProduct {
    float (*out)[8];
    template <class Thread> void operator()(Thread& t) const {
        constexpr int in_word = P == cuda::Precision::tf32 ? 1 : 2;
        const int group = t.thread() / 4, in_group = t.thread() % 4;
        if (t.thread() >= cuda::warp) return;
        const auto pack = [](auto value, int k) {
            if constexpr (P == cuda::Precision::tf32) return std::bit_cast<std::uint32_t>(value(k));
            return std::bit_cast<std::uint32_t>(value(k)) >> 16 | std::bit_cast<std::uint32_t>(value(k + 1));
        };
        const auto a = [](int row) {
            return [row](int k) { return static_cast<float>(row) + static_cast<float>(k) / 8; };
        };
        const auto b = [](int column) {
            return [column](int k) { return k == Only ? 1.0f / static_cast<float>(1 << column) : 0.0f; };
        };
        const int k = in_group * in_word, half = 4 * in_word;
        std::uint32_t left[4] = {pack(a(group), k), pack(a(group + 8), k), pack(a(group), k + half),
                                 pack(a(group + 8), k + half)};
        std::uint32_t right[2] = {pack(b(group), k), pack(b(group), k + half)};
        float d[4] = {100, 200, 300, 400};
        t.template multiply_add<P>(d, left, right);
        out[group][2 * in_group] = d[0] - 100;
        out[group][2 * in_group + 1] = d[1] - 200;
        out[group + 8][2 * in_group] = d[2] - 300;
        out[group + 8][2 * in_group + 1] = d[3] - 400;
    }
};

template <cuda::Precision P, int Only> void check_product() {
    float out[16][8];
    BOOST_TEST(fault(OneProduct<P, Only>{out}, 1) == "");
    for (int row = 0; row < 16; ++row)
        for (int column = 0; column < 8; ++column)
            BOOST_TEST(std::abs(out[row][column] -
                                (static_cast<float>(row) + Only / 8.0f) / static_cast<float>(1 << column)) < 1e-4f,
                       "row " << row << ", column " << column << ": " << out[row][column]);
}

BOOST_AUTO_TEST_CASE(tensor_cores_multiply_fragments) {
    check_product<cuda::Precision::tf32, 0>(), check_product<cuda::Precision::tf32, 5>();
    check_product<cuda::Precision::bf16, 1>(), check_product<cuda::Precision::bf16, 14>();
}

/// Each lane loads matrices whose rows lie in an order of their own; word w of row r is 4 r + w, or in halves 8 r + h.
template <bool Transposed> struct LoadsMatrices {
    static constexpr std::size_t shared_bytes = cuda::warp * sizeof(cuda::Words);
    static constexpr int row_of(int lane) { return lane * 5 % cuda::warp; }
    std::uint32_t (*out)[4];
    template <class Thread> void operator()(Thread& t) const {
        auto rows = t.template shared<cuda::Words>(0, cuda::warp);
        const auto r = static_cast<std::uint32_t>(t.thread());
        if (t.thread() < cuda::warp) {
            cuda::Words words;
            for (std::uint32_t w = 0; w < 4; ++w)
                words.at[w] = Transposed ? (8 * r + 2 * w) | (8 * r + 2 * w + 1) << 16 : 4 * r + w;
            rows[t.thread()] = words;
        }
        t.barrier();
        if (t.thread() >= cuda::warp) return;
        if constexpr (Transposed)
            t.load_transposed(out[t.thread()], rows, row_of(t.thread()));
        else
            t.load_matrices(out[t.thread()], rows, row_of(t.thread()));
    }
};
BOOST_AUTO_TEST_CASE(matrices_are_loaded_as_plain_loads_would) {
    std::uint32_t plain[cuda::warp][4], transposed[cuda::warp][4];
    BOOST_TEST(fault(LoadsMatrices<false>{plain}, 1) == "");
    BOOST_TEST(fault(LoadsMatrices<true>{transposed}, 1) == "");
    for (std::uint32_t lane = 0; lane < cuda::warp; ++lane)
        for (std::uint32_t m = 0; m < 4; ++m) {
            const auto row = [&](std::uint32_t of_matrix) { return (8 * m + of_matrix) * 5 % cuda::warp; };
            BOOST_REQUIRE_EQUAL(plain[lane][m], 4 * row(lane / 4) + lane % 4);
            BOOST_REQUIRE_EQUAL(transposed[lane][m],
                                (8 * row(2 * (lane % 4)) + lane / 4) | (8 * row(2 * (lane % 4) + 1) + lane / 4) << 16);
        }
}

/// Every thread copies its four words, or zeros in the upper half, and reads its neighbour's.
template <bool Waits> struct Copies {
    static constexpr std::size_t shared_bytes = threads * sizeof(cuda::Words);
    const cuda::Words* from;
    std::uint32_t* out;
    template <class Thread> void operator()(Thread& t) const {
        auto words = t.template shared<cuda::Words>(0, threads);
        t.copy(words, t.thread(), from + t.thread(), t.thread() < threads / 2);
        if (Waits) t.wait_for_copies();
        t.barrier();
        out[t.thread()] = static_cast<cuda::Words>(words[(t.thread() + 1) % threads]).at[3];
    }
};
BOOST_AUTO_TEST_CASE(copies_are_there_when_their_thread_has_waited) {
    cuda::Words from[threads];
    for (std::uint32_t i = 0; i < threads; ++i) from[i] = {{0, 0, 0, 100 + i}};
    std::uint32_t out[threads];
    BOOST_TEST(fault(Copies<true>{from, out}, 1) == "");
    for (std::uint32_t i = 0; i < threads; ++i) {
        const std::uint32_t other = (i + 1) % threads;
        BOOST_REQUIRE_EQUAL(out[i], other < threads / 2 ? 100 + other : 0);
    }
    BOOST_TEST(mentions(fault(Copies<false>{from, out}, 1), "which no thread has written"));
}

/// A value with more bits than TF32 has: the tensor cores would drop them.
struct Unrounded {
    template <class Thread> void operator()(Thread& t) const {
        const std::uint32_t a[4] = {0x3F800001u, 0, 0, 0}, b[2] = {0, 0};
        float d[4] = {};
        t.template multiply_add<cuda::Precision::tf32>(d, a, b);
    }
};
BOOST_AUTO_TEST_CASE(tensor_cores_want_rounded_values) {
    BOOST_TEST(mentions(fault(Unrounded{}), "not rounded to TF32"));
    BOOST_TEST(cuda::tf32_bits(1.0f + 0x1p-11f) == std::bit_cast<std::uint32_t>(1.0f + 0x1p-10f));
    BOOST_TEST(cuda::tf32_bits(1.0f + 0x1p-12f) == std::bit_cast<std::uint32_t>(1.0f));
    BOOST_TEST(cuda::bf16_bits(1.0f + 0x1p-8f) == 0x3F80u);
    BOOST_TEST(cuda::bf16_bits(1.0f + 3 * 0x1p-8f) == 0x3F82u);
    BOOST_TEST(cuda::bf16_bits(std::numeric_limits<float>::quiet_NaN()) == 0x7FC0u);
    BOOST_TEST(std::isnan(std::bit_cast<float>(cuda::tf32_bits(std::bit_cast<float>(0x7FFFFFFFu)))));
}

BOOST_AUTO_TEST_CASE(products_are_those_of_cublas) {
    Emulator gpu;
    const float a[] = {1, 2, 3, 4, 5, 6}, b[] = {1, 0, 2, -1, 1, 1}, bias[] = {100, 200};
    float c[4];
    // a as 2 x 3 and b as 3 x 2, column by column.
    gpu.multiply({false, false, 2, 2, 3, a, b, 2, 3, 2, c, bias});
    BOOST_TEST(c[0] == 1 * 1 + 3 * 0 + 5 * 2 + 100);
    BOOST_TEST(c[1] == 2 * 1 + 4 * 0 + 6 * 2 + 200);
    BOOST_TEST(c[2] == -1 + 3 + 5 + 100);
    // The same memory as 3 x 2 and 2 x 3, transposed.
    gpu.multiply({true, true, 2, 2, 3, a, b, 3, 2, 2, c});
    BOOST_TEST(c[0] == 1 * 1 + 2 * 2 + 3 * 1);
    BOOST_TEST(c[3] == 4 * 0 + 5 * -1 + 6 * 1);
}

BOOST_AUTO_TEST_CASE(a_product_without_its_epilogue_says_so) {
    Emulator gpu;
    gpu.gives_epilogues(false);
    const float a[] = {2}, b[] = {3}, bias[] = {100};
    float c = 0, sums = -1;
    cuda::Product product{false, false, 1, 1, 1, a, b, 1, 1, 1, &c};
    BOOST_TEST(gpu.multiply(product));
    product.bias = bias;
    BOOST_TEST(!gpu.multiply(product));
    product.bias = nullptr;
    product.sums_of_b = &sums;
    BOOST_TEST(!gpu.multiply(product));
    BOOST_TEST(c == 6);
    BOOST_TEST(sums == -1);
}

BOOST_AUTO_TEST_CASE(products_are_recorded_after_they_have_run_once) {
    Emulator gpu;
    const float a[] = {2}, b[] = {3};
    float c = 0;
    const cuda::Product product{false, false, 1, 1, 1, a, b, 1, 1, 1, &c};
    BOOST_CHECK_THROW(gpu.record([&] { gpu.multiply(product); }), Error);
    gpu.multiply(product);
    c = 0;
    const Emulator::Graph graph = gpu.record([&] { gpu.multiply(product); });
    BOOST_TEST(c == 0);
    gpu.replay(graph);
    BOOST_TEST(c == 6);
}

/// Adds `what` to a value.
struct AddTo {
    int what;
    int* value;
    template <class Thread> void operator()(Thread& t) const {
        if (t.block() == 0 && t.thread() == 0) *value += what;
    }
};

BOOST_AUTO_TEST_CASE(a_graph_is_what_was_launched_with_the_arguments_of_then) {
    Emulator gpu;
    int value = 0;
    AddTo kernel{3, &value};
    const Emulator::Graph graph = gpu.record([&] {
        gpu.launch(kernel, 1, threads);
        kernel.what = 4;
        gpu.launch(kernel, 1, threads);
    });
    kernel.what = 100;
    BOOST_TEST(value == 0);
    gpu.replay(graph);
    gpu.replay(graph);
    BOOST_TEST(value == 14);
    BOOST_TEST(gpu.replays() == 2u);
    BOOST_CHECK_THROW(gpu.record([&] { gpu.upload(&value, &value, sizeof value); }), Error);
    BOOST_CHECK_THROW(gpu.record([&] { gpu.wait(); }), Error);
    BOOST_CHECK_THROW(gpu.record([&] { gpu.allocate(64); }), Error);
    BOOST_CHECK_THROW(gpu.replay({}), Error);
    gpu.launch(kernel, 1, threads);  // no longer recorded
    BOOST_TEST(value == 114);
}
