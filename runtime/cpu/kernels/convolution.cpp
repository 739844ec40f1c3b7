#include "runtime/cpu/kernels/convolution.hpp"

#include <cblas.h>

#include <algorithm>

#include "dsl/core/index.hpp"

namespace tn::cpu {

namespace {

struct Extents {
    int depth, filters, pixels;  // rows of the columns, filters, output pixels
    Index columns, weights;

    Extents(const Window& w, const Pass<float>& p)
        : depth(p.in.channels * w.kernel_h * w.kernel_w),
          filters(p.out.channels),
          pixels(static_cast<int>(p.out.plane())),
          columns(Index{depth} * pixels),
          weights(Index{depth} * filters) {}
};

/// Calls f(column, x) for every value of the columns: the place in x, or -1 outside the image.
template <class F> void each_column_value(const Window& w, Shape in, Shape out, F f) {
    Index at = 0;
    for (int c = 0; c < in.channels; ++c)
        for (int i = 0; i < w.kernel_h; ++i)
            for (int j = 0; j < w.kernel_w; ++j)
                for (int oy = 0; oy < out.height; ++oy)
                    for (int ox = 0; ox < out.width; ++ox, ++at) {
                        const int y = oy * w.stride + i - w.pad_h, x = ox * w.stride + j - w.pad_w;
                        const bool inside = y >= 0 && y < in.height && x >= 0 && x < in.width;
                        f(at, inside ? (Index{c} * in.height + y) * in.width + x : -1);
                    }
}

int slice_begin(int n, int slice) { return part_begin(n, slice, slices); }

}  // namespace

void convolution_forward(Device& device, const Window& w, const Pass<float>& p) {
    const Extents s(w, p);
    device.threads().run(slices, [&](int slice) {
        float* columns = p.work + slice * s.columns;
        for (int n = slice_begin(p.n, slice); n < slice_begin(p.n, slice + 1); ++n) {
            const float* x = p.x + n * p.in.size();
            float* y = p.y + n * p.out.size();
            each_column_value(w, p.in, p.out, [&](Index at, Index i) { columns[at] = i < 0 ? 0 : x[i]; });
            for (int k = 0; k < s.filters; ++k)
                std::fill_n(y + k * p.out.plane(), p.out.plane(), p.parameter[1] ? p.parameter[1][k] : 0.0f);
            cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, s.filters, s.pixels, s.depth, 1, p.parameter[0],
                        s.depth, columns, s.pixels, 1, y, s.pixels);
        }
    });
}

void convolution_backward(Device& device, const Window& w, const Pass<float>& p) {
    const Extents s(w, p);
    float* all_weights = p.work + slices * s.columns;
    float* all_biases = all_weights + slices * s.weights;
    device.threads().run(slices, [&](int slice) {
        float* columns = p.work + slice * s.columns;
        float* dw = all_weights + slice * s.weights;
        float* db = all_biases + slice * s.filters;
        std::fill_n(dw, s.weights, 0.0f);
        std::fill_n(db, s.filters, 0.0f);
        for (int n = slice_begin(p.n, slice); n < slice_begin(p.n, slice + 1); ++n) {
            const float* x = p.x + n * p.in.size();
            const float* dy = p.dy + n * p.out.size();
            each_column_value(w, p.in, p.out, [&](Index at, Index i) { columns[at] = i < 0 ? 0 : x[i]; });
            cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, s.filters, s.depth, s.pixels, 1, dy, s.pixels, columns,
                        s.pixels, 1, dw, s.depth);
            for (int k = 0; k < s.filters; ++k)
                for (int i = 0; i < s.pixels; ++i) db[k] += dy[k * p.out.plane() + i];
            if (!p.dx) continue;
            float* dx = p.dx + n * p.in.size();
            cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, s.depth, s.pixels, s.filters, 1, p.parameter[0],
                        s.depth, dy, s.pixels, 0, columns, s.pixels);
            std::fill_n(dx, p.in.size(), 0.0f);
            each_column_value(w, p.in, p.out, [&](Index at, Index i) {
                if (i >= 0) dx[i] += columns[at];
            });
        }
    });
    const auto add_slices = [](float* to, const float* from, Index count) {
        for (Index i = 0; i < count; ++i) {
            float sum = 0;
            for (int slice = 0; slice < slices; ++slice) sum += from[slice * count + i];
            to[i] = sum;
        }
    };
    add_slices(p.gradient[0], all_weights, s.weights);
    if (p.gradient[1]) add_slices(p.gradient[1], all_biases, s.filters);
}

}  // namespace tn::cpu
