#include "runtime/data/scaler.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstddef>
#include <limits>

#include "dsl/core/index.hpp"
#include "runtime/core/error.hpp"

namespace tn {
namespace {

void check_whole_rows(std::size_t values, std::size_t columns) {
    if (columns == 0 || values % columns != 0)
        throw Error(fmt::format("a scaler of {} columns takes whole rows, not {} values", columns, values));
}

}  // namespace

Scaler Scaler::fit(std::span<const float> values, int rows, int columns) {
    if (rows < 1 || columns < 1 || std::ssize(values) != Index{rows} * columns)
        throw Error(fmt::format("a scaler must be fitted to rows x columns values, not {} x {} and {} values", rows,
                                columns, values.size()));
    Scaler scaler;
    for (Index c = 0; c < columns; ++c) {
        double sum = 0, squares = 0;
        bool constant = true;
        for (Index r = 0; r < rows; ++r) {
            const float value = values[r * columns + c];
            if (!std::isfinite(value))
                throw Error(fmt::format("a scaler must be fitted to finite values; row {}, column {} is {}", r + 1,
                                        c + 1, value));
            sum += value;
            constant = constant && value == values[c];
        }
        const double mean = constant ? values[c] : sum / rows;
        for (Index r = 0; r < rows; ++r) squares += (values[r * columns + c] - mean) * (values[r * columns + c] - mean);
        const auto deviation = static_cast<float>(std::sqrt(squares / rows));
        scaler.mean.push_back(static_cast<float>(mean));
        // Below the smallest normal number a division would overflow.
        scaler.deviation.push_back(constant || deviation < std::numeric_limits<float>::min() ? 1.0f : deviation);
    }
    return scaler;
}

void Scaler::transform(std::span<float> values) const {
    check_whole_rows(values.size(), mean.size());
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = (values[i] - mean[i % mean.size()]) / deviation[i % mean.size()];
}

void Scaler::inverse(std::span<float> values) const {
    check_whole_rows(values.size(), mean.size());
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = values[i] * deviation[i % mean.size()] + mean[i % mean.size()];
}

}  // namespace tn
