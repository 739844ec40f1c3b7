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

double Confusion::recall(int c) const {
    int sum = 0;
    for (int p = 0; p < classes_; ++p) sum += count(c, p);
    return sum ? static_cast<double>(count(c, c)) / sum : 0;
}

double Confusion::precision(int c) const {
    int sum = 0;
    for (int t = 0; t < classes_; ++t) sum += count(t, c);
    return sum ? static_cast<double>(count(c, c)) / sum : 0;
}

}  // namespace tn
