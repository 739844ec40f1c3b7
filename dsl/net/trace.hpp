// The shape of every value that flows through a flat list of layers, or the first layer that breaks its rule.
#pragma once

#include <initializer_list>
#include <string_view>
#include <utility>

#include "dsl/core/kernel.hpp"
#include "dsl/loss/loss.hpp"
#include "dsl/net/flatten.hpp"
#include "dsl/net/placement.hpp"
#include "dsl/optim/optimizer.hpp"

namespace tn {

/// One entry of the flat list as the planner and the executor see it. Values are numbered; value 0 is the input.
struct Node {
    Shape in{}, out{};
    int inputs[max_branches]{}, input_count = 0;
    int outputs[max_branches]{}, output_count = 0;
    bool runs = true;  ///< false for NextBranch
    bool is_fork = false;
    bool in_place = false;
    Reads reads{};
    bool trained = false;       ///< has parameters that are trained
    bool at_inference = false;  ///< runs as at inference in training, too: frozen layers with nothing trained before
    Rerun rerun = Rerun::as_it_is;
    bool has_states = false;
    std::size_t state_values = 0;  ///< of the states that a second run is to leave alone, each in whole cache lines
    /// On the device that the program is for (dsl/net/schedule.hpp): values, and whether inference, too, has room for
    /// what forward saves.
    std::size_t saved = 0, work = 0, backward_work = 0;
    /// Values of the gradients that are added to those of a later layer with the same parameters, or that nobody wants.
    std::size_t added_gradients = 0;
    bool adds_gradients = false;  ///< to those of the part of a batch before, by its kernel
    bool saves_for_inference = false;
    /// How many samples it runs at a time at most: all, but in inference (dsl/net/batch_parts.hpp). One thread by
    /// itself runs `close` there.
    int part = 0, close = 0;
    Sides channels_last{};  ///< which values have channels side by side in inference (dsl/net/value_layouts.hpp)
    std::size_t kept = 0;   ///< values that inference keeps of its weights, in whole cache lines
    int y_row = 0;          ///< Pass::y_row
};

/// A value that lies within another one, of which it is a part: a branch within its concatenation.
struct Joined {
    int into = -1;  ///< -1: it lies by itself
    int begin = 0;  ///< from the other's sample, or from its position where channels lie side by side, in floats
};

/// A whole network: its nodes in order, the shape of every value, and the fault if there is one.
template <int Nodes, int Values> struct Program {
    static constexpr int capacity = Values, node_capacity = Nodes > 0 ? Nodes : 1;
    Node node[node_capacity]{};
    Shape value[Values]{};
    Joined joined[Values]{};  ///< in inference (dsl/net/joined_values.hpp)
    int nodes = 0, values = 0, output = 0;
    ShapeResult fault{};
    int fault_at = -1;
    Shape fault_input{};

    constexpr bool ok() const { return fault.ok(); }
};

namespace detail {

/// True of a layer in front of everything that is trained, and of several such that are fused.
template <class L> inline constexpr bool runs_at_inference = is_frozen_ahead<L>;

struct Frame {
    int done[max_branches]{}, count = 0;
};

/// Whether no two tensors of a layer, or of one member of a fused layer, have one name: a checkpoint tells them apart
/// by it.
template <class L> constexpr bool names_differ(Shape in) {
    std::pair<int, std::string_view> seen[max_parameters + max_states]{};
    std::size_t count = 0;
    bool differ = true;
    const auto look = [&](const auto& tensors) {
        for (int i = 0; i < tensors.count; ++i) {
            const auto& tensor = tensors.item[i];
            seen[count] = {tensor.member, tensor.name};
            for (std::size_t k = 0; k < count; ++k) differ = differ && seen[k] != seen[count];
            ++count;
        }
    };
    look(Traits<L>::parameters(in));
    look(Traits<L>::states(in));
    return differ;
}

/// A batch of samples of this shape has at most 2^31 - 1 values.
constexpr bool too_many_values(Shape s, int batch) {
    return static_cast<double>(s.channels) * s.height * s.width * batch > 2147483647.0;
}

/// Whether a layer that is not fused has the mathematics of a pass.
template <class L>
concept HasForward = requires(const Pass<float>& p) { L::forward(p); } || requires { L::adds_branch; };
template <class L>
concept HasBackward = requires(const Pass<float>& p) { L::backward(p); } || requires { L::adds_branch; };

/// What stands among layers and is none.
template <class L> constexpr ShapeResult no_layer() {
    if (Loss<L>) return layer_must(Must::be_a_layer_and_not_a_loss);
    if (OptimizerConcept<L>) return layer_must(Must::be_a_layer_and_not_an_optimizer);
    return layer_must(Must::be_a_layer);
}

/// Runs the shape rules in order; the values that wait for their branch lie on a stack.
template <class P> class Tracer {
public:
    constexpr Tracer(P& program, Shape in, int batch) : p(program), batch_(batch) {
        p.value[p.values++] = in;
        push(0);
    }

    template <class L> constexpr void step() {
        Node& node = p.node[p.nodes];
        if (!p.ok()) return;
        if constexpr (std::is_same_v<L, NextBranch>) {
            node.runs = false;
            finish_branch();
        } else if constexpr (!Layer<L>) {
            fail(no_layer<L>(), p.value[top()]);
        } else if constexpr (missing_constexpr<L>() != Must::hold) {
            fail(layer_must(missing_constexpr<L>()), p.value[top()]);
        } else if constexpr (requires { L::combine(static_cast<const Shape*>(nullptr), 0); }) {
            meet<L>(node);
        } else if constexpr (requires { requires L::adds_branch; }) {
            run_and_meet<L>(node);
        } else {
            run<L>(node);
        }
        ++p.nodes;
    }

    constexpr void finish() {
        if (p.ok()) p.output = top();
    }

private:
    template <class L> constexpr void run(Node& node) {
        const int x = pop();
        node.inputs[node.input_count++] = x;
        node.in = p.value[x];
        const ShapeResult result = L::output(node.in);
        if (!result.ok()) return fail(result, node.in);
        const int parameters = Traits<L>::parameters(node.in).count, states = Traits<L>::states(node.in).count;
        if (parameters > max_parameters || states > max_states)
            return fail(layer_must(Must::have_at_most_16_parameters_and_8_states, parameters, states), node.in);
        if (!names_differ<L>(node.in)) return fail(layer_must(Must::give_every_tensor_a_name_of_its_own), node.in);
        if (!fits_into_an_arena<L>(node.in))
            return fail(layer_must(Must::have_at_most_4294967295_trained_values), node.in);
        if constexpr (shared_tag<L> != nullptr)
            if (!agrees<L>(node)) return;
        if (!HasForward<L>) return fail(layer_must(Must::have_a_forward), node.in);
        if (!HasBackward<L>) return fail(layer_must(Must::have_a_backward), node.in);
        if (!accept(node, result.out)) return;
        describe<L>(node);
        if constexpr (requires { L::branches; }) {
            node.is_fork = true;
            frames_[frame_count_++] = Frame{};
            for (int k = 0; k < L::branches; ++k) node.outputs[node.output_count++] = new_value(node.out);
            for (int k = L::branches - 1; k >= 0; --k) push(node.outputs[k]);
        } else {
            node.outputs[node.output_count++] = new_value(node.out);
            push(node.outputs[0]);
        }
    }

    template <class L> constexpr void meet(Node& node) {
        finish_branch();
        const Frame frame = frames_[--frame_count_];
        Shape shapes[max_branches]{};
        for (int k = 0; k < frame.count; ++k) {
            node.inputs[node.input_count++] = frame.done[k];
            shapes[k] = p.value[frame.done[k]];
        }
        node.in = shapes[0];
        const ShapeResult result = L::combine(shapes, frame.count);
        if (!result.ok()) return fail(result, shapes[frame.count > 1 ? 1 : 0]);
        if (!accept(node, result.out)) return;
        describe<L>(node);
        node.outputs[node.output_count++] = new_value(node.out);
        push(node.outputs[0]);
    }

    /// The last layers of one of two branches with the addition behind them. The layers were traced one by one before
    /// they were fused, so that they fit.
    template <class L> constexpr void run_and_meet(Node& node) {
        const int x = pop();
        const int other = L::is_first_branch ? pop() : frames_[frame_count_ - 1].done[0];
        --frame_count_;
        node.inputs[node.input_count++] = x;
        node.inputs[node.input_count++] = other;
        node.in = p.value[x];
        if (!accept(node, ShapeResult{L::output(node.in)}.out)) return;
        describe<L>(node);
        node.outputs[node.output_count++] = new_value(node.out);
        push(node.outputs[0]);
    }

    template <class L> constexpr void describe(Node& node) {
        node.reads = Traits<L>::reads;
        node.in_place = Traits<L>::in_place && node.in.size() == node.out.size();
        const Parameters all = Traits<L>::parameters(node.in);
        for (int i = 0; i < all.count; ++i) node.trained = node.trained || !all.item[i].frozen;
        node.at_inference = runs_at_inference<L>;
        // At inference states are read and do not move.
        node.rerun = node.at_inference ? Rerun::as_it_is : Traits<L>::rerun(node.in);
        const States states = Traits<L>::states(node.in);
        node.has_states = states.count > 0;
        if (node.rerun != Rerun::beside_its_states) return;
        for (int i = 0; i < states.count; ++i) node.state_values += aligned(states.item[i].size);
    }

    constexpr bool accept(Node& node, Shape out) {
        node.out = out;
        const bool empty = out.channels < 1 || out.height < 1 || out.width < 1;
        if (empty) fail(layer_must(Must::give_at_least_1_value_in_every_extent, out, out), node.in);
        if (!empty && too_many_values(out, batch_)) fail(layer_must(Must::have_at_most_2147483647_values), node.in);
        return p.ok();
    }

    /// Whether a layer of a Shared has the tensors of the last layer with its tag.
    template <class L> constexpr bool agrees(const Node& node) {
        for (int i = p.nodes - 1; i >= 0; --i) {
            if (shared_[i] != shared_tag<L>) continue;
            const Shape before = p.node[i].in;
            if (shared_layer_[i] != &tag<typename SharedAs<L>::written>)
                fail(layer_must_about<typename SharedAs<L>::name>(Must::have_the_same_layers_wherever_the_name_stands),
                     node.in);
            else if (!keeps_the_same<L>(before, node.in))
                fail(layer_must_about<typename SharedAs<L>::name>(
                         Must::have_parameters_of_the_same_shape_wherever_the_name_stands, node.in, before),
                     node.in);
            break;
        }
        shared_[p.nodes] = shared_tag<L>;
        shared_layer_[p.nodes] = &tag<typename SharedAs<L>::written>;
        return p.ok();
    }

    /// Whether the trained values so far can be counted in 32 bits, as an optimizer does.
    template <class L> constexpr bool fits_into_an_arena(Shape in) {
        const Parameters all = Traits<L>::parameters(in);
        for (int i = 0; i < all.count; ++i) {
            double values = 1;
            for (int k = 0; k < all.item[i].rank; ++k) values *= all.item[i].extent[k];
            trained_values_ += values + 16;  // the next tensor begins at a multiple of 16
        }
        return trained_values_ <= 4294967295.0;
    }

    constexpr void finish_branch() {
        Frame& frame = frames_[frame_count_ - 1];
        frame.done[frame.count++] = pop();
    }
    constexpr void fail(ShapeResult fault, Shape in) {
        p.fault = fault;
        p.fault_at = p.nodes;
        p.fault_input = in;
    }
    constexpr int new_value(Shape s) {
        p.value[p.values] = s;
        return p.values++;
    }
    constexpr int top() const { return stack_[depth_ - 1]; }
    constexpr int pop() { return stack_[--depth_]; }
    constexpr void push(int v) { stack_[depth_++] = v; }

    P& p;
    int batch_;
    double trained_values_ = 0;
    int stack_[P::capacity + 1]{}, depth_ = 0;
    Frame frames_[P::capacity]{};
    int frame_count_ = 0;
    const void *shared_[P::node_capacity]{}, *shared_layer_[P::node_capacity]{};  // of each node
};

template <class L> constexpr int values_of() {
    if constexpr (requires { L::branches; }) return L::branches > 0 ? L::branches : 1;
    return 1;
}

constexpr int sum(std::initializer_list<int> numbers) {
    int total = 0;
    for (const int number : numbers) total += number;
    return total;
}

}  // namespace detail

/// Traces List<Placed<L, Path>...> from an input shape. A value of the largest batch has at most 2^31 - 1 numbers.
template <class... Ps> constexpr auto trace(List<Ps...>, Shape in, int batch) {
    constexpr int values = detail::sum({1, detail::values_of<typename Ps::type>()...});
    Program<sizeof...(Ps), values> program;
    detail::Tracer<decltype(program)> tracer(program, in, batch);
    InOrder{(tracer.template step<typename Ps::type>(), 0)...};
    tracer.finish();
    return program;
}

}  // namespace tn
