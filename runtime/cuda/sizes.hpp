// What the CUDA kernels keep of a layer and need beside it, in values: constants that a network's plan reads.
#pragma once

#include "runtime/cuda/block_plan.hpp"
#include "runtime/cuda/stem_plan.hpp"

namespace tn::cuda {

template <Precision P> struct SizesIn {
    static constexpr std::size_t block_saved(const BlockGeometry& g, int batch) {
        return is_stem(g) ? StemSaved(g, batch).values : BlockSaved(g, batch, P).values;
    }
    static constexpr std::size_t block_work(const BlockGeometry& g, int batch) {
        return is_stem(g) ? StemWork(g, batch).values : BlockWork(g, batch, P).values;
    }
    static constexpr std::size_t norm_work(int channels) {
        return BlockWork::shared(static_cast<std::size_t>(channels));
    }
};
using Sizes = SizesIn<Precision::fp32>;

}  // namespace tn::cuda
