// How the learning rate goes over a run: values with rate(step), for the step counted from 0.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <functional>
#include <utility>

namespace tn {

/// The rate at a step counted from 0, which may lie between two steps.
template <class S>
concept ScheduleConcept = requires(const S& schedule) {
    { schedule.rate(0.0) } -> std::same_as<float>;
};

namespace detail {

/// Falls from 1 to 0 along half a cosine while `share` goes from 0 to 1.
inline double half_cosine(double share) { return 0.5 * (1 + std::cos(3.14159265358979 * share)); }

/// How much of `steps` is over, 0 to 1.
inline double share_of(double step, double steps) { return step < steps ? std::max(step, 0.0) / steps : 1; }

}  // namespace detail

/// Always `top`.
struct Constant {
    float top = 1;

    float rate(double) const { return top; }
};

/// From `top` to `end` along half a cosine over `steps`, and then `end`: Loshchilov and Hutter, "SGDR: stochastic
/// gradient descent with warm restarts", 2017, without restarts.
struct Cosine {
    float top = 1;
    double steps = 1;
    float end = 0;

    float rate(double step) const {
        return static_cast<float>(double{end} +
                                  (double{top} - double{end}) * detail::half_cosine(detail::share_of(step, steps)));
    }
};

/// `top` is multiplied by `factor` after every so many steps, as He, Zhang, Ren and Sun, "Deep residual learning",
/// 2016, do it.
struct StepDecay {
    float top = 1;
    double every = 1;
    float factor = 0.1f;

    float rate(double step) const {
        return static_cast<float>(double{top} * std::pow(double{factor}, std::floor(step / every)));
    }
};

/// From `start` times `top` up to `top` over the part `rise` of `steps`, and then down to `end` times `top`, each along
/// half a cosine: Smith and Topin, "Super-convergence: very fast training of neural networks using large learning
/// rates", 2018, in the form of fast.ai.
struct OneCycle {
    float top = 1;
    double steps = 1;
    float rise = 0.3f, start = 0.04f, end = 4e-6f;

    float rate(double step) const {
        const double peak = double{rise} * steps;
        const bool rises = step < peak;
        const double from = rises ? double{start} : double{end};
        const double fallen =
            detail::half_cosine(rises ? 1 - step / peak : detail::share_of(step - peak, steps - peak));
        return static_cast<float>(double{top} * (from + (1 - from) * fallen));
    }
};

/// Any schedule behind a rise from 0 to its first rate over `steps` (Goyal and others, "Accurate, large minibatch SGD:
/// training ImageNet in 1 hour", 2017): step number k, counted from 0, has the part (k + 1) / steps of it while that
/// is below 1, and then the schedule's rate at k + 1 - steps.
template <ScheduleConcept S> struct WarmUp {
    double steps = 1;
    S schedule{};

    float rate(double step) const {
        const double at = step + 1;
        if (at < steps) return static_cast<float>(double{schedule.rate(0)} * at / steps);
        return schedule.rate(at - steps);
    }
};
template <class S> WarmUp(double, S) -> WarmUp<S>;
template <class S> WarmUp(int, S) -> WarmUp<S>;

/// Any of them, or one of your own, as a value of one type.
class RateSchedule {
public:
    template <ScheduleConcept S>
        requires(!std::same_as<S, RateSchedule>)
    RateSchedule(S schedule) : rate_([schedule = std::move(schedule)](double step) { return schedule.rate(step); }) {}

    float rate(double step) const { return rate_(step); }

private:
    std::function<float(double)> rate_;
};

}  // namespace tn
