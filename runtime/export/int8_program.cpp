#include "runtime/export/int8_program.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "dsl/core/functions.hpp"

namespace tn {

namespace {

class Int8Lowering {
public:
    Int8Lowering(const InferenceGraph& graph, const Int8Plan& plan, Int8Form form)
        : graph_(graph), plan_(plan), compact_(form == Int8Form::compact), taken_(graph.nodes.size()) {
        program_.values.push_back({.shape = graph.values[0]});
        native_[0] = 0;
    }

    HeaderProgram run() {
        for (int i = 0; i < std::ssize(graph_.nodes); ++i)
            if (!taken_[i] && !is_view(graph_.nodes[i])) add_step(i);
        program_.output = plain(graph_.output);
        if (program_.steps.empty() || program_.values[program_.output].view_of == 0)
            throw Error("a network without a layer that computes its output cannot be written as a header");
        return std::move(program_);
    }

private:
    int memory(const HeaderValue& value) {
        program_.values.push_back(value);
        return static_cast<int>(program_.values.size()) - 1;
    }
    /// Where the layer that gives the value writes it; a view's is that of its origin as planes.
    int native(int value) {
        if (const auto known = native_.find(value); known != native_.end()) return known->second;
        const int origin = plain(graph_.nodes[graph_.producer(value)].inputs[0]);
        return native_[value] = memory({.shape = graph_.values[value], .view_of = origin});
    }
    int converted(int value, HeaderStep::Method method, const HeaderValue& form) {
        const auto key = std::make_pair(value, method);
        if (const auto known = converted_.find(key); known != converted_.end()) return known->second;
        const int from = native(value), to = memory(form);
        program_.steps.push_back({.method = method, .node = -1, .read = {from}, .written = to});
        return converted_[key] = to;
    }
    int plain(int value) {
        const int own = native(value);
        if (program_.values[own].pixel == 0) return own;
        return converted(value, HeaderStep::dequantise, {.shape = graph_.values[value]});
    }
    int bytes(int value) {
        const int own = native(value);
        return program_.values[own].pixel > 0 ? own : converted(value, HeaderStep::quantise, form_of(value, true));
    }

    /// Bytes with the zeros around them that all who read them want. What is quantised may have fewer than 16 channels
    /// together: an image of one channel lies in rows, of which four neighbours are multiplied at once.
    HeaderValue form_of(int value, bool quantised) const {
        HeaderValue form{.shape = graph_.values[value], .pixel = 16, .quantisation = plan_.quantisation[value]};
        if (compact_) {
            form.pixel = form.shape.channels;
            return form;
        }
        bool in_rows = form.shape.channels == 1;
        for (int i = 0; i < std::ssize(graph_.nodes); ++i) {
            const GraphNode& node = graph_.nodes[i];
            if (!plan_.runs[i] || node.inputs[0] != value) continue;
            const Window& w = node.operation.window;
            const bool convolves = node.operation.kind == Operation::convolution;
            in_rows = in_rows && convolves && w.dilation_w == 1;
            if (convolves) form.pad = larger(form.pad, padding_needed(w, form.shape, graph_.values[node.output]));
        }
        if (quantised && form.shape.channels <= 4) form.pixel = in_rows ? 1 : 4;
        return form;
    }
    /// Whether a layer on bytes reads it.
    bool wanted_as_bytes(int value) const {
        for (int i = 0; i < std::ssize(graph_.nodes); ++i) {
            const GraphNode& node = graph_.nodes[i];
            if (!std::count(node.inputs.begin(), node.inputs.end(), value)) continue;
            if (plan_.runs[i] || (is_view(node) && wanted_as_bytes(node.output))) return true;
        }
        return false;
    }

    /// The number of the only reader of the value, -1 where there is another one or none.
    int next(int value) const {
        if (graph_.readers(value) != 1 || graph_.output == value) return -1;
        for (int i = 0; i < std::ssize(graph_.nodes); ++i)
            if (graph_.nodes[i].inputs[0] == value) return i;
        return -1;
    }
    /// ReLU and ReLU6 are where bytes end anyway; maxima of 2 x 2 sums are those of what they become.
    int fuse(HeaderStep& step, int output, bool convolves) {
        for (int i = next(output); i >= 0 && plan_.runs[i]; i = next(output)) {
            const GraphNode& node = graph_.nodes[i];
            const Window pool{.kernel_h = 2, .kernel_w = 2, .stride_h = 2, .stride_w = 2};
            if (const int activation = activation_of(node); activation > 0 && step.activation == 0 && !step.pools)
                step.activation = activation;
            else if (convolves && !compact_ && !step.pools && node.operation.kind == Operation::max_pool &&
                     node.operation.window == pool)
                step.pools = true;
            else
                break;
            taken_[i] = true;
            output = node.output;
        }
        return output;
    }

    void add_step(int number) {
        const GraphNode& node = graph_.nodes[number];
        HeaderStep step{.node = number, .read = {}, .activation = node.relu};
        int output = node.output;
        const bool on_bytes = plan_.runs[number];
        const Operation::Kind kind = node.operation.kind;
        bool weighs = false;
        if (on_bytes) {
            step.method = HeaderStep::int8;
            const bool dense = kind == Operation::dense, depthwise = is_depthwise(graph_, node);
            for (const int input : node.inputs) step.read.push_back(bytes(dense ? image_behind(graph_, input) : input));
            weighs = dense || (kind == Operation::convolution && !depthwise);
            if (weighs || depthwise || kind == Operation::scale || kind == Operation::add)
                output = fuse(step, output, weighs);
        } else {
            for (const int input : node.inputs) step.read.push_back(plain(input));
        }
        // The sums of a convolution become floats as well as bytes.
        const bool may_end = !compact_ || graph_.values[output].plane() == 1;
        const bool floats = !on_bytes || (weighs && may_end && !step.pools && !wanted_as_bytes(output));
        step.written = memory(floats ? HeaderValue{.shape = graph_.values[output]} : form_of(output, false));
        native_[output] = step.written;
        program_.steps.push_back(std::move(step));
    }

    const InferenceGraph& graph_;
    const Int8Plan& plan_;
    bool compact_;
    std::vector<bool> taken_;
    HeaderProgram program_;
    std::map<int, int> native_;  // by origin: where its layer writes it
    std::map<std::pair<int, HeaderStep::Method>, int> converted_;
};

}  // namespace

HeaderProgram int8_program(const InferenceGraph& graph, const Int8Plan& plan, Int8Form form) {
    return Int8Lowering(graph, plan, form).run();
}

}  // namespace tn
