#include "runtime/cpu/kernels/dense.hpp"

#include <cblas.h>

#include <algorithm>

#include "dsl/core/index.hpp"

namespace tn::cpu {

namespace {

/// Rows or columns of a part: enough for OpenBLAS to be fast, few enough to keep every thread busy.
constexpr int part_of(int extent) { return std::max(16, (extent + 15) / 16); }
constexpr int parts(int extent) { return (extent + part_of(extent) - 1) / part_of(extent); }

}  // namespace

void dense_forward(Device& device, const Pass<float>& p) {
    const int inputs = static_cast<int>(p.in.size()), outputs = p.out.channels;
    const int part = part_of(outputs);
    device.threads().run(parts(outputs), [&](int i) {
        const int first = i * part, count = std::min(part, outputs - first);
        float* y = p.y + first;
        for (int n = 0; n < p.n; ++n)
            for (int o = 0; o < count; ++o)
                y[Index{n} * outputs + o] = p.parameter[1] ? p.parameter[1][first + o] : 0.0f;
        const float* weights = p.parameter[0] + Index{first} * inputs;
        if (p.n == 1)
            cblas_sgemv(CblasRowMajor, CblasNoTrans, count, inputs, 1, weights, inputs, p.x, 1, 1, y, 1);
        else
            cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, p.n, count, inputs, 1, p.x, inputs, weights, inputs, 1,
                        y, outputs);
    });
}

void dense_backward(Device& device, const Pass<float>& p) {
    const int inputs = static_cast<int>(p.in.size()), outputs = p.out.channels;
    const int part = part_of(inputs);
    device.threads().run(parts(inputs), [&](int i) {
        const int first = i * part, count = std::min(part, inputs - first);
        cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, outputs, count, p.n, 1, p.dy, outputs, p.x + first, inputs,
                    0, p.gradient[0] + first, inputs);
        if (p.dx)
            cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, p.n, count, outputs, 1, p.dy, outputs,
                        p.parameter[0] + first, inputs, 0, p.dx + first, inputs);
    });
    for (int o = 0; p.gradient[1] && o < outputs; ++o) {
        float sum = 0;
        for (int n = 0; n < p.n; ++n) sum += p.dy[Index{n} * outputs + o];
        p.gradient[1][o] = sum;
    }
}

}  // namespace tn::cpu
