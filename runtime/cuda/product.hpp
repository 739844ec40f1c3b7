// A matrix product as the device asks a device for it.
#pragma once

#include <cstddef>

namespace tn::cuda {

/// A matrix product through cuBLAS, with the matrices as cuBLAS reads them, column by column:
/// c[m][n] = op(a)[m][k] op(b)[k][n] + bias[m], for `batch` matrices that lie `stride` values apart.
///
/// A bias or sums of b, one of them at most, are cuBLAS's epilogue, which it does not have for every shape. A device's
/// multiply(product) is false where c is the product without it: the caller then adds the bias or sums b.
struct Product {
    bool transpose_a = false, transpose_b = false;
    int m = 0, n = 0, k = 0;
    const float *a = nullptr, *b = nullptr;
    int lda = 0, ldb = 0, ldc = 0;
    float* c = nullptr;
    const float* bias = nullptr;  ///< [m], added to every column; null: none
    float* sums_of_b = nullptr;   ///< [n], each column of op(b) summed: the gradient of a bias; null: not wanted
    int batch = 1;
    std::size_t stride_a = 0, stride_b = 0, stride_c = 0;

    bool has_epilogue() const { return bias || sums_of_b; }
    Product without_epilogue() const {
        Product plain = *this;
        plain.bias = nullptr;
        plain.sums_of_b = nullptr;
        return plain;
    }
};

}  // namespace tn::cuda
