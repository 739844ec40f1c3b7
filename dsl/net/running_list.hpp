// The list of layers that runs on a device, for a purpose: which frozen layers gradients pass through, and what is
// fused.
#pragma once

#include <cstddef>

#include "dsl/net/fuse.hpp"
#include "dsl/net/plan.hpp"

namespace tn {

/// Whether neighbours are fused into one kernel or every layer runs by itself (slower; what tests compare with).
enum class Fusion { on, off };

namespace detail {

template <class P, FrozenPlace Place> struct FrozenAt {
    using type = P;
};
template <class L, Path At, FrozenPlace Place> struct FrozenAt<Placed<FrozenLayer<L>, At>, Place> {
    using type = Placed<FrozenLayer<L, Place>, At>;
};

template <class Flat> struct FrozenList;
template <class... Ps> struct FrozenList<List<Ps...>> {
    static constexpr bool any = [] {
        bool found = false;
        InOrder{(found = found || is_frozen<typename Ps::type>, 0)...};
        return found;
    }();

    /// How many layers stand in front of the first that may be trained.
    static constexpr std::size_t ahead = [] {
        constexpr bool trains[] = {may_train<typename Ps::type>..., true};
        std::size_t count = 0;
        while (!trains[count]) ++count;
        return count;
    }();

    template <bool InputGradient, std::size_t... I>
    static auto placed(std::index_sequence<I...>) -> List<
        typename FrozenAt<Ps, (I < ahead && !InputGradient ? FrozenPlace::ahead : FrozenPlace::behind)>::type...>;
    template <bool InputGradient> using type = decltype(placed<InputGradient>(std::index_sequence_for<Ps...>{}));
};

/// The flat list for a purpose. Where nothing is trained a frozen layer is as any other.
template <class Flat, Purpose For> struct ListFor {
    using type = Flat;
};
template <class Flat, Purpose For>
    requires(For != Purpose::infer && FrozenList<Flat>::any)
struct ListFor<Flat, For> {
    using type = typename FrozenList<Flat>::template type<For != Purpose::train>;
};

/// The list that runs, fused or not.
template <class Flat, Fusion F, Purpose For, class Device> struct RunningList {
    using type = typename ListFor<Flat, For>::type;
};
template <class Flat, Purpose For, class Device> struct RunningList<Flat, Fusion::on, For, Device> {
    using type = Fuse_t<typename ListFor<Flat, For>::type, Device>;
};
template <Purpose For, class Device> struct RunningList<List<>, Fusion::on, For, Device> {
    using type = List<>;
};

}  // namespace detail
}  // namespace tn
