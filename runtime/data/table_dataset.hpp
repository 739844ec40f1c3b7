// The rows of a table, as of a CSV file, as samples.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "runtime/data/csv.hpp"

namespace tn {

/// Each row is a sample: the named columns are its targets, all others its input, both in the order of the table. The
/// table must outlive it.
class TableTargets {
public:
    /// Throws Error when a name is none of the columns, is named twice, or no column is left for the input.
    TableTargets(const Table& table, const std::vector<std::string>& targets);

    int size() const { return table_.rows; }
    void input(int i, std::span<float> to) const { copy(i, inputs_, to, "input values"); }
    void targets(int i, std::span<float> to) const { copy(i, outputs_, to, "targets"); }

protected:
    void copy(int row, const std::vector<int>& columns, std::span<float> to, const char* what) const;

    const Table& table_;
    std::vector<int> inputs_, outputs_;
};

/// The same with one column that holds the number of a row's class, counted from 0.
class TableLabels : TableTargets {
public:
    /// Throws Error also when a value of that column is no whole number from 0 to 999999.
    TableLabels(const Table& table, const std::string& label);

    using TableTargets::input;
    using TableTargets::size;
    void labels(int i, std::span<int> to) const;
};

}  // namespace tn
