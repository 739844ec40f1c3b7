// Launches that the device and its fused blocks have in common.
#pragma once

#include <cstddef>

#include "dsl/core/index.hpp"
#include "dsl/core/layer.hpp"
#include "runtime/core/process_group.hpp"
#include "runtime/cuda/kernels/columns.hpp"
#include "runtime/cuda/kernels/norm.hpp"
#include "runtime/cuda/kernels/sync_batch_norm.hpp"

namespace tn::cuda {

constexpr int blocks(int count, int size) { return (count + size - 1) / size; }

/// A thread for each of `count` values.
template <class Gpu, class Kernel> void launch_each(Gpu& gpu, std::size_t count, const Kernel& kernel) {
    constexpr int threads = 256;
    gpu.launch(kernel, static_cast<int>((count + threads - 1) / threads), threads);
}

inline std::size_t in_size(const Pass<float>& p) { return p.n * p.in.size(); }
inline std::size_t out_size(const Pass<float>& p) { return p.n * p.out.size(); }
inline ChannelValues values_of(const Pass<float>& p, Shape s) { return {p.n, s.channels, static_cast<int>(s.plane())}; }

/// How many values of a channel of shape s are normalised together: those of the whole batch. Null: of this process.
inline float values_of_whole_channel(const ProcessGroup* group, const Pass<float>& p, Shape s) {
    return static_cast<float>(group ? group->whole() : p.n) * static_cast<float>(s.plane());
}

/// Two sums of every channel, as BlockWork::shared() made room for.
inline Span<double> shared_sums(float* place, std::size_t channels) {
    return {reinterpret_cast<double*>(place), 2 * channels};
}

/// The whole batch's statistics from the moments that lie there of this process's values of shape s.
template <class Gpu>
void take_whole_statistics(Gpu& gpu, ProcessGroup& group, const Pass<float>& p, Shape s, float* place,
                           const BatchStatistics& statistics) {
    const Index channels = s.channels;
    const Span<double> sums = shared_sums(place, channels);
    group.sum_in_stream(sums.values());
    launch_each(gpu, channels, WholeStatistics{s.channels, values_of_whole_channel(&group, p, s), {sums}, statistics});
}

/// The gradient of a bias: the sums of dy.
template <class Gpu> void bias_backward(Gpu& gpu, const Pass<float>& p) {
    gpu.launch(BiasBackward{values_of(p, p.out), {p.dy, out_size(p)}, {p.gradient[1], p.out.channels}}, p.out.channels,
               norm_threads);
}

/// y += bias, by channel.
template <class Gpu> void add_bias(Gpu& gpu, const Pass<float>& p) {
    launch_each(gpu, out_size(p),
                AddBias{out_size(p),
                        p.out.channels,
                        static_cast<int>(p.out.plane()),
                        {p.parameter[1], p.out.channels},
                        {p.y, out_size(p)}});
}

}  // namespace tn::cuda
