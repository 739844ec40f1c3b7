// Where the values of an exported header's program lie in its `work`.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "dsl/net/placement.hpp"
#include "runtime/export/header_program.hpp"

namespace tn {

class HeaderPlaces {
public:
    /// `scratch`: floats that each step needs besides. What is written value by value takes the place of what it reads.
    HeaderPlaces(const InferenceGraph& graph, const HeaderProgram& program, const std::vector<std::size_t>& scratch);

    /// Floats in work.
    std::size_t total() const { return total_; }
    /// The expression for a value: the argument x, the argument y, or a place in work, of which `unit` are a float's.
    std::string expression(int value, int unit = 1) const;
    /// Where a value lies: in the argument x, in the argument y, or in work.
    enum Where { in_x, in_y, in_work };
    Where where(int value) const;
    /// Of a value in work: floats from its beginning.
    std::size_t offset(int value) const { return buffers_[buffer_of_[owner(value)]].offset; }
    /// The expression for the scratch of a step, empty where there is none.
    std::string scratch(std::size_t step) const;

private:
    static constexpr int most = 4096;

    int owner(int value) const;
    int add(std::size_t values, int at);
    bool may_overwrite(const InferenceGraph& graph, const HeaderStep& step, int read) const;

    const HeaderProgram& program_;
    std::vector<int> buffer_of_, scratch_;
    std::vector<Buffer> buffers_;
    std::size_t total_ = 0;
};

}  // namespace tn
