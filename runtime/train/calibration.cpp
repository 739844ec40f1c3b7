#include "runtime/train/calibration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "dsl/core/index.hpp"
#include "runtime/core/error.hpp"

namespace tn {

namespace {

/// What a probability of 0 is taken for.
constexpr double least = 1e-30;

/// The mean cross entropy of softmax(log p / T).
double loss_at(double temperature, std::span<const float> p, std::span<const int> labels, int classes) {
    double loss = 0;
    for (Index i = 0; i < std::ssize(labels); ++i) {
        const auto row = p.subspan(i * classes, classes);
        const auto score = [&](float v) { return std::log(std::max<double>(v, least)) / temperature; };
        const double most = score(*std::ranges::max_element(row));
        double sum = 0;
        for (const float v : row) sum += std::exp(score(v) - most);
        loss += most + std::log(sum) - score(row[labels[i]]);
    }
    return loss / static_cast<double>(labels.size());
}

}  // namespace

float fit_temperature(std::span<const float> probabilities, std::span<const int> labels, int classes) {
    if (labels.empty() || std::ssize(probabilities) != std::ssize(labels) * classes)
        throw Error(fmt::format("a temperature is fitted to samples x classes probabilities, not to {} of {} and {}",
                                probabilities.size(), labels.size(), classes));
    for (const int label : labels)
        if (label < 0 || label >= classes)
            throw Error(fmt::format("the label {} is not one of {} classes", label, classes));
    // The loss has one minimum in 1 / T, so that the golden section finds it in log T.
    constexpr double golden = 0.6180339887498949;
    double low = std::log(1 / 20.0), high = std::log(20.0);
    const auto at = [&](double log_temperature) {
        return loss_at(std::exp(log_temperature), probabilities, labels, classes);
    };
    double left = high - golden * (high - low), right = low + golden * (high - low);
    double left_loss = at(left), right_loss = at(right);
    while (high - low > 1e-3) {
        if (left_loss <= right_loss) {
            high = right;
            right = left;
            right_loss = left_loss;
            left = high - golden * (high - low);
            left_loss = at(left);
        } else {
            low = left;
            left = right;
            left_loss = right_loss;
            right = low + golden * (high - low);
            right_loss = at(right);
        }
    }
    return static_cast<float>(std::exp((low + high) / 2));
}

double expected_calibration_error(std::span<const Prediction> predictions, std::span<const int> labels, int bins) {
    std::vector<double> gap(bins);
    for (const Prediction& p : predictions) {
        const int bin = std::clamp(static_cast<int>(p.probability * static_cast<float>(bins)), 0, bins - 1);
        gap[bin] += (labels[p.picture] == p.predicted ? 1.0 : 0.0) - static_cast<double>(p.probability);
    }
    double sum = 0;
    for (const double g : gap) sum += std::abs(g);
    return predictions.empty() ? 0 : sum / static_cast<double>(predictions.size());
}

}  // namespace tn
