// The loops that an exported header is made of, as text: each in C++17, every size a template argument.
#pragma once

#include <string_view>

#include "dsl/core/operation.hpp"

namespace tn {

struct HeaderKernel {
    Operation::Kind operation;
    std::string_view source;
};

inline constexpr HeaderKernel header_kernels[] = {
    {Operation::convolution, R"(
/// x [C][H][W], zeros around it -> y [F][(H + 2 PH - KH) / S + 1][(W + 2 PW - KW) / S + 1].
template <int C, int H, int W, int F, int KH, int KW, int S, int PH, int PW, bool Relu>
inline void convolution(const float* x, const float* weight, const float* bias, float* y) {
    constexpr int rows = (H + 2 * PH - KH) / S + 1, columns = (W + 2 * PW - KW) / S + 1;
    for (int f = 0; f < F; ++f, y += rows * columns) {
        for (int i = 0; i < rows * columns; ++i) y[i] = bias[f];
        for (int c = 0; c < C; ++c)
            for (int i = 0; i < KH; ++i)
                for (int j = 0; j < KW; ++j) {
                    const float w = *weight++;
                    const int top = PH > i ? (PH - i + S - 1) / S : 0, left = PW > j ? (PW - j + S - 1) / S : 0;
                    const int bottom = H + PH > i ? (H - 1 + PH - i) / S + 1 : 0;
                    const int right = W + PW > j ? (W - 1 + PW - j) / S + 1 : 0;
                    for (int row = top; row < (bottom < rows ? bottom : rows); ++row) {
                        const float* from = x + (c * H + row * S + i - PH) * W;
                        for (int column = left; column < (right < columns ? right : columns); ++column)
                            y[row * columns + column] += w * from[column * S + j - PW];
                    }
                }
        if (Relu)
            for (int i = 0; i < rows * columns; ++i) y[i] = y[i] > 0 ? y[i] : 0.0f;
    }
}
)"},
    {Operation::dense, R"(
/// y = weight x + bias, weight [Outputs][Inputs]. Sixteen sums at a time, which compilers turn into vectors.
template <int Inputs, int Outputs, bool Relu>
inline void dense(const float* x, const float* weight, const float* bias, float* y) {
    for (int o = 0; o < Outputs; ++o, weight += Inputs) {
        float part[16] = {}, sum = bias[o];
        int i = 0;
        for (; i + 16 <= Inputs; i += 16)
            for (int k = 0; k < 16; ++k) part[k] += weight[i + k] * x[i + k];
        for (; i < Inputs; ++i) sum += weight[i] * x[i];
        for (int k = 0; k < 16; ++k) sum += part[k];
        y[o] = Relu && !(sum > 0) ? 0.0f : sum;
    }
}
)"},
    {Operation::scale, R"(
/// y = weight[c] x + bias[c], C channels of Plane values.
template <int C, int Plane, bool Relu>
inline void scale(const float* x, const float* weight, const float* bias, float* y) {
    for (int c = 0; c < C; ++c)
        for (int i = c * Plane; i < (c + 1) * Plane; ++i) {
            const float value = weight[c] * x[i] + bias[c];
            y[i] = Relu && !(value > 0) ? 0.0f : value;
        }
}
)"},
    {Operation::max_pool, R"(
/// The largest value of every K x K window, one every S pixels.
template <int C, int H, int W, int K, int S> inline void max_pool(const float* x, float* y) {
    for (int c = 0; c < C; ++c)
        for (int row = 0; row < (H - K) / S + 1; ++row)
            for (int column = 0; column < (W - K) / S + 1; ++column) {
                const float* window = x + (c * H + row * S) * W + column * S;
                float most = *window;
                for (int i = 0; i < K; ++i)
                    for (int j = 0; j < K; ++j) most = window[i * W + j] > most ? window[i * W + j] : most;
                *y++ = most;
            }
}
)"},
    {Operation::average_pool, R"(
/// The mean of every K x K window, one every S pixels.
template <int C, int H, int W, int K, int S> inline void average_pool(const float* x, float* y) {
    for (int c = 0; c < C; ++c)
        for (int row = 0; row < (H - K) / S + 1; ++row)
            for (int column = 0; column < (W - K) / S + 1; ++column) {
                const float* window = x + (c * H + row * S) * W + column * S;
                float sum = 0;
                for (int i = 0; i < K; ++i)
                    for (int j = 0; j < K; ++j) sum += window[i * W + j];
                *y++ = sum * (1.0f / (K * K));
            }
}
)"},
    {Operation::global_average_pool, R"(
/// The mean of each of C channels of Plane values.
template <int C, int Plane> inline void global_average_pool(const float* x, float* y) {
    for (int c = 0; c < C; ++c, x += Plane) {
        float sum = 0;
        for (int i = 0; i < Plane; ++i) sum += x[i];
        y[c] = sum / Plane;
    }
}
)"},
    {Operation::multiply, R"(
/// N factors, each for Each values.
template <int N, int Each> inline void product(const float* factor, const float* x, float* y) {
    for (int n = 0; n < N; ++n)
        for (int i = n * Each; i < (n + 1) * Each; ++i) y[i] = factor[n] * x[i];
}
)"},
    {Operation::add, R"(
template <int N, bool Relu> inline void sum(const float* a, const float* b, float* y) {
    for (int i = 0; i < N; ++i) {
        const float value = a[i] + b[i];
        y[i] = Relu && !(value > 0) ? 0.0f : value;
    }
}
)"},
    {Operation::concat, R"(
template <int N> inline void copy(const float* x, float* y) {
    for (int i = 0; i < N; ++i) y[i] = x[i];
}
)"},
    {Operation::softmax, R"(
template <int N> inline void softmax(const float* x, float* y) {
    float most = x[0], sum = 0;
    for (int i = 1; i < N; ++i) most = x[i] > most ? x[i] : most;
    for (int i = 0; i < N; ++i) sum += y[i] = std::exp(x[i] - most);
    for (int i = 0; i < N; ++i) y[i] /= sum;
}
)"},
};

}  // namespace tn
