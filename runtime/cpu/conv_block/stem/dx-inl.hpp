// dx by the stem method: z is computed again, for dz, and dx follows from packed dz as in the direct method.
#if defined(TN_CPU_CONV_BLOCK_STEM_DX_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_CONV_BLOCK_STEM_DX_INL
#undef TN_CPU_CONV_BLOCK_STEM_DX_INL
#else
#define TN_CPU_CONV_BLOCK_STEM_DX_INL
#endif

#include <algorithm>

#include "dsl/core/index.hpp"
#include "runtime/core/isa_target.hpp"
#include "runtime/core/thread_pool.hpp"
#include "runtime/cpu/conv_block/batch_norm-inl.hpp"
#include "runtime/cpu/conv_block/direct/dx-inl.hpp"
#include "runtime/cpu/conv_block/direct/pack-inl.hpp"
#include "runtime/cpu/conv_block/split.hpp"
#include "runtime/cpu/conv_block/stem/argmax_gradient-inl.hpp"
#include "runtime/cpu/conv_block/stem/windows-inl.hpp"
#include "runtime/cpu/conv_block/stem/workspace-inl.hpp"
#include "runtime/cpu/simd/vector-inl.hpp"

namespace tn::cpu::TN_ISA {

/// dz of a strip in the packed planes of its sample.
inline void stem_dz(const StemWorkspace& ws, const DirectPlan& direct, const Strip& strip, const ConvBackward& pass,
                    const unsigned char* argmax, const Channel* channels, float* scratch) {
    const ConvGeometry& c = ws.conv();
    each_window(ws, strip, ws.plan.windows_w(), pass.x, scratch, [&](int f, int r, int j, const V(&z)[4]) {
        const int y = strip.row + r;
        const Index at = ws.y_at(strip.sample, f, y, j);
        const int whole = y < ws.y_h ? std::max(0, ws.y_w - j) : 0;  // of the windows from j on
        const ArgmaxGradient from(pass.dy + (whole ? at : 0), argmax + (whole ? at : 0), whole);
        V dz[4];
        TN_UNROLL for (int k = 0; k < 4; ++k) {
            const auto here = ((from.right != 0) == (k % 2 != 0 ? I{} - 1 : I{})) &
                              ((from.below != 0) == (k / 2 != 0 ? I{} - 1 : I{}));
            dz[k] = gradient(channels[f].affine, channels[f].to_dz, z[k], here ? from.g : V{});
        }
        float* to = scratch + ws.at.dz + direct.dz_origin() + Index{f} * direct.dz_plane + 2 * y * direct.row + 2 * j;
        const int left = c.out_w() - 2 * j;
        for (int row = 0; row < std::min(2, c.out_h() - 2 * y); ++row, to += direct.row) {
            store_partial(to, interleave_low(dz[2 * row], dz[2 * row + 1]), left);
            if (left > lanes) store_partial(to + lanes, interleave_high(dz[2 * row], dz[2 * row + 1]), left - lanes);
        }
    });
}

/// dx of all samples. `channels` are changed to suit the signed z of windows-inl.hpp.
inline void stem_dx(ThreadPool& pool, const StemWorkspace& ws, const DirectPlan& direct, const ConvBackward& pass,
                    const unsigned char* argmax, Channel* channels) {
    const float* gamma = ws.plan.block.norm ? pass.gamma : nullptr;
    window_weights(ws, pass.weight, gamma);
    for (int f = 0; f < ws.filters; ++f) {
        channels[f].affine.mean *= gamma_sign(gamma, f);
        channels[f].to_dz.z_factor *= gamma_sign(gamma, f);
    }
    pack_dx_weights(pool, direct, pass.weight, ws.work + ws.at.dx_weights);
    const Slices slices(pass.n);
    pool.run(slices.count, [&](int slice, int thread) {
        float* scratch = ws.scratch(thread);
        clear(scratch + ws.at.dz, direct.packed_dz());
        const Range samples = slices.samples(slice);
        for (int s = samples.first; s < samples.last; ++s) {
            each_strip(ws, ws.plan.windows_h(), Range{s, s + 1},
                       [&](const Strip& strip) { stem_dz(ws, direct, strip, pass, argmax, channels, scratch); });
            input_gradient(direct, scratch + ws.at.dz, ws.work + ws.at.dx_weights, scratch + ws.at.dx_band,
                           pass.dx + s * ws.conv().in_size());
        }
    });
}

}  // namespace tn::cpu::TN_ISA
#endif
