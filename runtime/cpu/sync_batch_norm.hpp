// Batch normalisation by itself of a batch that several processes share, on the CPU.
#pragma once

#include "dsl/core/layer.hpp"

namespace tn {
class ProcessGroup;
class ThreadPool;
}  // namespace tn

namespace tn::cpu {

/// The training pass of BN (dsl/layers/batch_norm.hpp) with the mean and the variance of all processes' samples.
void sync_batch_norm_forward(ThreadPool& pool, ProcessGroup& group, const Pass<float>& pass, float epsilon,
                             float momentum);

/// Its gradients: dx from the sums over the whole batch, dgamma and dbeta of this process's samples.
void sync_batch_norm_backward(ThreadPool& pool, ProcessGroup& group, const Pass<float>& pass);

}  // namespace tn::cpu
