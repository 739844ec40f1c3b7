// Everything that is compiled once an instruction set, in its order.
#include "runtime/cpu/simd-inl.hpp"
//
#include "runtime/cpu/convolve-inl.hpp"
#include "runtime/cpu/normalise-inl.hpp"
#include "runtime/cpu/weight_gradient-inl.hpp"
//
#include "runtime/cpu/conv_block-inl.hpp"
