// Which classes are taken for which.
#pragma once

#include <vector>

#include "dsl/core/index.hpp"

namespace tn {

/// The confusion matrix of a classifier: how many samples of each class are predicted as each class.
class Confusion {
public:
    explicit Confusion(int classes) : classes_(classes), counts_(Index{classes} * classes) {}

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
    Index at(int truth, int predicted) const { return Index{truth} * classes_ + predicted; }
    int classes_;
    std::vector<int> counts_;
};

}  // namespace tn
