// Rows of the product: the channels under the window at a position.
#if defined(TN_CPU_CHANNELS_LAST_ROWS_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_CHANNELS_LAST_ROWS_INL
#undef TN_CPU_CHANNELS_LAST_ROWS_INL
#else
#define TN_CPU_CHANNELS_LAST_ROWS_INL
#endif

#include <algorithm>
#include <cstring>

#include "dsl/core/index.hpp"
#include "runtime/core/isa_target.hpp"
#include "runtime/cpu/channels_last/plan.hpp"

namespace tn::cpu::TN_ISA {

/// Where the window of a position lies in its sample, and which of its taps are inside.
struct WindowPlace {
    int y, x;  // of its first tap
    int first_y, last_y, first_x, last_x;

    WindowPlace(const ConvGeometry& c, int row, int column)
        : y(row * c.stride - c.pad),
          x(column * c.stride - c.pad),
          first_y(std::max(0, -y)),
          last_y(std::min(c.kernel_h, c.height - y)),
          first_x(std::max(0, -x)),
          last_x(std::min(c.kernel_w, c.width - x)) {}
    bool whole(const ConvGeometry& c) const {
        return first_y == 0 && first_x == 0 && last_y == c.kernel_h && last_x == c.kernel_w;
    }
};

/// A row from a sample [height][width][channels]: to [taps][channels].
inline void gather_row(const ConvGeometry& c, const WindowPlace& at, const float* sample, float* to) {
    if (!at.whole(c)) std::memset(to, 0, sizeof(float) * c.taps() * c.channels);
    const Index inside = Index{at.last_x - at.first_x} * c.channels;
    if (inside <= 0) return;
    for (int i = at.first_y; i < at.last_y; ++i)
        std::memcpy(to + (Index{i} * c.kernel_w + at.first_x) * c.channels,
                    sample + (Index{at.y + i} * c.width + at.x + at.first_x) * c.channels, sizeof(float) * inside);
}

/// The same from planes [channels][height][width].
inline void gather_row_of_planes(const ConvGeometry& c, const WindowPlace& at, const float* sample, float* to) {
    if (!at.whole(c)) std::memset(to, 0, sizeof(float) * c.taps() * c.channels);
    for (int channel = 0; channel < c.channels; ++channel) {
        const float* plane = sample + channel * c.in_plane() + Index{at.y} * c.width + at.x;
        for (int i = at.first_y; i < at.last_y; ++i)
            for (int j = at.first_x; j < at.last_x; ++j)
                to[(Index{i} * c.kernel_w + j) * c.channels + channel] = plane[Index{i} * c.width + j];
    }
}

/// The rows of positions first .. last - 1 of a batch: to [positions][depth].
inline void gather_rows(const ChannelsLastPlan& plan, const float* x, Index first, Index last, float* to) {
    const ConvGeometry& c = plan.conv();
    for (Index p = first; p < last; ++p, to += plan.depth()) {
        const Index position = p % c.out_plane();
        const WindowPlace at(c, static_cast<int>(position / c.out_w()), static_cast<int>(position % c.out_w()));
        const float* sample = x + p / c.out_plane() * c.in_size();
        if (plan.last.x)
            gather_row(c, at, sample, to);
        else
            gather_row_of_planes(c, at, sample, to);
    }
}

}  // namespace tn::cpu::TN_ISA
#endif
