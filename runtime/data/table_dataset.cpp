#include "runtime/data/table_dataset.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "dsl/core/index.hpp"
#include "runtime/core/error.hpp"

namespace tn {

TableTargets::TableTargets(const Table& table, const std::vector<std::string>& targets) : table_(table) {
    for (const std::string& name : targets) {
        const auto found = std::find(table.columns.begin(), table.columns.end(), name);
        if (found == table.columns.end())
            throw Error(
                fmt::format("the table has no column '{}', but these: {}", name, fmt::join(table.columns, ", ")));
        const int column = static_cast<int>(found - table.columns.begin());
        if (std::find(outputs_.begin(), outputs_.end(), column) != outputs_.end())
            throw Error(fmt::format("the column '{}' is named twice", name));
        outputs_.push_back(column);
    }
    std::sort(outputs_.begin(), outputs_.end());
    for (int column = 0; column < std::ssize(table.columns); ++column)
        if (!std::binary_search(outputs_.begin(), outputs_.end(), column)) inputs_.push_back(column);
    if (inputs_.empty()) throw Error("a table must have a column besides those that are to be learnt");
}

void TableTargets::copy(int row, const std::vector<int>& columns, std::span<float> to, const char* what) const {
    if (columns.size() != to.size())
        throw Error(
            fmt::format("a row of the table has {} {}, but the network takes {}", columns.size(), what, to.size()));
    for (std::size_t k = 0; k < to.size(); ++k)
        to[k] = table_.values[Index{row} * std::ssize(table_.columns) + columns[k]];
}

TableLabels::TableLabels(const Table& table, const std::string& label) : TableTargets(table, {label}) {
    for (int row = 0; row < table.rows; ++row) {
        float value = 0;
        copy(row, outputs_, {&value, 1}, "labels");
        if (!(value >= 0 && value <= 999999 && value == std::floor(value)))
            throw Error(
                fmt::format("row {} of the table has {} in the column '{}', which must be a whole number from 0",
                            row + 1, value, label));
    }
}

void TableLabels::labels(int i, std::span<int> to) const {
    float value = 0;
    copy(i, outputs_, {&value, 1}, "labels");
    if (to.size() != 1) throw Error(fmt::format("a row of the table has 1 label, but the network takes {}", to.size()));
    to[0] = static_cast<int>(value);
}

}  // namespace tn
