#include "runtime/cpu/kernels/transposed_convolution.hpp"

#include <cblas.h>

#include <algorithm>

#include "runtime/cpu/kernels/columns.hpp"

namespace tn::cpu {

namespace {

/// Rows and columns of the matrices: x is [channels][pixels], the columns of y [depth][pixels].
struct Extents {
    int channels, depth, pixels;

    Extents(const Operation& conv, const Pass<float>& p)
        : channels(p.in.channels),
          depth(conv.features * conv.window.kernel_h * conv.window.kernel_w),
          pixels(static_cast<int>(p.in.plane())) {}
    Index columns() const { return Index{depth} * pixels; }
    Index weights() const { return Index{depth} * channels; }
};

int slice_begin(int n, int slice) { return part_begin(n, slice, slices); }

}  // namespace

void transposed_convolution_forward(Device& device, const Operation& conv, const Pass<float>& p) {
    const Extents e(conv, p);
    device.threads().run(slices, [&](int slice) {
        float* columns = p.work + slice * e.columns();
        for (int n = slice_begin(p.n, slice); n < slice_begin(p.n, slice + 1); ++n) {
            float* y = p.y + n * p.out.size();
            cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, e.depth, e.pixels, e.channels, 1, p.parameter[0],
                        e.depth, p.x + n * p.in.size(), e.pixels, 0, columns, e.pixels);
            for (int k = 0; k < p.out.channels; ++k)
                std::fill_n(y + k * p.out.plane(), p.out.plane(), p.parameter[1] ? p.parameter[1][k] : 0.0f);
            each_column_value(conv.window, p.out, p.in, [&](Index at, Index i) {
                if (i >= 0) y[i] += columns[at];
            });
        }
    });
}

void transposed_convolution_backward(Device& device, const Operation& conv, const Pass<float>& p) {
    const Extents e(conv, p);
    float* all_weights = p.work + slices * e.columns();
    float* all_biases = all_weights + slices * e.weights();
    device.threads().run(slices, [&](int slice) {
        float* dw = all_weights + slice * e.weights();
        float* db = all_biases + slice * p.out.channels;
        std::fill_n(dw, e.weights(), 0.0f);
        std::fill_n(db, p.out.channels, 0.0f);
        for (int n = slice_begin(p.n, slice); n < slice_begin(p.n, slice + 1); ++n) {
            const float* dy = p.dy + n * p.out.size();
            const float* columns = columns_of(conv.window, p.out, p.in, dy, p.work + slice * e.columns());
            cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, e.channels, e.depth, e.pixels, 1,
                        p.x + n * p.in.size(), e.pixels, columns, e.pixels, 1, dw, e.depth);
            for (int k = 0; k < p.out.channels; ++k)
                for (Index i = 0; i < p.out.plane(); ++i) db[k] += dy[k * p.out.plane() + i];
            if (p.dx)
                cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, e.channels, e.pixels, e.depth, 1, p.parameter[0],
                            e.depth, columns, e.pixels, 0, p.dx + n * p.in.size(), e.pixels);
        }
    });
    add_slices(p.gradient[0], all_weights, slices, e.weights());
    if (p.gradient[1]) add_slices(p.gradient[1], all_biases, slices, p.out.channels);
}

}  // namespace tn::cpu
