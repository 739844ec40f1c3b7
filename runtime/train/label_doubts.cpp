#include "runtime/train/label_doubts.hpp"

#include <cblas.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "dsl/core/index.hpp"
#include "runtime/core/random.hpp"
#include "runtime/data/label_chance.hpp"
#include "runtime/data/scaler.hpp"

namespace tn {

namespace {

constexpr int neighbours = 10, block = 256, enough = 200;
constexpr double sharpness = 8, floor_of_share = 0.05;

/// The features standardised and each row of length 1.
std::vector<float> directions(const Features& f) {
    std::vector<float> rows = f.values;
    Scaler::fit(rows, f.samples(), f.width).transform(rows);
    for (Index i = 0; i < f.samples(); ++i) {
        const auto row = std::span(rows).subspan(i * f.width, f.width);
        double squares = 0;
        for (const float v : row) squares += static_cast<double>(v) * v;
        const float inverse = squares > 0 ? static_cast<float>(1 / std::sqrt(squares)) : 0;
        for (float& v : row) v *= inverse;
    }
    return rows;
}

/// The share of a sample's neighbours that have its label, given the cosines of all; its own does not count.
double agreement(std::span<const float> cosines, int sample, std::span<const int> labels, std::vector<int>& order) {
    order.resize(labels.size());
    std::iota(order.begin(), order.end(), 0);
    order.erase(order.begin() + sample);
    const std::ptrdiff_t count = std::min<std::ptrdiff_t>(neighbours, std::ssize(order));
    std::partial_sort(order.begin(), order.begin() + count, order.end(),
                      [&](int a, int b) { return cosines[a] > cosines[b] || (cosines[a] == cosines[b] && a < b); });
    double same = 0, all = 0;
    for (std::ptrdiff_t i = 0; i < count; ++i) {
        const double weight = std::exp(sharpness * (static_cast<double>(cosines[order[i]]) - 1));
        all += weight;
        if (labels[order[i]] == labels[sample]) same += weight;
    }
    return all > 0 ? same / all : 1;
}

std::vector<double> agreements(const std::vector<float>& rows, std::span<const int> labels, int width) {
    const int n = static_cast<int>(labels.size());
    std::vector<double> shares(n);
    std::vector<float> cosines(Index{std::min(block, n)} * n);
    std::vector<int> order;
    for (int first = 0; first < n; first += block) {
        const int count = std::min(block, n - first);
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, count, n, width, 1, rows.data() + Index{first} * width,
                    width, rows.data(), width, 0, cosines.data(), n);
        for (int i = 0; i < count; ++i)
            shares[first + i] = agreement(std::span(cosines).subspan(Index{i} * n, n), first + i, labels, order);
    }
    return shares;
}

/// The doubts of a tenth of the labels, made wrong on purpose, ascending.
std::vector<double> doubts_of_wrong(const Features& features, const DoubtOptions& options) {
    Features flipped = features;
    const int n = features.samples(), count = n / 10;
    std::vector<int> order(n);
    std::iota(order.begin(), order.end(), 0);
    Random random(options.seed, stream::labels, ~std::uint64_t{2});
    for (int i = 0; i < count; ++i) std::swap(order[i], order[i + random.below(static_cast<std::uint32_t>(n - i))]);
    for (int i = 0; i < count; ++i) {
        int& label = flipped.labels[order[i]];
        label = (label + 1 + static_cast<int>(random.below(features.classes - 1))) % features.classes;
    }
    const LabelDoubts doubts = label_doubts(flipped, options);
    std::vector<double> wrong;
    for (int i = 0; i < count; ++i) wrong.push_back(doubts.doubt[order[i]]);
    std::ranges::sort(wrong);
    return wrong;
}

/// How many of the most doubted labels to name. `doubts` are descending, `wrong` ascending.
std::size_t number_to_name(const std::vector<double>& doubts, const std::vector<double>& wrong, double chance) {
    const auto at_least = [&](double d) {
        return static_cast<double>(wrong.end() - std::ranges::lower_bound(wrong, d)) /
               static_cast<double>(wrong.size());
    };
    const double all = static_cast<double>(doubts.size());
    std::vector<double> shares;
    for (std::size_t i = 0; i < doubts.size(); ++i) {
        const double f = at_least(doubts[i]);
        if (f < 0.25) continue;
        if (f > 0.75 && !shares.empty()) break;
        shares.push_back(static_cast<double>(i + 1) / (all * f));
    }
    if (shares.empty()) return 0;  // nothing is doubted as much as what is wrong
    std::ranges::nth_element(shares, shares.begin() + std::ssize(shares) / 2);
    const double share = shares[shares.size() / 2];
    std::size_t named = 0;
    double most = 0;
    for (std::size_t i = 0; i < doubts.size(); ++i) {
        const double gain = share * all * at_least(doubts[i]) - chance * static_cast<double>(i + 1);
        if (gain > most) {
            most = gain;
            named = i + 1;
        }
    }
    return named;
}

}  // namespace

LabelDoubts label_doubts(const Features& features, const DoubtOptions& options) {
    LabelDoubts result;
    result.probabilities.assign(Index{features.samples()} * features.classes, 0);
    for (int repeat = 0; repeat < options.repeats; ++repeat) {
        const auto p = out_of_fold(features, options.decay, options.folds, options.seed + repeat);
        for (std::size_t i = 0; i < p.size(); ++i)
            result.probabilities[i] += p[i] / static_cast<float>(options.repeats);
    }
    const std::vector<double> shares = agreements(directions(features), features.labels, features.width);
    for (Index i = 0; i < features.samples(); ++i) {
        const double p = static_cast<double>(result.probabilities[i * features.classes + features.labels[i]]);
        result.doubt.push_back(-std::log(std::max(p, 1e-9)) - std::log(shares[i] + floor_of_share));
    }
    return result;
}

std::vector<LabelError> find_doubted_labels(const Features& features, const DoubtOptions& options) {
    const LabelDoubts all = label_doubts(features, options);
    const int classes = features.classes;
    if (features.samples() < enough || classes < 2)
        return find_label_errors(all.probabilities, features.labels, classes);
    std::vector<int> order(features.samples());
    std::iota(order.begin(), order.end(), 0);
    std::ranges::stable_sort(order, [&](int a, int b) { return all.doubt[a] > all.doubt[b]; });
    std::vector<double> descending;
    for (const int i : order) descending.push_back(all.doubt[i]);
    order.resize(number_to_name(descending, doubts_of_wrong(features, options), options.chance));
    const std::vector<double> chances = label_chances(all.probabilities, features.labels, classes).wrong;
    std::vector<LabelError> found;
    for (const int i : order) {
        const auto p = std::span(all.probabilities).subspan(Index{i} * classes, classes);
        const int best = static_cast<int>(std::ranges::max_element(p) - p.begin()), given = features.labels[i];
        if (p[best] > p[given]) found.push_back({i, given, best, p[given], p[best], chances[i]});
    }
    std::ranges::stable_sort(found, std::greater{}, &LabelError::chance);
    return found;
}

}  // namespace tn
