/* What the CPU runtime takes of BLAS, for a machine without OpenBLAS: see blas.cpp. */
#pragma once

#ifdef __cplusplus
extern "C" {
#endif
enum CBLAS_ORDER { CblasRowMajor = 101 };
enum CBLAS_TRANSPOSE { CblasNoTrans = 111, CblasTrans = 112 };

/* c[m][n] = alpha op(a)[m][k] op(b)[k][n] + beta c, row by row. */
void cblas_sgemm(enum CBLAS_ORDER order, enum CBLAS_TRANSPOSE ta, enum CBLAS_TRANSPOSE tb, int m, int n, int k,
                 float alpha, const float* a, int lda, const float* b, int ldb, float beta, float* c, int ldc);
/* y = alpha op(a) x + beta y, where a is [m][n]. */
void cblas_sgemv(enum CBLAS_ORDER order, enum CBLAS_TRANSPOSE ta, int m, int n, float alpha, const float* a, int lda,
                 const float* x, int incx, float beta, float* y, int incy);
void openblas_set_num_threads(int threads);
char* openblas_get_corename(void);
#ifdef __cplusplus
}
#endif
