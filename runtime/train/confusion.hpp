// Which classes are taken for which.
#pragma once

#include <cstddef>
#include <vector>

namespace tn {

/// The confusion matrix of a classifier: how many samples of each class are predicted as each class.
class Confusion {
public:
    explicit Confusion(int classes) : classes_(classes), counts_(static_cast<std::size_t>(classes * classes)) {}

    void add(int truth, int predicted) { ++counts_[at(truth, predicted)]; }
    int count(int truth, int predicted) const { return counts_[at(truth, predicted)]; }
    int classes() const { return classes_; }
    int total() const;
    /// The share of samples on the diagonal; 0 when there are none.
    double accuracy() const;
    /// Right among those of the class, and right among those called the class; 0 when there are none.
    double recall(int c) const;
    double precision(int c) const;

private:
    std::size_t at(int truth, int predicted) const { return static_cast<std::size_t>(truth * classes_ + predicted); }
    int classes_;
    std::vector<int> counts_;
};

}  // namespace tn
