// A plain BLAS: right, not fast. On a machine with a GPU and no OpenBLAS the CPU only says what the GPU must give.
#include <cstddef>

#include "cblas.h"

void cblas_sgemm(CBLAS_ORDER, CBLAS_TRANSPOSE ta, CBLAS_TRANSPOSE tb, int m, int n, int k, float alpha, const float* a,
                 int lda, const float* b, int ldb, float beta, float* c, int ldc) {
    const auto at = [](const float* matrix, int leading, bool transposed, int row, int column) {
        const int i = transposed ? column : row, j = transposed ? row : column;
        return matrix[std::ptrdiff_t{i} * leading + j];
    };
    for (int i = 0; i < m; ++i) {
        float* row = c + std::ptrdiff_t{i} * ldc;
        for (int j = 0; j < n; ++j) row[j] = beta == 0 ? 0.0f : beta * row[j];
        for (int p = 0; p < k; ++p) {
            const float scale = alpha * at(a, lda, ta == CblasTrans, i, p);
            for (int j = 0; j < n; ++j) row[j] += scale * at(b, ldb, tb == CblasTrans, p, j);
        }
    }
}

void cblas_sgemv(CBLAS_ORDER, CBLAS_TRANSPOSE ta, int m, int n, float alpha, const float* a, int lda, const float* x,
                 int incx, float beta, float* y, int incy) {
    const int rows = ta == CblasTrans ? n : m, inner = ta == CblasTrans ? m : n;
    for (int i = 0; i < rows; ++i) {
        float sum = 0;
        for (int p = 0; p < inner; ++p)
            sum += a[std::ptrdiff_t{ta == CblasTrans ? p : i} * lda + (ta == CblasTrans ? i : p)] *
                   x[std::ptrdiff_t{p} * incx];
        float& out = y[std::ptrdiff_t{i} * incy];
        out = alpha * sum + (beta == 0 ? 0.0f : beta * out);
    }
}

void openblas_set_num_threads(int) {}

char* openblas_get_corename() {
    static char name[] = "is not here: a plain BLAS";
    return name;
}
