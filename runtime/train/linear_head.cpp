#include "runtime/train/linear_head.hpp"

#include <cblas.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <deque>

#include "dsl/core/index.hpp"
#include "runtime/core/error.hpp"
#include "runtime/data/label_errors.hpp"
#include "runtime/data/scaler.hpp"

namespace tn {

namespace {

using Values = std::vector<float>;

double dot(const Values& a, const Values& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
    return sum;
}

void add(Values& to, double factor, const Values& from) {
    for (std::size_t i = 0; i < to.size(); ++i) to[i] += static_cast<float>(factor) * from[i];
}

/// y [rows][classes] = x weight^T + bias, then each row's softmax.
void softmax_of(const float* x, int rows, int width, int classes, const float* weight, const float* bias, float* y) {
    for (Index r = 0; r < rows; ++r) std::copy_n(bias, classes, y + r * classes);
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, rows, classes, width, 1, x, width, weight, width, 1, y,
                classes);
    for (Index r = 0; r < rows; ++r) {
        float* row = y + r * classes;
        const float most = *std::max_element(row, row + classes);
        float sum = 0;
        for (int c = 0; c < classes; ++c) sum += row[c] = std::exp(row[c] - most);
        for (int c = 0; c < classes; ++c) row[c] /= sum;
    }
}

/// The loss of a head on standardised features as a function of its weights and, behind them, its biases.
class Objective {
public:
    Objective(const Features& x, float decay) : x_(x), decay_(decay), p_(Index{x.samples()} * x.classes) {}

    std::size_t size() const { return Index{x_.classes} * (x_.width + 1); }

    /// The loss, and its gradient.
    double operator()(const Values& at, Values& gradient) {
        const int n = x_.samples(), classes = x_.classes, width = x_.width;
        const Index weights = Index{classes} * width;
        softmax_of(x_.values.data(), n, width, classes, at.data(), at.data() + weights, p_.data());
        double loss = 0;
        for (Index i = 0; i < n; ++i) {
            float& right = p_[i * classes + x_.labels[i]];
            loss -= std::log(std::max(right, 1e-30f));
            right -= 1;
        }
        std::copy_n(at.begin(), weights, gradient.begin());
        cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, classes, width, n, 1 / static_cast<float>(n), p_.data(),
                    classes, x_.values.data(), width, decay_, gradient.data(), width);
        for (int c = 0; c < classes; ++c) {
            double sum = 0;
            for (Index i = 0; i < n; ++i) sum += p_[i * classes + c];
            gradient[weights + c] = static_cast<float>(sum / n);
        }
        double squares = 0;
        for (Index i = 0; i < weights; ++i) squares += static_cast<double>(at[i]) * at[i];
        return loss / n + decay_ / 2 * squares;
    }

private:
    const Features& x_;
    float decay_;
    Values p_;  // probabilities, then their differences from the labels
};

/// The direction of Nocedal, "Updating quasi-Newton matrices with limited storage" (1980).
class Lbfgs {
public:
    /// Minimises f from `at` on; what it returns is where no step leads further down, or the gradient has fallen to a
    /// ten-thousandth, or 300 steps were taken.
    static Values minimise(Objective& f, Values at) {
        Lbfgs search;
        Values gradient(f.size()), next_gradient(f.size()), next(f.size());
        double value = f(at, gradient);
        const double enough = 1e-4 * std::sqrt(dot(gradient, gradient));
        for (int step = 0; step < 300 && std::sqrt(dot(gradient, gradient)) > enough; ++step) {
            const Values direction = search.direction(gradient);
            const double slope = dot(direction, gradient);
            double length = 1, found = 0;
            bool lower = false;
            for (int halved = 0; halved < 20 && !lower; ++halved, length /= 2) {
                next = at;
                add(next, length, direction);
                found = f(next, next_gradient);
                lower = found <= value + 1e-4 * length * slope;
            }
            if (!lower) break;
            search.remember(at, next, gradient, next_gradient);
            const double fallen = value - found;
            value = found;
            at.swap(next);
            gradient.swap(next_gradient);
            if (fallen < 1e-7 * std::max(1e-3, value)) break;
        }
        return at;
    }

private:
    struct Pair {
        Values moved, changed;
        double curvature;
    };

    Values direction(const Values& gradient) const {
        Values d = gradient;
        std::vector<double> along(pairs_.size());
        for (std::size_t i = pairs_.size(); i-- > 0;) {
            along[i] = dot(pairs_[i].moved, d) / pairs_[i].curvature;
            add(d, -along[i], pairs_[i].changed);
        }
        if (!pairs_.empty()) {
            const Pair& last = pairs_.back();
            const auto scale = static_cast<float>(last.curvature / dot(last.changed, last.changed));
            for (float& v : d) v *= scale;
        }
        for (std::size_t i = 0; i < pairs_.size(); ++i)
            add(d, along[i] - dot(pairs_[i].changed, d) / pairs_[i].curvature, pairs_[i].moved);
        for (float& v : d) v = -v;
        return d;
    }

    void remember(const Values& at, const Values& next, const Values& gradient, const Values& next_gradient) {
        Pair pair{next, next_gradient, 0};
        add(pair.moved, -1, at);
        add(pair.changed, -1, gradient);
        pair.curvature = dot(pair.moved, pair.changed);
        if (pair.curvature <= 0) return;
        pairs_.push_back(std::move(pair));
        if (pairs_.size() > 10) pairs_.pop_front();
    }

    std::deque<Pair> pairs_;
};

void check(const Features& f) {
    if (f.samples() < 1 || f.width < 1 || f.classes < 1 || std::ssize(f.values) != Index{f.samples()} * f.width)
        throw Error(fmt::format("a head must be trained on samples x width features, not {} x {} and {} values",
                                f.samples(), f.width, f.values.size()));
    for (const int label : f.labels)
        if (label < 0 || label >= f.classes)
            throw Error(fmt::format("the label {} is not one of {} classes", label, f.classes));
}

/// Standardised features and the head that it takes to undo that.
struct Standardised {
    explicit Standardised(const Features& f) : features(f), scaler(Scaler::fit(f.values, f.samples(), f.width)) {
        scaler.transform(features.values);
    }

    /// The head of these weights for features as they come.
    LinearHead head(const Values& at) const {
        const Index width = features.width, classes = features.classes;
        LinearHead head{features.width, features.classes, Values(at.begin(), at.begin() + classes * width),
                        Values(at.begin() + classes * width, at.end())};
        for (Index c = 0; c < classes; ++c)
            for (Index i = 0; i < width; ++i) {
                float& w = head.weight[c * width + i];
                w /= scaler.deviation[i];
                head.bias[c] -= w * scaler.mean[i];
            }
        return head;
    }

    Features features;
    Scaler scaler;
};

struct Folds {
    Folds(const Features& f, int folds, std::uint64_t seed)
        : of(stratified_folds(f.labels, f.classes, folds, seed)), count(folds) {}

    /// The samples that are in this fold, or in the others.
    std::vector<int> samples(int fold, bool inside) const {
        std::vector<int> all;
        for (Index i = 0; i < std::ssize(of); ++i)
            if ((of[i] == fold) == inside) all.push_back(static_cast<int>(i));
        return all;
    }

    std::vector<int> of;
    int count;
};

}  // namespace

Features subset(const Features& features, std::span<const int> samples) {
    Features some{{}, features.width, {}, features.classes};
    some.values.reserve(samples.size() * features.width);
    for (const int i : samples) {
        const auto row = features.values.begin() + Index{i} * features.width;
        some.values.insert(some.values.end(), row, row + features.width);
        some.labels.push_back(features.labels[i]);
    }
    return some;
}

std::vector<float> LinearHead::probabilities(const Features& features) const {
    Values p(Index{features.samples()} * classes);
    softmax_of(features.values.data(), features.samples(), width, classes, weight.data(), bias.data(), p.data());
    return p;
}

LinearHead fit_linear_head(const Features& features, float decay) {
    check(features);
    const Standardised x(features);
    Objective loss(x.features, decay);
    return x.head(Lbfgs::minimise(loss, Values(loss.size())));
}

std::vector<DecayTrial> try_decays(const Features& features, int folds, std::uint64_t seed) {
    check(features);
    std::vector<DecayTrial> trials;
    for (const float decay : {10.0f, 3.0f, 1.0f, 0.3f, 0.1f, 0.03f, 0.01f, 0.003f, 0.001f}) trials.push_back({decay});
    const Folds parts(features, folds, seed);
    for (int fold = 0; fold < folds; ++fold) {
        const Standardised x(subset(features, parts.samples(fold, false)));
        const Features held = subset(features, parts.samples(fold, true));
        Values at(Index{features.classes} * (features.width + 1));
        for (DecayTrial& trial : trials) {
            Objective loss(x.features, trial.decay);
            at = Lbfgs::minimise(loss, std::move(at));  // from where the stronger decay has led to
            const Values p = x.head(at).probabilities(held);
            for (Index i = 0; i < held.samples(); ++i) {
                const float* row = p.data() + i * features.classes;
                trial.loss -= static_cast<double>(std::log(std::max(row[held.labels[i]], 1e-30f))) / features.samples();
                trial.accuracy += (std::max_element(row, row + features.classes) - row == held.labels[i]) /
                                  static_cast<double>(features.samples());
            }
        }
    }
    return trials;
}

std::vector<float> out_of_fold(const Features& features, float decay, int folds, std::uint64_t seed) {
    check(features);
    std::vector<float> all(Index{features.samples()} * features.classes);
    const Folds parts(features, folds, seed);
    for (int fold = 0; fold < folds; ++fold) {
        const std::vector<int> held = parts.samples(fold, true);
        const LinearHead head = fit_linear_head(subset(features, parts.samples(fold, false)), decay);
        const Values p = head.probabilities(subset(features, held));
        for (Index i = 0; i < std::ssize(held); ++i)
            std::copy_n(p.begin() + i * features.classes, features.classes,
                        all.begin() + Index{held[i]} * features.classes);
    }
    return all;
}

}  // namespace tn
