// The norm of all gradients in two kernels: a block for every part of the sum, and one that adds the parts.
#pragma once

#include <cmath>

#include "dsl/core/kernel.hpp"
#include "dsl/optim/gradient_norm.hpp"
#include "runtime/cuda/execution.hpp"
#include "runtime/cuda/gpu_device.hpp"

namespace tn::cuda {

inline constexpr int norm_of_all_threads = 256;

/// The sums of squares of `count` gradients, a multiple of 4: norm_parts blocks, which take 4 values a thread in turns.
struct PartsOfNorm {
    static constexpr std::size_t shared_bytes = norm_of_all_threads / warp * sizeof(double);
    std::size_t count;
    Span<const float> gradients;
    Span<double> sums;

    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        constexpr std::size_t together = 4, stride = together * norm_of_all_threads * norm_parts;
        double sum = 0;
        for (std::size_t i = together * global_index(t); i < count; i += stride) {
            const Four four = gradients.template at<const Four>(i);
            TN_UNROLL
            for (const float g : four.at) sum += double{g} * double{g};
        }
        sum = block_sum(t, sum, t.template shared<double>(0, norm_of_all_threads / warp));
        if (t.thread() == 0) sums[t.block()] = sum;
    }

private:
    struct alignas(16) TN_SEVERAL Four {
        float at[4];
    };
};

/// The norm of the parts, and the factor that limits it: one block with a thread for each part.
struct EndOfNorm {
    static constexpr std::size_t shared_bytes = norm_parts / warp * sizeof(double);
    float most;
    Span<const double> sums;
    Span<double> norm;
    Span<float> clip;

    template <class Thread> TN_DEVICE void operator()(Thread& t) const {
        const double sum = block_sum(t, double{sums[t.thread()]}, t.template shared<double>(0, norm_parts / warp));
        if (t.thread() != 0) return;
        const double root = std::sqrt(sum);
        norm[0] = root;
        clip[0] = clip_factor(root, most);
    }
};

}  // namespace tn::cuda

namespace tn {

template <class Gpu, cuda::Precision P> struct GradientNormKernel<cuda::BasicDevice<Gpu, P>> {
    static void run(cuda::BasicDevice<Gpu, P>& device, std::size_t count, const float* gradients, float most,
                    double* sums, double* norm, float* clip) {
        const std::size_t parts = norm_parts;
        device.gpu().launch(cuda::PartsOfNorm{count, {gradients, count}, {sums, parts}}, norm_parts,
                            cuda::norm_of_all_threads);
        device.gpu().launch(cuda::EndOfNorm{most, {sums, parts}, {norm, 1}, {clip, 1}}, 1, norm_parts);
    }
};

}  // namespace tn
