// Kernels on bytes against plain sums, by every way of multiplying that this processor has, and by the loops of
// processors that are no x86.
#define BOOST_TEST_MODULE int8
#include "runtime/cpu/int8.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstring>
#include <utility>
#include <vector>

#include "dsl/core/index.hpp"
#include "runtime/core/isa_target.hpp"
#include "runtime/core/random.hpp"

#undef TN_ISA
#undef __SSE2__
#define TN_ISA plain_loops
#include "runtime/cpu/int8/kernels-inl.hpp"

using namespace tn;
using cpu::ByteImage;

namespace {

std::vector<std::pair<const char*, const cpu::ByteKernels*>> all_kernels() {
    std::vector<std::pair<const char*, const cpu::ByteKernels*>> all{{"loops", &cpu::plain_loops::byte_kernels}};
    for (const auto products : {cpu::ByteProducts::portable, cpu::ByteProducts::avx2, cpu::ByteProducts::avx_vnni,
                                cpu::ByteProducts::avx512, cpu::ByteProducts::avx512_vnni})
        if (available(products)) all.emplace_back(cpu::name(products), &cpu::byte_kernels(products));
    return all;
}

/// Random numbers of low .. high.
template <class T> std::vector<T> some(std::size_t count, int low, int high, int seed) {
    Random random(seed, 3);
    std::vector<T> values(count);
    for (T& v : values) v = static_cast<T>(low + static_cast<int>(random.below(high - low + 1)));
    return values;
}

/// What a sum becomes.
float in_range(int sum, float scale, const cpu::ByteRange& range) {
    return std::clamp(static_cast<float>(sum) * scale + range.zero, range.low, range.high);
}
std::uint8_t rounded(float v) { return static_cast<std::uint8_t>(std::nearbyint(v)); }

constexpr Window window{.kernel_h = 3, .kernel_w = 2, .stride_h = 1, .stride_w = 1, .pad = {1, 1, 1, 0}};
constexpr ByteImage seen{.channels = 21, .height = 6, .width = 19, .pixel = 16, .pad = {1, 1, 1, 1}};
constexpr int filters = 83;

/// A convolution of `seen` with weights of -64 .. 64: two are together at most 128.
struct Convolved {
    std::vector<int> offsets;
    std::vector<std::uint8_t> x = some<std::uint8_t>(seen.block() * seen.blocks() + 64, 0, 255, 1);
    std::vector<std::int8_t> weight;
    std::vector<int> bias = some<int>(96, -99999, 99999, 2);
    std::vector<float> scale = std::vector<float>(96, 0.00077f);
    cpu::ByteConvolution c;

    Convolved() {
        for (int block = 0; block < 2; ++block)
            for (int tap = 0; tap < 6; ++tap)
                for (int four = 0; four < (block ? 2 : 4); ++four)
                    offsets.push_back(static_cast<int>(block * seen.block() + tap / 2 * seen.columns() * 16 +
                                                       tap % 2 * 16 + 4 * four));
        weight = some<std::int8_t>(6 * offsets.size() * 64, -64, 64, 4);
        c = {.in = seen,
             .out = {filters, 6, 19, 16, {1, 0, 2, 3}},
             .window = window,
             .fours = static_cast<int>(offsets.size()),
             .offsets = offsets.data(),
             .weight = weight.data(),
             .bias = bias.data(),
             .scale = scale.data(),
             .range = {7, 3, 250}};
    }
    int sum(int f, int row, int column) const {
        const std::uint8_t* from = x.data() + seen.at(row - 1, column - 1);
        int sum = bias[f];
        for (int four = 0; four < c.fours; ++four)
            for (int k = 0; k < 4; ++k)
                sum += from[offsets[four] + k] * weight[(Index{f / 16} * c.fours + four) * 64 + f % 16 * 4 + k];
        return sum;
    }
};

}  // namespace

BOOST_AUTO_TEST_CASE(convolutions_in_tiles_of_every_size) {
    Convolved v;
    const std::vector<std::uint8_t> before(v.c.out.block() * v.c.out.blocks(), 99);
    for (const auto& [name, kernels] : all_kernels())
        for (v.c.panels = 1; v.c.panels <= 4; ++v.c.panels)
            for (v.c.positions = 1; v.c.positions <= kernels->most_positions[v.c.panels - 1]; ++v.c.positions) {
                std::vector<std::uint8_t> y = before;
                kernels->convolution(v.c, v.x.data(), y.data());
                bool right = true;
                for (int f = 0; f < filters; ++f)
                    for (int row = -1; row < 8; ++row)
                        for (int column = 0; column < 22; ++column) {
                            const bool inside = row >= 0 && row < 6 && column < 19;
                            right &= y[v.c.out.channel(f) + v.c.out.at(row, column)] ==
                                     (inside ? rounded(in_range(v.sum(f, row, column), v.scale[f], v.c.range)) : 7);
                        }
                BOOST_TEST(right, name << ": " << v.c.positions << " positions, " << v.c.panels << " panels");
            }
}

BOOST_AUTO_TEST_CASE(maxima_of_sums_and_floats) {
    Convolved v;
    const ByteImage bytes{filters, 3, 9, 16, {}};
    for (const auto& [name, kernels] : all_kernels()) {
        v.c.panels = kernels->most_positions[3] > 0 ? 3 : 1;
        v.c.positions = 2;
        v.c.out = {filters, 6, 19, 0, {}};
        std::vector<float> floats(filters * 6 * 19);
        kernels->convolution(v.c, v.x.data(), floats.data());
        v.c.out = bytes;
        v.c.pools = true;
        std::vector<std::uint8_t> y(bytes.block() * bytes.blocks());
        kernels->convolution(v.c, v.x.data(), y.data());
        v.c.pools = false;
        bool right = true;
        for (int f = 0; f < filters; ++f)
            for (int row = 0; row < 6; ++row)
                for (int column = 0; column < 19; ++column) {
                    right &=
                        floats[(f * 6 + row) * 19 + column] == in_range(v.sum(f, row, column), v.scale[f], v.c.range);
                    if (row % 2 || column % 2 || column == 18) continue;
                    const int most = std::max({v.sum(f, row, column), v.sum(f, row, column + 1),
                                               v.sum(f, row + 1, column), v.sum(f, row + 1, column + 1)});
                    right &= y[bytes.channel(f) + bytes.at(row / 2, column / 2)] ==
                             rounded(in_range(most, v.scale[f], v.c.range));
                }
        BOOST_TEST(right, name);
    }
}

BOOST_AUTO_TEST_CASE(depthwise_windows) {
    const Window windows[] = {{.kernel_h = 3, .kernel_w = 3, .pad = {1, 1, 1, 1}},
                              {.kernel_h = 5, .kernel_w = 5, .stride_h = 2, .stride_w = 2, .pad = {1, 1, 2, 2}},
                              {.kernel_h = 1, .kernel_w = 1},
                              {.kernel_h = 3, .kernel_w = 3, .pad = {2, 2, 2, 2}, .dilation_h = 2, .dilation_w = 2}};
    const ByteImage in{35, 9, 23, 16, {2, 2, 2, 2}};
    const auto x = some<std::uint8_t>(in.block() * in.blocks() + 64, 0, 255, 5);
    const auto bias = some<int>(48, -9999, 9999, 6);
    const std::vector<float> scale(48, 0.0013f);
    for (const auto& [name, kernels] : all_kernels())
        for (const Window& w : windows) {
            const int together = kernels->together, groups = (w.kernel_w + together - 1) / together;
            const ByteImage out{35, w.rows(9), w.columns(23), 16, {}};
            const auto plain = some<std::int8_t>(48 * w.taps(), -127, 127, 7);
            std::vector<std::int8_t> weight(3 * w.kernel_h * groups * together * 16);
            for (int c = 0; c < 48; ++c)
                for (int t = 0; t < w.taps(); ++t)
                    weight[(((c / 16 * w.kernel_h + t / w.kernel_w) * groups + t % w.kernel_w / together) * 16 +
                            c % 16) *
                               together +
                           t % w.kernel_w % together] = plain[c * w.taps() + t];
            std::vector<std::uint8_t> y(out.block() * out.blocks());
            kernels->depthwise({in, out, w, weight.data(), bias.data(), scale.data(), {20, 0, 255}}, x.data(),
                               y.data());
            bool right = true;
            for (int c = 0; c < 35; ++c)
                for (int row = 0; row < out.height; ++row)
                    for (int column = 0; column < out.width; ++column) {
                        int sum = bias[c];
                        for (int t = 0; t < w.taps(); ++t)
                            sum += plain[c * w.taps() + t] *
                                   x[in.channel(c) +
                                     in.at(row * w.stride_h - w.pad.top + t / w.kernel_w * w.dilation_h,
                                           column * w.stride_w - w.pad.left + t % w.kernel_w * w.dilation_w)];
                        right &=
                            y[out.channel(c) + out.at(row, column)] == rounded(in_range(sum, scale[c], {20, 0, 255}));
                    }
            BOOST_TEST(right, name << ": " << w.kernel_h << " x " << w.kernel_w);
        }
}
