// A network in int8 as the models that the program predicts with.
#pragma once

#include <memory>

#include "examples/photos/networks/known_network.hpp"
#include "runtime/core/thread_pool.hpp"
#include "runtime/int8/int8_predictor.hpp"

namespace photos {

/// Predicts up to `batch` samples at a time, shared among the threads, which must outlive it. Throws tn::Error where it
/// is asked for what int8 does not have: training and features. It has no tensors of floats.
std::unique_ptr<InferenceModel> int8_model(QuantisedGraph quantised, cpu::ByteProducts products, int batch,
                                           ThreadPool& threads);

}  // namespace photos
