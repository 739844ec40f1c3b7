// Which values of a network that infers have their channels side by side: layouts, chosen by the compiler.
#pragma once

#include "dsl/core/kernel.hpp"
#include "dsl/net/joined_values.hpp"
#include "dsl/net/reruns.hpp"
#include "dsl/net/trace.hpp"

namespace tn {

namespace detail {

/// Values that must lie alike are one class, under the number of one of them. A class has channels side by side where
/// nothing that touches it needs planes, and something gains.
template <int Nodes, int Values> class ValueLayouts {
public:
    constexpr explicit ValueLayouts(const Program<Nodes, Values>& program) : p(program) {
        for (int v = 0; v < Values; ++v) class_[v] = v;
        pin(0);
        pin(p.output);
    }

    constexpr void add(const Node& node, ChannelsLast kernel) {
        if (kernel == ChannelsLast::no) return each_value(node, [&](int v) { pin(v); });
        const int first = kernel == ChannelsLast::follows ? 0 : 1;
        for (int k = first; k < node.input_count; ++k) tie(node.inputs[k], node.outputs[0]);
        for (int k = 1; k < node.output_count; ++k) tie(node.outputs[k], node.outputs[0]);
        if (kernel == ChannelsLast::gains) each_value(node, [&](int v) { gains_[v] = true; });
    }

    /// After the last add(): decides every class.
    constexpr void finish() {
        for (int v = 0; v < p.values; ++v) {
            const int own = root(v);
            gains_[own] = gains_[own] || gains_[v];
            pinned_[own] = pinned_[own] || pinned_[v];
        }
    }

    constexpr Sides sides_of(const Node& node) {
        const int x = node.inputs[0], y = node.outputs[0];
        // What lies the same either way is what the other side is.
        return {is_free(x) ? is_last(y) : is_last(x), is_free(y) ? is_last(x) : is_last(y)};
    }

private:
    /// Whether the channels of a value are as much side by side as plane by plane.
    constexpr bool is_free(int v) const { return p.value[v].plane() == 1 || p.value[v].channels == 1; }
    constexpr bool is_last(int v) {
        const int own = root(v);
        return !is_free(v) && gains_[own] && !pinned_[own];
    }
    constexpr int root(int v) {
        while (class_[v] != v) v = class_[v] = class_[class_[v]];  // and halves the way
        return v;
    }
    constexpr void tie(int a, int b) {
        if (!is_free(a) && !is_free(b)) class_[root(a)] = root(b);
    }
    constexpr void pin(int v) { pinned_[v] = true; }
    template <class F> static constexpr void each_value(const Node& node, F f) {
        for (int k = 0; k < node.input_count; ++k) f(node.inputs[k]);
        for (int k = 0; k < node.output_count; ++k) f(node.outputs[k]);
    }

    const Program<Nodes, Values>& p;
    int class_[Values]{};
    bool pinned_[Values]{}, gains_[Values]{};
};

/// What the kernel of an entry says of layouts.
struct LayoutRecord {
    ChannelsLast (*channels_last)(Shape in) = nullptr;
    std::size_t (*kept)(Shape in, int batch, Sides sides) = nullptr;
    bool joins = false, writes_rows_apart = false;
};
template <class Device, class L> constexpr LayoutRecord layout_record() {
    if constexpr (Layer<L>)
        return {&channels_last_of<Device, L>, &kept_values<Device, L>, Traits<L>::operation.kind == Operation::concat,
                writes_rows_apart<Device, L>()};
    else
        return {};  // between branches
}

}  // namespace detail

/// The program with the layouts of every node on the device, what it keeps of its weights, and the values that lie in
/// others.
template <class Device, int Nodes, int Values, class... Ps>
constexpr Program<Nodes, Values> with_layouts_on(Program<Nodes, Values> program, List<Ps...>) {
    constexpr detail::LayoutRecord kernels[] = {detail::layout_record<Device, typename Ps::type>()...,
                                                detail::LayoutRecord{}};
    detail::ValueLayouts<Nodes, Values> layouts(program);
    for (int at = 0; at < program.nodes; ++at)
        if (const Node& node = program.node[at]; node.runs) layouts.add(node, kernels[at].channels_last(node.in));
    layouts.finish();
    Program<Nodes, Values> laid_out = program;
    for (int at = 0; at < program.nodes; ++at) {
        Node& node = laid_out.node[at];
        if (!node.runs || node.is_fork) continue;
        node.channels_last = layouts.sides_of(node);
        node.kept = aligned(kernels[at].kept(node.in, node.part, node.channels_last));
    }
    const detail::ValueUses<Nodes, Values> uses(laid_out);
    for (int at = 0; at < program.nodes; ++at)
        if (laid_out.node[at].runs && kernels[at].joins)
            detail::join_in_place(laid_out, uses, at, [&](int node) { return kernels[node].writes_rows_apart; });
    return laid_out;
}

}  // namespace tn
