// Brings the columns of a table to mean 0 and deviation 1, and back.
#pragma once

#include <span>
#include <vector>

namespace tn {

/// One mean and one deviation a column. transform: (v - mean) / deviation; inverse: v * deviation + mean.
struct Scaler {
    std::vector<float> mean, deviation;

    /// Measures `rows` x `columns` values, row after row: the mean and the standard deviation of the population
    /// (divided by rows). A constant column gets deviation 1. Throws Error unless there are rows * columns > 0 finite
    /// values.
    static Scaler fit(std::span<const float> values, int rows, int columns);

    /// In place; `values` are whole rows. Both throw Error otherwise.
    void transform(std::span<float> values) const;
    void inverse(std::span<float> values) const;
};

}  // namespace tn
