// A pointwise function as loops that a kernel calls on what it has just computed.
#pragma once

namespace tn::cpu {

/// Of `count` values; x may be y, and dy dx. Those of x and y that the derivative is not made from may be null.
struct FormulaLoops {
    void (*forward)(const float* x, float* y, int count);
    void (*backward)(const float* x, const float* y, const float* dy, float* dx, int count);
};

}  // namespace tn::cpu
