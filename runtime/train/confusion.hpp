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
    /// The harmonic mean of both (F1), and right among those of the class or called it (intersection over union); 0
    /// when there are none.
    double f1(int c) const;
    double iou(int c) const;
    /// The mean over all classes that a sample is of or was called; 0 when there are none.
    double mean_f1() const;
    double mean_iou() const;

private:
    /// Of the class, called it, and both.
    struct Sums {
        double truth = 0, called = 0, both = 0;
    };
    Sums sums(int c) const;
    template <class Of> double mean(Of of) const;
    Index at(int truth, int predicted) const { return Index{truth} * classes_ + predicted; }
    int classes_;
    std::vector<int> counts_;
};

}  // namespace tn
