// Conv with what follows it (BN, Relu, Pool) as one layer with one kernel: what fusion makes of them.
#pragma once

#include "dsl/core/conv_geometry.hpp"
#include "dsl/layers/conv.hpp"

namespace tn {

namespace detail {
template <class Pool> constexpr int pool_window() {
    if constexpr (requires { Pool::window; }) return Pool::window;
    return 0;
}
template <class Pool> constexpr int pool_stride() {
    if constexpr (requires { Pool::window; }) return Pool::stride;
    return 0;
}
}  // namespace detail

/// Conv, then any of BN, Relu and Pool in this order. Its parameters and states are those of its members in order.
template <class ConvLayer, class... Rest> struct ConvBlock {
    static constexpr bool norm = ((Traits<Rest>::role == Role::norm) || ...);
    static constexpr bool relu = ((Traits<Rest>::role == Role::relu) || ...);
    static constexpr Reads reads{.x = true, .y = false};

    static constexpr Text name() {
        Text t = ConvLayer::name();
        ((t << " + " << Rest::name()), ...);
        return t;
    }

    static constexpr ShapeResult output(Shape in) {
        ShapeResult r = ConvLayer::output(in);
        ((r = r.ok() ? ShapeResult{Rest::output(r.out)} : r), ...);
        return r;
    }

    static constexpr BlockGeometry geometry(Shape in) {
        return {{in.channels, in.height, in.width, ConvLayer::filters, ConvLayer::kernel.height,
                 ConvLayer::kernel.width, ConvLayer::stride, ConvLayer::pad_h},
                ConvLayer::has_bias,
                norm,
                relu,
                (0 + ... + detail::pool_window<Rest>()),
                (0 + ... + detail::pool_stride<Rest>())};
    }

    static constexpr Parameters parameters(Shape in) {
        Parameters all = ConvLayer::parameters(in);
        const Shape out = ConvLayer::output(in).out;
        int member = 0;
        ((++member, append(all, Traits<Rest>::parameters(out), member)), ...);
        return all;
    }
    static constexpr States states(Shape in) {
        States all;
        const Shape out = ConvLayer::output(in).out;
        int member = 0;
        ((++member, append(all, Traits<Rest>::states(out), member)), ...);
        return all;
    }

    template <class Sizes> static constexpr std::size_t saved(Shape in, int batch) {
        return Sizes::block_saved(geometry(in), batch);
    }
    static constexpr bool saves_for_inference = false;
    template <class Sizes> static constexpr std::size_t work(Shape in, int batch) {
        return Sizes::block_work(geometry(in), batch);
    }

    template <Shape In, class Device> static void forward_on(Device& device, const Pass<float>& p) {
        device.template conv_block_forward<geometry(In)>(p);
    }
    template <Shape In, class Device> static void backward_on(Device& device, const Pass<float>& p) {
        device.template conv_block_backward<geometry(In)>(p);
    }

private:
    static constexpr void append(Parameters& all, const Parameters& more, int member) {
        for (int i = 0; i < more.count; ++i) {
            Parameter p = more.item[static_cast<std::size_t>(i)];
            p.member = member;
            all.add(p);
        }
    }
    static constexpr void append(States& all, const States& more, int member) {
        for (int i = 0; i < more.count; ++i) {
            State s = more.item[static_cast<std::size_t>(i)];
            s.member = member;
            all.add(s);
        }
    }
};

/// How many of the layers that follow a Conv become part of its block: BN, Relu, Pool, each at most once, in order.
constexpr int conv_block_takes(const Role* next, int count) {
    int taken = 0;
    for (Role wanted : {Role::norm, Role::relu, Role::pool})
        if (taken < count && next[taken] == wanted) ++taken;
    return taken;
}

}  // namespace tn
