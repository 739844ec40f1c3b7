#include "runtime/train/confusion.hpp"

namespace tn {

int Confusion::total() const {
    int sum = 0;
    for (int c : counts_) sum += c;
    return sum;
}

double Confusion::accuracy() const {
    int right = 0;
    for (int c = 0; c < classes_; ++c) right += count(c, c);
    return total() ? static_cast<double>(right) / total() : 0;
}

Confusion::Sums Confusion::sums(int c) const {
    Sums s;
    for (int other = 0; other < classes_; ++other) {
        s.truth += count(c, other);
        s.called += count(other, c);
    }
    s.both = count(c, c);
    return s;
}

double Confusion::recall(int c) const {
    const Sums s = sums(c);
    return s.truth > 0 ? s.both / s.truth : 0;
}

double Confusion::precision(int c) const {
    const Sums s = sums(c);
    return s.called > 0 ? s.both / s.called : 0;
}

double Confusion::f1(int c) const {
    const Sums s = sums(c);
    return s.truth + s.called > 0 ? 2 * s.both / (s.truth + s.called) : 0;
}

double Confusion::iou(int c) const {
    const Sums s = sums(c);
    return s.truth + s.called > 0 ? s.both / (s.truth + s.called - s.both) : 0;
}

template <class Of> double Confusion::mean(Of of) const {
    double sum = 0;
    int seen = 0;
    for (int c = 0; c < classes_; ++c)
        if (const Sums s = sums(c); s.truth + s.called > 0) sum += of(c), ++seen;
    return seen > 0 ? sum / seen : 0;
}

double Confusion::mean_f1() const {
    return mean([this](int c) { return f1(c); });
}

double Confusion::mean_iou() const {
    return mean([this](int c) { return iou(c); });
}

}  // namespace tn
