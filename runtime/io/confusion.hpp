// Which classes are taken for which.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "runtime/data/image.hpp"

namespace tn {

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

/// Rows are the truth, columns what was predicted; cells are coloured by their share of the row. Up to 60 classes have
/// their names and numbers, more only colours. Throws Error unless there is a name for every class.
Picture draw_confusion(const Confusion& confusion, std::span<const std::string> names);

}  // namespace tn
