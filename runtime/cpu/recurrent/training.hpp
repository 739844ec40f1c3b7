// How a GRU or LSTM is trained: in which parts of the batch, and where its passes keep things, in floats.
#pragma once

#include <algorithm>

#include "dsl/core/index.hpp"
#include "runtime/cpu/conv_block/layout.hpp"
#include "runtime/cpu/conv_block/split.hpp"
#include "runtime/cpu/products/matrix_scratch.hpp"
#include "runtime/cpu/recurrent/passes.hpp"

namespace tn::cpu {

/// Samples that go from position to position together, so that a weight is read once for all of them.
constexpr int recurrent_slices(int n) { return std::min((n + matrix_tile - 1) / matrix_tile, max_slices); }

/// What forward leaves for backward: of each position of each sample a row of the gates, of a GRU what the hidden state
/// gives to the gate n, of an LSTM the cell, and the hidden state at the end.
struct RecurrentSaved {
    Index row, sample, floats;

    constexpr RecurrentSaved(const RecurrentPlan& plan, int n)
        : row((plan.lstm ? 6 : 5) * Index{plan.hidden}), sample(row * plan.positions), floats(sample * n) {}

    constexpr Index at(int sample_number, int position) const { return sample_number * sample + position * row; }
    constexpr Index state(const RecurrentPlan& plan) const { return row - plan.hidden; }
    /// Of a GRU what the hidden state gives to n; of an LSTM the cell.
    static constexpr Index behind_gates(const RecurrentPlan& plan) { return Index{plan.rows()}; }
};

/// The scratch of forward: weights turned, as at inference, [channels] and [hidden][row_stride].
struct RecurrentForwardWork {
    Index in = 0, hidden = 0, floats = 0;

    constexpr explicit RecurrentForwardWork(const RecurrentPlan& plan) {
        Regions regions;
        in = regions.take(plan.channels * plan.row_stride());
        hidden = regions.take(plan.hidden * plan.row_stride() + max_lanes);  // the rows of one gate are read alone
        floats = regions.with_alignment();
    }
};

/// The scratch of backward: weights with rows of whole vectors; the gradients of what the gates get,
/// [n][positions][4 hidden], of a GRU those of r, z and n, and then of what the hidden state gives to n; of each sample
/// the gradients of hidden state and cell, and one vector more; of each slice a tile of dx; the weights' gradients,
/// turned, [channels] and [hidden][row_stride].
struct RecurrentBackwardWork {
    Index in = 0, hidden = 0, gates = 0, units = 0, tiles = 0, d_in = 0, d_hidden = 0, floats = 0;
    Index in_stride, unit_stride, gate_row, tile_stride;

    constexpr RecurrentBackwardWork(const RecurrentPlan& plan, int n)
        : in_stride(round_up(Index{plan.channels})),
          unit_stride(round_up(Index{plan.hidden})),
          gate_row(4 * Index{plan.hidden}),
          tile_stride(matrix_tile * in_stride) {
        Regions regions;
        in = regions.take(plan.rows() * in_stride);
        hidden = regions.take(plan.rows() * unit_stride);
        gates = regions.take(n * plan.positions * gate_row + max_lanes);  // the last row is read by whole vectors
        units = regions.take(3 * n * unit_stride);
        tiles = regions.take(max_slices * tile_stride);
        d_in = regions.take(plan.channels * plan.row_stride());
        d_hidden = regions.take(plan.hidden * plan.row_stride());
        floats = regions.with_alignment();
    }
};

}  // namespace tn::cpu
