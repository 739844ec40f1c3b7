// How a block is computed: a constant expression of its geometry, which the kernels read, and the buffers that it
// takes.
#pragma once

#include <algorithm>

#include "dsl/core/conv_geometry.hpp"
#include "dsl/core/index.hpp"
#include "runtime/cpu/conv_block/direct/layout.hpp"
#include "runtime/cpu/conv_block/direct/plan.hpp"
#include "runtime/cpu/conv_block/method.hpp"
#include "runtime/cpu/conv_block/product/layout.hpp"
#include "runtime/cpu/conv_block/product/plan.hpp"
#include "runtime/cpu/conv_block/stem/layout.hpp"
#include "runtime/cpu/conv_block/stem/plan.hpp"
#include "runtime/cpu/conv_block/winograd/layout.hpp"
#include "runtime/cpu/conv_block/winograd/plan.hpp"

namespace tn::cpu {

/// The method, and the direct plan with its tables: the stem method needs it for dx. What the other methods have to
/// know of the geometry is worked out when they run.
struct ConvPlan {
    Method method;
    DirectPlan direct;

    constexpr ConvPlan(const BlockGeometry& b, Method method) : method(method), direct(b) {}
    constexpr const BlockGeometry& block() const { return direct.block; }
};

template <BlockGeometry G, Method M> constexpr ConvPlan make_conv_plan() {
    ConvPlan plan(G, M);
    plan.direct.set_tables(tap_tables<G.conv>);
    return plan;
}

/// How many samples, of up to `most`, a block whose method is Winograd's infers by the product method: as many as have
/// so few positions that transforming the weights would take longer than the products.
constexpr int few_samples(const BlockGeometry& b, int most) {
    const ConvGeometry& c = b.conv;
    if (Index{c.channels} * c.filters < (1 << 14)) return 0;
    return static_cast<int>(std::min<Index>(most, 64 / c.out_plane()));
}

/// Floats that forward leaves for backward.
constexpr Index block_saved_floats(const BlockGeometry& b, int batch, Method method) {
    switch (method) {
        case Method::winograd: return WinogradSaved(WinogradPlan(b), batch).floats;
        case Method::product: return ProductSaved(ProductPlan(b), batch).floats;
        case Method::stem: return StemSaved(StemPlan(b), batch).floats;
        default: return DirectSaved(DirectPlan(b), batch).floats;
    }
}

/// Scratch of one pass of a kind.
constexpr Index block_work_floats(const BlockGeometry& b, int batch, Method method, bool backward) {
    switch (method) {
        case Method::winograd: {
            const Index floats = WinogradWork(WinogradPlan(b), batch, backward).floats;
            const int few = few_samples(b, batch);
            return backward || few == 0 ? floats : std::max(floats, ProductWork(ProductPlan(b), few, false).floats);
        }
        case Method::product: return ProductWork(ProductPlan(b), batch, backward).floats;
        case Method::stem: return StemWork(StemPlan(b), DirectPlan(b), batch, backward).floats;
        default: return DirectWork(DirectPlan(b), batch, backward).floats;
    }
}

/// Scratch of one call of any pass.
constexpr Index block_work_floats(const BlockGeometry& b, int batch, Method method) {
    return std::max(block_work_floats(b, batch, method, false), block_work_floats(b, batch, method, true));
}

}  // namespace tn::cpu
