#include "runtime/cpu/kernels/convolution.hpp"

#include <cblas.h>

#include <algorithm>

namespace tn::cpu {

namespace {

struct Extents {
    int depth, filters, pixels;  // rows of the columns, filters, output pixels
    std::size_t columns, weights;

    Extents(const Window& w, const Pass<float>& p)
        : depth(p.in.channels * w.kernel_h * w.kernel_w),
          filters(p.out.channels),
          pixels(static_cast<int>(p.out.plane())),
          columns(static_cast<std::size_t>(depth) * static_cast<std::size_t>(pixels)),
          weights(static_cast<std::size_t>(depth) * static_cast<std::size_t>(filters)) {}
};

/// Calls f(column, x) for every value of the columns: the place in x, or -1 outside the image.
template <class F> void each_column_value(const Window& w, Shape in, Shape out, F f) {
    std::size_t at = 0;
    for (int c = 0; c < in.channels; ++c)
        for (int i = 0; i < w.kernel_h; ++i)
            for (int j = 0; j < w.kernel_w; ++j)
                for (int oy = 0; oy < out.height; ++oy)
                    for (int ox = 0; ox < out.width; ++ox, ++at) {
                        const int y = oy * w.stride + i - w.pad_h, x = ox * w.stride + j - w.pad_w;
                        const bool inside = y >= 0 && y < in.height && x >= 0 && x < in.width;
                        f(at, inside ? (static_cast<std::ptrdiff_t>(c) * in.height + y) * in.width + x : -1);
                    }
}

int slice_begin(int n, int slice) { return static_cast<int>(static_cast<long long>(n) * slice / slices); }

}  // namespace

void convolution_forward(Device& device, const Window& w, const Pass<float>& p) {
    const Extents s(w, p);
    device.threads().run(slices, [&](int slice) {
        float* columns = p.work + static_cast<std::size_t>(slice) * s.columns;
        for (int n = slice_begin(p.n, slice); n < slice_begin(p.n, slice + 1); ++n) {
            const float* x = p.x + static_cast<std::size_t>(n) * p.in.size();
            float* y = p.y + static_cast<std::size_t>(n) * p.out.size();
            each_column_value(w, p.in, p.out,
                              [&](std::size_t at, std::ptrdiff_t i) { columns[at] = i < 0 ? 0 : x[i]; });
            for (int k = 0; k < s.filters; ++k)
                std::fill_n(y + static_cast<std::size_t>(k) * p.out.plane(), p.out.plane(),
                            p.parameter[1] ? p.parameter[1][k] : 0.0f);
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
        float* columns = p.work + static_cast<std::size_t>(slice) * s.columns;
        float* dw = all_weights + static_cast<std::size_t>(slice) * s.weights;
        float* db = all_biases + slice * s.filters;
        std::fill_n(dw, s.weights, 0.0f);
        std::fill_n(db, s.filters, 0.0f);
        for (int n = slice_begin(p.n, slice); n < slice_begin(p.n, slice + 1); ++n) {
            const float* x = p.x + static_cast<std::size_t>(n) * p.in.size();
            const float* dy = p.dy + static_cast<std::size_t>(n) * p.out.size();
            each_column_value(w, p.in, p.out,
                              [&](std::size_t at, std::ptrdiff_t i) { columns[at] = i < 0 ? 0 : x[i]; });
            cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, s.filters, s.depth, s.pixels, 1, dy, s.pixels, columns,
                        s.pixels, 1, dw, s.depth);
            for (int k = 0; k < s.filters; ++k)
                for (int i = 0; i < s.pixels; ++i)
                    db[k] += dy[static_cast<std::size_t>(k) * p.out.plane() + static_cast<std::size_t>(i)];
            if (!p.dx) continue;
            float* dx = p.dx + static_cast<std::size_t>(n) * p.in.size();
            cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, s.depth, s.pixels, s.filters, 1, p.parameter[0],
                        s.depth, dy, s.pixels, 0, columns, s.pixels);
            std::fill_n(dx, p.in.size(), 0.0f);
            each_column_value(w, p.in, p.out, [&](std::size_t at, std::ptrdiff_t i) {
                if (i >= 0) dx[i] += columns[at];
            });
        }
    });
    const auto add_slices = [](float* to, const float* from, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            float sum = 0;
            for (int slice = 0; slice < slices; ++slice) sum += from[static_cast<std::size_t>(slice) * count + i];
            to[i] = sum;
        }
    };
    add_slices(p.gradient[0], all_weights, s.weights);
    if (p.gradient[1]) add_slices(p.gradient[1], all_biases, static_cast<std::size_t>(s.filters));
}

}  // namespace tn::cpu
