// Neighbours that one kernel computes, as one layer: what fusion makes of them.
#pragma once

#include "dsl/core/kernel.hpp"
#include "dsl/core/layer.hpp"
#include "dsl/core/sequence.hpp"
#include "dsl/net/branches.hpp"
#include "dsl/net/frozen.hpp"

namespace tn {

template <class F, class First, class... Rest> struct Fused;

namespace detail {

/// The layers without what stands between two branches.
template <class... Ls>
using WithoutNextBranch = Join_t<List<>, std::conditional_t<std::is_same_v<Ls, NextBranch>, List<>, List<Ls>>...>;

template <class F, class... Ls> inline constexpr bool is_frozen<Fused<F, Ls...>> = (is_frozen<Ls> || ...);
template <class F, class... Ls> inline constexpr bool is_frozen_ahead<Fused<F, Ls...>> = (is_frozen_ahead<Ls> || ...);

/// That of the member with states. Several with states of different kinds never run again.
template <class... Ls> constexpr Rerun rerun_of_members() {
    Rerun all = Rerun::as_it_is;
    bool states = false;
    const auto look = [&](Rerun own, bool has_states) {
        if (has_states) all = states && own != all ? Rerun::never : own;
        states = states || has_states;
    };
    (look(Traits<Ls>::rerun(any_image), Traits<Ls>::states(any_image).count > 0), ...);
    return all;
}

template <class Device, class Members> struct KernelOfMembers;
template <class Device, class... Ls> struct KernelOfMembers<Device, List<Ls...>> {
    using type = FindKernel<Device, Traits<Ls>::operation...>;
};

}  // namespace detail

/// The layers `First, Rest...` by the fusion `F`, which says what the backward pass of their operations reads.
/// Parameters and states are those of the members in order; there is no mathematics besides the kernel's.
template <class F, class First, class... Rest> struct Fused {
    static constexpr Reads reads = F::template reads<Traits<First>::operation, Traits<Rest>::operation...>;
    static constexpr bool in_place = F::in_place;
    static constexpr Rerun rerun = detail::rerun_of_members<First, Rest...>();
    template <class Device>
    using kernel = typename detail::KernelOfMembers<Device, detail::WithoutNextBranch<First, Rest...>>::type;

    /// The value of another branch is added: that of the branch before, or, where this is the first of two, that of the
    /// second one, which has no layers.
    static constexpr bool adds_branch = ((Traits<Rest>::operation.kind == Operation::add) || ...);
    static constexpr bool is_first_branch = (std::is_same_v<Rest, NextBranch> || ...);

    static constexpr Text name() {
        Text t = First::name();
        each_member(Shape{}, [&]<class L>(Type<L>, Shape, int member) {
            if (member > 0) t << " + " << L::name();
        });
        return t;
    }
    static constexpr ShapeResult output(Shape in) {
        ShapeResult r = in;
        each_member(in, [&r]<class L>(Type<L>, Shape, int) { r = r.ok() ? ShapeResult{L::output(r.out)} : r; });
        return r;
    }
    static constexpr Parameters parameters(Shape in) {
        Parameters all;
        each_member(in, [&all]<class L>(Type<L>, Shape incoming, int member) {
            const Parameters own = Traits<L>::parameters(incoming);
            for (int i = 0; i < own.count; ++i) {
                Parameter p = own.item[i];
                p.member = member;
                all.add(p);
            }
        });
        return all;
    }
    static constexpr States states(Shape in) {
        States all;
        each_member(in, [&all]<class L>(Type<L>, Shape incoming, int member) {
            const States own = Traits<L>::states(incoming);
            for (int i = 0; i < own.count; ++i) {
                State s = own.item[i];
                s.member = member;
                all.add(s);
            }
        });
        return all;
    }

private:
    /// Calls f(type, incoming shape, member) for every layer; what stands between branches counts as a member, too.
    template <class Visit> static constexpr void each_member(Shape in, Visit f) {
        int member = 0;
        const auto visit = [&]<class L>(Type<L>) {
            if constexpr (!std::is_same_v<L, NextBranch>) {
                f(Type<L>{}, in, member);
                in = ShapeResult{L::output(in)}.out;
            }
            ++member;
        };
        visit(Type<First>{});
        (visit(Type<Rest>{}), ...);
    }
};

}  // namespace tn
