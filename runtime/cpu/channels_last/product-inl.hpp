// Convolutions as products of rows and panels of filters.
#if defined(TN_CPU_CHANNELS_LAST_PRODUCT_INL) == defined(TN_ISA_TOGGLE)
#ifdef TN_CPU_CHANNELS_LAST_PRODUCT_INL
#undef TN_CPU_CHANNELS_LAST_PRODUCT_INL
#else
#define TN_CPU_CHANNELS_LAST_PRODUCT_INL
#endif

#include <algorithm>

#include "dsl/core/index.hpp"
#include "runtime/core/isa_target.hpp"
#include "runtime/core/thread_pool.hpp"
#include "runtime/cpu/channels_last/layout-inl.hpp"
#include "runtime/cpu/channels_last/passes.hpp"
#include "runtime/cpu/channels_last/plan.hpp"
#include "runtime/cpu/channels_last/rows-inl.hpp"
#include "runtime/cpu/channels_last/weights-inl.hpp"
#include "runtime/cpu/simd/vector-inl.hpp"

namespace tn::cpu::TN_ISA {

/// What is done with the sums of a position: the addition of another branch, and the rectifiers of the block and of the
/// sum.
struct RowFinish {
    Rectifier rectify;
    bool relu;  // behind the addition

    TN_INLINE V operator()(V v) const { return rectify(v); }
    TN_INLINE V operator()(V v, V added) const {
        const V sum = rectify(v) + added;
        return relu ? TN_ISA::relu(sum) : sum;
    }
};

/// Value k of a row of the product lies behind its first one, or where a table says.
struct Neighbours {
    TN_INLINE Index operator[](int k) const { return k; }
};
struct ByTable {
    const Index* offset;
    TN_INLINE Index operator[](int k) const { return offset[k]; }
};

/// Rows of the product: row r begins r * step floats behind x.
template <class Places> struct ProductRows {
    const float* x;
    Index step;
    Places places;
};

/// y [R][filters], rows y_row floats apart, from x [R][depth] and a panel of C vectors of filters, [depth][C lanes].
/// `added`, which may be null, lies as y does. The sums of a filter are made in the same order whatever R and C.
template <int R, int C, class Places>
void multiply_rows(const ProductRows<Places>& x, int depth, const float* weights, const float* shifts, int filters,
                   const RowFinish& finish, const float* added, float* y, Index y_row) {
    V acc[R][C];
    TN_UNROLL for (int v = 0; v < C; ++v) {
        const V shift = load(shifts + v * lanes);
        TN_UNROLL for (int r = 0; r < R; ++r) acc[r][v] = shift;
    }
    const float* row[R];
    TN_UNROLL for (int r = 0; r < R; ++r) row[r] = x.x + r * x.step;
    for (int k = 0; k < depth; ++k, weights += C * lanes) {
        V w[C];
        TN_UNROLL for (int v = 0; v < C; ++v) w[v] = load(weights + v * lanes);
        const Index at = x.places[k];
        TN_UNROLL for (int r = 0; r < R; ++r) {
            const V b = broadcast(row[r][at]);
            TN_UNROLL for (int v = 0; v < C; ++v) acc[r][v] += w[v] * b;
        }
    }
    TN_UNROLL for (int r = 0; r < R; ++r) TN_UNROLL for (int v = 0; v < C; ++v) {
        const Index at = r * y_row + v * lanes;
        const int count = filters - v * lanes;
        store_partial(y + at, added ? finish(acc[r][v], load_partial(added + at, count)) : finish(acc[r][v]), count);
    }
}

/// Calls f.operator()<R>(first) for tiles of R rows from `first` on: of `tile` rows and of one less, if it can be: 49
/// rows are seven of seven.
template <class F> TN_INLINE void each_row_tile(int rows, const F& f) {
    const int tiles = (rows + tile - 1) / tile, smaller = rows >= tiles * (tile - 1) ? tiles * tile - rows : 0;
    int first = 0;
    for (const int end = rows - smaller * (tile - 1); end - first >= tile; first += tile)
        f.template operator()<tile>(first);
    for (int i = 0; i < smaller; ++i, first += tile - 1) f.template operator()<tile - 1>(first);
    for (; rows - first >= 4; first += 4) f.template operator()<4>(first);
    for (; rows - first >= 2; first += 2) f.template operator()<2>(first);
    if (first < rows) f.template operator()<1>(first);
}

/// Any number of rows.
template <int C, class Places>
void multiply_panel_rows(int rows, const ProductRows<Places>& x, int depth, const float* weights, const float* shifts,
                         int filters, const RowFinish& finish, const float* added, float* y, Index y_row) {
    each_row_tile(rows, [&]<int R>(int first) TN_INLINE_LAMBDA {
        const Index at = first * y_row;
        multiply_rows<R, C>(ProductRows<Places>{x.x + first * x.step, x.step, x.places}, depth, weights, shifts,
                            filters, finish, added ? added + at : nullptr, y + at, y_row);
    });
}

/// Calls f.operator()<C>() for the C vectors of a panel.
template <class F> TN_INLINE void with_vectors(int count, const F& f) {
    switch (count) {
        case 1: return f.template operator()<1>();
        case 2: return f.template operator()<2>();
        default: return f.template operator()<tile_vectors>();
    }
}

/// What every task of a convolution reads, and y.
struct ChannelsLastTensors {
    const ChannelsLastPlan& plan;
    Panels panels;
    const float *x, *weights, *shifts;
    RowFinish finish;
    const float* added;
    float* y;
    Index y_row;  // and of what is added

    ChannelsLastTensors(const ChannelsLastPlan& plan, const ChannelsLastPass& pass, const AddedBranch& branch,
                        const OtherLayouts& other)
        : plan(plan),
          panels(plan.conv().filters),
          x(other.x),
          weights(pass.kept + ChannelsLastKept(plan.conv(), plan.method).weights),
          shifts(pass.kept + ChannelsLastKept(plan.conv(), plan.method).shifts),
          finish{Rectifier(plan.block), branch.relu},
          added(branch.values),
          y(other.y),
          y_row(pass.y_row > 0 ? pass.y_row : plan.conv().filters) {}
};

/// One product of all positions.
struct RowProduct : ChannelsLastTensors {
    /// The `count` positions from `first` on, whose rows are `rows`, for some panels.
    template <class Places> void run(Index first, int count, const ProductRows<Places>& rows, Range own) const {
        const int filters = plan.conv().filters, depth = plan.depth();
        for (int panel = own.first; panel < own.last; ++panel) {
            const int vector = panels.first_vector(panel), f = vector * lanes;
            const auto go = [&]<int C>() TN_INLINE_LAMBDA {
                const Index at = first * y_row + f;
                multiply_panel_rows<C>(count, rows, depth, weights + Index{f} * depth, shifts + f, filters - f, finish,
                                       added ? added + at : nullptr, y + at, y_row);
            };
            with_vectors(panels.vectors_of(panel), go);
        }
    }

    /// The positions first .. last - 1 by their rows, gathered block by block.
    void run_gathered(Index first, Index last, Range own, float* gathered) const {
        for (Index next; first < last; first = next) {
            next = std::min(last, first + plan.block_rows());
            gather_rows(plan, x, first, next, gathered);
            run(first, static_cast<int>(next - first), ProductRows<Neighbours>{gathered, plan.depth(), {}}, own);
        }
    }

    /// A row of positions of a sample, from position `first` on: windows inside are read where they are.
    void run_row(Index first, Range own, ByTable offsets, float* gathered) const {
        const ConvGeometry& c = plan.conv();
        const int row = static_cast<int>(first % c.out_plane() / c.out_w());
        const int begin = std::min(c.out_w(), (c.pad + c.stride - 1) / c.stride);
        const int end = std::max(begin, (c.width + c.pad - c.kernel_w) / c.stride + 1);
        const WindowPlace at(c, row, begin);
        if (!at.whole(c) || end == begin) return run_gathered(first, first + c.out_w(), own, gathered);
        run_gathered(first, first + begin, own, gathered);
        const float* sample = x + first / c.out_plane() * c.in_size();
        const Index pixel = Index{at.y} * c.width + at.x;
        run(first + begin, end - begin,
            ProductRows<ByTable>{sample + pixel * (plan.last.x ? c.channels : 1), plan.position_step(), offsets}, own);
        run_gathered(first + end, first + c.out_w(), own, gathered);
    }
};

inline void channels_last_convolve(ThreadPool& pool, const ChannelsLastPlan& plan, const ChannelsLastPass& pass,
                                   const AddedBranch& branch) {
    const ConvGeometry& c = plan.conv();
    const ChannelsLastWork at(plan, pass.n);
    float* work = aligned(pass.work);
    const OtherLayouts other(pool, plan, pass, work, at);
    const RowProduct product{{plan, pass, branch, other}};
    auto* offsets = reinterpret_cast<Index*>(work + at.offsets);
    for (int k = 0; plan.reads_windows() && k < plan.depth(); ++k) offsets[k] = plan.window_offset(k);

    const Index positions = pass.n * c.out_plane();
    const int size = plan.reads_windows() ? c.out_w() : plan.block_rows();
    const int blocks = static_cast<int>((positions + size - 1) / size);
    const int parts = blocks >= pool.threads() ? 1 : std::min(product.panels.count, pool.threads());
    const int units = blocks * parts, tasks = std::min(units, max_slices);
    pool.run(tasks, [&](int task) {
        float* gathered = work + at.rows + task * at.rows_stride;
        const Range own = part_of(units, tasks, task);
        for (int unit = own.first; unit < own.last; ++unit) {
            const Index first = Index{unit / parts} * size, last = std::min(positions, first + size);
            const Range panels = part_of(product.panels.count, parts, unit % parts);
            if (plan.reads_windows())
                product.run_row(first, panels, ByTable{offsets}, gathered);
            else if (plan.rows_are_x())
                product.run(first, static_cast<int>(last - first),
                            ProductRows<Neighbours>{product.x + first * c.channels, c.channels, {}}, panels);
            else
                product.run_gathered(first, last, panels, gathered);
        }
    });
    other.finish(pool, plan, pass);
}

}  // namespace tn::cpu::TN_ISA
#endif
