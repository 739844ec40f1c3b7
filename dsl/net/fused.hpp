// Neighbours that one kernel computes, as one layer: what fusion makes of them.
#pragma once

#include "dsl/core/kernel.hpp"
#include "dsl/core/layer.hpp"

namespace tn {

/// The layers `First, Rest...` by the fusion `F`, which says what their backward pass reads. Parameters and states are
/// those of the members in order; there is no mathematics besides the kernel's.
template <class F, class First, class... Rest> struct Fused {
    static constexpr Reads reads = F::reads;
    static constexpr bool in_place = F::in_place;
    template <class Device> using kernel = FindKernel<Device, Traits<First>::operation, Traits<Rest>::operation...>;

    static constexpr Text name() {
        Text t = First::name();
        ((t << " + " << Rest::name()), ...);
        return t;
    }
    static constexpr ShapeResult output(Shape in) {
        ShapeResult r = First::output(in);
        ((r = r.ok() ? ShapeResult{Rest::output(r.out)} : r), ...);
        return r;
    }
    static constexpr Parameters parameters(Shape in) {
        Parameters all;
        each_member(in, [&all](const Parameters& of_member, const States&, int member) {
            for (int i = 0; i < of_member.count; ++i) {
                Parameter p = of_member.item[static_cast<std::size_t>(i)];
                p.member = member;
                all.add(p);
            }
        });
        return all;
    }
    static constexpr States states(Shape in) {
        States all;
        each_member(in, [&all](const Parameters&, const States& of_member, int member) {
            for (int i = 0; i < of_member.count; ++i) {
                State s = of_member.item[static_cast<std::size_t>(i)];
                s.member = member;
                all.add(s);
            }
        });
        return all;
    }

private:
    /// Calls f(parameters, states, member) for every member with the shape that comes into it.
    template <class Visit> static constexpr void each_member(Shape in, Visit f) {
        int member = 0;
        const auto visit = [&]<class L>(Type<L>) {
            f(Traits<L>::parameters(in), Traits<L>::states(in), member++);
            in = ShapeResult{L::output(in)}.out;
        };
        visit(Type<First>{});
        (visit(Type<Rest>{}), ...);
    }
};

}  // namespace tn
