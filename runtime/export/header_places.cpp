#include "runtime/export/header_places.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

namespace tn {

HeaderPlaces::HeaderPlaces(const InferenceGraph& graph, const HeaderProgram& program,
                           const std::vector<std::size_t>& scratch)
    : program_(program), buffer_of_(program.values.size(), -1), scratch_(program.steps.size(), -1) {
    std::vector<int> last(program.values.size(), -1);
    for (int at = 0; at < std::ssize(program.steps); ++at)
        for (const int read : program.steps[at].read) last[owner(read)] = at;
    const int result = owner(program.output);
    for (int at = 0; at < std::ssize(program.steps); ++at) {
        const HeaderStep& step = program.steps[at];
        if (scratch[at] > 0) scratch_[at] = add(scratch[at], at);
        const int written = owner(step.written);
        if (written == result) continue;
        for (const int read : step.read) {
            const int buffer = buffer_of_[owner(read)];
            if (buffer >= 0 && last[owner(read)] == at && buffers_[buffer].last == at &&
                may_overwrite(graph, step, read)) {
                buffer_of_[written] = buffer;
                break;
            }
        }
        if (buffer_of_[written] < 0) buffer_of_[written] = add(program.values[step.written].size(), at);
        Buffer& buffer = buffers_[buffer_of_[written]];
        buffer.last = std::max({buffer.last, at, last[written]});
    }
    const auto all = std::make_unique<Buffers<most>>();
    std::copy(buffers_.begin(), buffers_.end(), all->buffer);
    total_ = place(all->buffer, static_cast<int>(buffers_.size()));
    std::copy_n(all->buffer, buffers_.size(), buffers_.begin());
}

int HeaderPlaces::owner(int value) const {
    while (program_.values[value].view_of >= 0) value = program_.values[value].view_of;
    return value;
}

int HeaderPlaces::add(std::size_t values, int at) {
    if (buffers_.size() == most) throw Error("a network of so many layers cannot be written as a header");
    buffers_.push_back({aligned(values), 0, at, at});
    return static_cast<int>(buffers_.size()) - 1;
}

bool HeaderPlaces::may_overwrite(const InferenceGraph& graph, const HeaderStep& step, int read) const {
    if (step.node < 0) return false;
    const bool same = program_.values[read].layout() == program_.values[step.written].layout();
    if (step.method == HeaderStep::convolution || step.method == HeaderStep::winograd)
        return same && step.read.size() == 2 && read == step.read[1] && owner(step.read[0]) != owner(read);
    if (step.method == HeaderStep::depthwise) return false;
    const Operation::Kind kind = graph.nodes[step.node].operation.kind;
    return same && (kind == Operation::pointwise || kind == Operation::scale || kind == Operation::add);
}

std::string HeaderPlaces::expression(int value, int unit) const {
    static constexpr const char* arguments[] = {"x", "y"};
    const Where place = where(value);
    return place == in_work ? fmt::format("work + {}", unit * offset(value)) : arguments[place];
}

HeaderPlaces::Where HeaderPlaces::where(int value) const {
    const int own = owner(value);
    return own == owner(program_.output) ? in_y : own == 0 ? in_x : in_work;
}

std::string HeaderPlaces::scratch(std::size_t step) const {
    return scratch_[step] < 0 ? "" : fmt::format("work + {}", buffers_[scratch_[step]].offset);
}

}  // namespace tn
