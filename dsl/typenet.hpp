// typenet: deep learning where a network is declared as a C++ type. The umbrella, and the only list of layers: all that
// a first program needs, also the model and the CPU device that runs it.
#pragma once

#if __cplusplus < 202002L
#error "typenet needs C++20: compile with -std=c++20, in CMake target_compile_features(... PRIVATE cxx_std_20)"
#else

#include "dsl/init/initialisers.hpp"
#include "dsl/layers/activations.hpp"
#include "dsl/layers/apply.hpp"
#include "dsl/layers/attention.hpp"
#include "dsl/layers/avg_pool.hpp"
#include "dsl/layers/batch_norm.hpp"
#include "dsl/layers/conv.hpp"
#include "dsl/layers/conv_transpose.hpp"
#include "dsl/layers/dense.hpp"
#include "dsl/layers/dropout.hpp"
#include "dsl/layers/embedding.hpp"
#include "dsl/layers/flatten.hpp"
#include "dsl/layers/global_avg_pool.hpp"
#include "dsl/layers/group_norm.hpp"
#include "dsl/layers/gru.hpp"
#include "dsl/layers/layer_norm.hpp"
#include "dsl/layers/lstm.hpp"
#include "dsl/layers/pool.hpp"
#include "dsl/layers/reshape.hpp"
#include "dsl/layers/signals.hpp"
#include "dsl/layers/softmax.hpp"
#include "dsl/layers/tokens.hpp"
#include "dsl/layers/upsample.hpp"
#include "dsl/loss/huber.hpp"
#include "dsl/loss/l1.hpp"
#include "dsl/loss/mean_squared_error.hpp"
#include "dsl/loss/sigmoid_cross_entropy.hpp"
#include "dsl/loss/softmax_cross_entropy.hpp"
#include "dsl/loss/softmax_cross_entropy_per_pixel.hpp"
#include "dsl/net/net.hpp"
#include "dsl/networks/squeeze_excite.hpp"
#include "dsl/optim/adagrad.hpp"
#include "dsl/optim/adam.hpp"
#include "dsl/optim/adamw.hpp"
#include "dsl/optim/lion.hpp"
#include "dsl/optim/momentum.hpp"
#include "dsl/optim/nesterov.hpp"
#include "dsl/optim/rate_schedule.hpp"
#include "dsl/optim/rmsprop.hpp"
#include "dsl/optim/sgd.hpp"

// What a first program runs it with.
#include "runtime/cpu/device.hpp"
#include "runtime/model/model.hpp"

#endif
