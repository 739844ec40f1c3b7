#include "runtime/cpu/kernels/convolution.hpp"

#include <cblas.h>

#include <algorithm>

#include "runtime/cpu/kernels/columns.hpp"

namespace tn::cpu {

namespace {

int slice_begin(int n, int slice) { return part_begin(n, slice, slices); }

}  // namespace

void convolution_forward(Device& device, const Operation& conv, const Pass<float>& p) {
    const ConvColumns c(conv, p.in);
    const int filters = c.group_filters(), depth = c.group_depth();
    device.threads().run(slices, [&](int slice) {
        for (int n = slice_begin(p.n, slice); n < slice_begin(p.n, slice + 1); ++n) {
            float* y = p.y + n * p.out.size();
            const float* columns =
                columns_of(conv.window, p.in, p.out, p.x + n * p.in.size(), p.work + slice * c.size());
            for (int k = 0; k < c.filters; ++k)
                std::fill_n(y + k * p.out.plane(), p.out.plane(), p.parameter[1] ? p.parameter[1][k] : 0.0f);
            for (Index g = 0; g < c.groups; ++g)
                cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, filters, c.pixels, depth, 1,
                            p.parameter[0] + g * filters * depth, depth, columns + g * depth * c.pixels, c.pixels, 1,
                            y + g * filters * c.pixels, c.pixels);
        }
    });
}

void convolution_backward(Device& device, const Operation& conv, const Pass<float>& p) {
    const ConvColumns c(conv, p.in);
    const int filters = c.group_filters(), depth = c.group_depth();
    const bool pixels_are_columns = conv.window.is_pixel();
    float* all_weights = p.work + slices * c.size();
    float* all_biases = all_weights + slices * c.weights();
    device.threads().run(slices, [&](int slice) {
        float* room = p.work + slice * c.size();
        float* dw = all_weights + slice * c.weights();
        float* db = all_biases + slice * c.filters;
        std::fill_n(dw, c.weights(), 0.0f);
        std::fill_n(db, c.filters, 0.0f);
        for (int n = slice_begin(p.n, slice); n < slice_begin(p.n, slice + 1); ++n) {
            const float* dy = p.dy + n * p.out.size();
            const float* columns = columns_of(conv.window, p.in, p.out, p.x + n * p.in.size(), room);
            for (Index g = 0; g < c.groups; ++g)
                cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, filters, depth, c.pixels, 1,
                            dy + g * filters * c.pixels, c.pixels, columns + g * depth * c.pixels, c.pixels, 1,
                            dw + g * filters * depth, depth);
            for (int k = 0; k < c.filters; ++k)
                for (int i = 0; i < c.pixels; ++i) db[k] += dy[k * p.out.plane() + i];
            if (!p.dx) continue;
            float* const dx = p.dx + n * p.in.size();
            float* const dcolumns = pixels_are_columns ? dx : room;
            for (Index g = 0; g < c.groups; ++g)
                cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, depth, c.pixels, filters, 1,
                            p.parameter[0] + g * filters * depth, depth, dy + g * filters * c.pixels, c.pixels, 0,
                            dcolumns + g * depth * c.pixels, c.pixels);
            if (pixels_are_columns) continue;
            std::fill_n(dx, p.in.size(), 0.0f);
            each_column_value(conv.window, p.in, p.out, [&](Index at, Index i) {
                if (i >= 0) dx[i] += dcolumns[at];
            });
        }
    });
    add_slices(p.gradient[0], all_weights, slices, c.weights());
    if (p.gradient[1]) add_slices(p.gradient[1], all_biases, slices, c.filters);
}

}  // namespace tn::cpu
