#include "runtime/data/label_chance.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "dsl/core/index.hpp"
#include "runtime/core/error.hpp"

namespace tn {

namespace {

/// What a probability of 0 is taken for.
constexpr double least = 1e-9;
constexpr double coldest = 0.1, hottest = 10;
constexpr int temperatures = 47, rounds = 60;
/// Of what is believed before any label is seen: e from Beta(1.5, 11), log T normal with this deviation. A few hundred
/// labels outweigh it.
constexpr double wrong_seen = 0.5, right_seen = 10, deviation_of_log_t = 1;

/// What softmax(log p / T) has for the label of every sample.
std::vector<double> of_the_labels(std::span<const float> p, std::span<const int> labels, int classes, double t) {
    std::vector<double> q(labels.size());
    for (Index i = 0; i < std::ssize(labels); ++i) {
        const auto score = [&](float v) { return std::log(std::max<double>(v, least)) / t; };
        const auto row = p.subspan(i * classes, classes);
        const double own = score(row[labels[i]]);
        double sum = 0;
        for (const float v : row) sum += std::exp(score(v) - own);
        q[i] = 1 / sum;
    }
    return q;
}

struct Fitted {
    LabelChances chances;
    double log_likelihood = 0;
};

/// The share of wrong labels given these.
Fitted fit_share(const std::vector<double>& q, int classes) {
    Fitted f{{0.05, std::vector<double>(q.size())}, 0};
    const double most = 0.5, others = classes - 1;
    for (int round = 0; round < rounds; ++round) {
        f.log_likelihood = wrong_seen * std::log(f.chances.share) + right_seen * std::log(1 - f.chances.share);
        for (std::size_t i = 0; i < q.size(); ++i) {
            const double right = (1 - f.chances.share) * q[i], wrong = f.chances.share * (1 - q[i]) / others;
            const double sum = std::max(right + wrong, 1e-300);
            f.chances.wrong[i] = wrong / sum;
            f.log_likelihood += std::log(sum);
        }
        const double expected = std::accumulate(f.chances.wrong.begin(), f.chances.wrong.end(), 0.0);
        const double seen = static_cast<double>(q.size()) + wrong_seen + right_seen;
        f.chances.share = std::min((expected + wrong_seen) / seen, most);
    }
    return f;
}

}  // namespace

LabelChances label_chances(std::span<const float> probabilities, std::span<const int> labels, int classes) {
    if (classes < 2 || std::ssize(probabilities) != std::ssize(labels) * classes)
        throw Error(fmt::format("chances need samples x classes probabilities, not {} of {} and {}",
                                probabilities.size(), labels.size(), classes));
    for (const int label : labels)
        if (label < 0 || label >= classes)
            throw Error(fmt::format("the label {} is not one of {} classes", label, classes));
    Fitted best;
    for (int i = 0; i < temperatures && !labels.empty(); ++i) {
        const double t = coldest * std::pow(hottest / coldest, static_cast<double>(i) / (temperatures - 1));
        Fitted f = fit_share(of_the_labels(probabilities, labels, classes, t), classes);
        f.log_likelihood -= std::pow(std::log(t) / deviation_of_log_t, 2) / 2;
        if (i == 0 || f.log_likelihood > best.log_likelihood) best = std::move(f);
    }
    return best.chances;
}

}  // namespace tn
