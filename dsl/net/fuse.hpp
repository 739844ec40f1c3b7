// Fusion: a step over the type that replaces neighbours by one layer where the device has a kernel that does the work
// of all. Which neighbours may be fused, the patterns of dsl/fusions say.
#pragma once

#include "dsl/fusions/fusions.hpp"
#include "dsl/net/flatten.hpp"
#include "dsl/net/fused.hpp"

namespace tn {

namespace detail {

/// Of a layer that runs by itself.
struct NoFusion {};

template <class Neighbours> struct OperationsOf;
template <class... Ls> struct OperationsOf<List<Ls...>> {
    static constexpr Operation all[sizeof...(Ls) + 1] = {Traits<Ls>::operation..., Operation{}};
};

/// Whether one pass may run these: as at inference where one of them is frozen in front of everything that is trained.
template <class... Ls>
inline constexpr bool stand_together = !(is_frozen_ahead<Ls> || ...) || ((is_frozen_ahead<Ls> || is_neutral<Ls>)&&...);

/// Whether the fusion takes these neighbours, no more and no fewer, and the device has a kernel for them.
template <class Device, class F, class Neighbours> inline constexpr bool fuses = false;
template <class Device, class F, class... Ls>
inline constexpr bool fuses<Device, F, List<Ls...>> =
    stand_together<Ls...> && F::pattern::template is<Traits<Ls>::operation...>() &&
    has_kernel_of<Device, Fused<F, Ls...>>;

/// How many of the neighbours the fusion takes: what its pattern matches, or fewer that it matches, too, where the
/// device has a kernel for these only; 1 where it takes none. `Shorter` counts what is left away.
template <class Device, class Neighbours, class F> struct Taken {
    static constexpr std::size_t match = F::pattern::match(OperationsOf<Neighbours>::all, Neighbours::size);

    template <std::size_t... Shorter> static constexpr std::size_t longest(std::index_sequence<Shorter...>) {
        constexpr bool there[] = {fuses<Device, F, typename Slice<Neighbours, 0, match - Shorter>::type>..., false};
        for (std::size_t shorter = 0; shorter != sizeof...(Shorter); ++shorter)
            if (there[shorter]) return match - shorter;
        return 1;
    }
    static constexpr std::size_t size = longest(std::make_index_sequence<(match > 1 ? match - 1 : 0)>{});
};

/// The first of the fusions that takes the first neighbour and those behind it.
template <class Device, class Neighbours, class Fs = Fusions> struct FusionOf;
template <class Device, class Neighbours, class... Fs> struct FusionOf<Device, Neighbours, List<Fs...>> {
    static constexpr std::size_t sizes[sizeof...(Fs) + 1] = {Taken<Device, Neighbours, Fs>::size..., 1};
    static constexpr std::size_t index = [] {
        std::size_t i = 0;
        while (i < sizeof...(Fs) && sizes[i] == 1) ++i;
        return i;
    }();
    static constexpr std::size_t size = sizes[index];
    using fusion = At_t<List<Fs..., NoFusion>, index>;
};

/// The most neighbours that a fusion may take.
template <class Pattern> inline constexpr std::size_t steps = 0;
template <class... Steps> inline constexpr std::size_t steps<Chain<Steps...>> = sizeof...(Steps);
template <class... Fs> constexpr std::size_t most_steps(List<Fs...>) {
    std::size_t most = 1;
    for (const std::size_t count : {steps<typename Fs::pattern>...}) most = count > most ? count : most;
    return most;
}

/// The types of the layers from place `At` on that a fusion may take, without their places: what is the same in several
/// places is looked at once.
template <class L> struct TypesOf;
template <class... Ps> struct TypesOf<List<Ps...>> {
    using types = List<typename Ps::type...>;
    static constexpr std::size_t window = most_steps(Fusions{});
    template <std::size_t At>
    using from = typename Slice<types, At, (sizeof...(Ps) - At < window ? sizeof...(Ps) - At : window)>::type;
};
template <class Device, class L, std::size_t At>
using FusionAt = FusionOf<Device, typename TypesOf<L>::template from<At>>;

/// Where each group of neighbours begins.
template <int N> struct Groups {
    std::size_t first[N > 0 ? N : 1]{}, count = 0;
};

template <class Device, class L, std::size_t... I> constexpr auto group(std::index_sequence<I...>) {
    constexpr std::size_t size[sizeof...(I) + 1] = {FusionAt<Device, L, I>::size..., 1};
    Groups<sizeof...(I)> groups;
    for (std::size_t i = 0; i < sizeof...(I); i += size[i]) groups.first[groups.count++] = i;
    return groups;
}

template <class F, class Members> struct FuseMembers;
template <class P> struct FuseMembers<NoFusion, List<P>> {
    using type = P;
};
template <class F, class... Ps> struct FuseMembers<F, List<Ps...>> {
    using type = Placed<Fused<F, typename Ps::type...>, Ps::path[0]...>;
};

template <class Device, class L> struct Fuse {
    static constexpr auto groups = group<Device, L>(std::make_index_sequence<L::size>{});

    template <std::size_t At>
    using fused = typename FuseMembers<typename FusionAt<Device, L, At>::fusion,
                                       typename Slice<L, At, FusionAt<Device, L, At>::size>::type>::type;

    template <std::size_t... I> static auto list(std::index_sequence<I...>) -> List<fused<groups.first[I]>...>;
    using type = decltype(list(std::make_index_sequence<groups.count>{}));
};

}  // namespace detail

/// The flat list with every group of neighbours that the device fuses replaced by one layer.
template <class L, class Device> using Fuse_t = typename detail::Fuse<Device, L>::type;

}  // namespace tn
