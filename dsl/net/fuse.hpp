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

template <class L> struct OperationsOf;
template <class... Ps> struct OperationsOf<List<Ps...>> {
    static constexpr Operation all[sizeof...(Ps) + 1] = {Traits<typename Ps::type>::operation..., Operation{}};
};

/// Whether the fusion takes these neighbours, no more and no fewer, and the device has a kernel for them.
template <class Device, class F, class Neighbours> inline constexpr bool fuses = false;
template <class Device, class F, class... Ps>
inline constexpr bool fuses<Device, F, List<Ps...>> =
    F::pattern::template is<Traits<typename Ps::type>::operation...>() &&
    has_kernel_of<Device, Fused<F, typename Ps::type...>>;

/// How many neighbours from place `At` on the fusion takes: what its pattern matches, or fewer that it matches, too,
/// where the device has a kernel for these only; 1 where it takes none. `Shorter` counts what is left away.
template <class Device, class L, class F, std::size_t At> struct Taken {
    static constexpr std::size_t match = F::pattern::match(OperationsOf<L>::all + At, L::size - At);

    template <std::size_t... Shorter> static constexpr std::size_t longest(std::index_sequence<Shorter...>) {
        std::size_t found = 1;
        const auto try_size = [&found](std::size_t size, bool there) {
            if (found == 1 && there) found = size;
        };
        (try_size(match - Shorter, fuses<Device, F, typename Slice<L, At, match - Shorter>::type>), ...);
        static_cast<void>(try_size);
        return found;
    }
    static constexpr std::size_t size = longest(std::make_index_sequence<(match > 1 ? match - 1 : 0)>{});
};

/// The first of the fusions that takes the layer at place `At` and neighbours behind it.
template <class Device, class L, std::size_t At, class Fs = Fusions> struct FusionAt;
template <class Device, class L, std::size_t At, class... Fs> struct FusionAt<Device, L, At, List<Fs...>> {
    static constexpr std::size_t sizes[sizeof...(Fs) + 1] = {Taken<Device, L, Fs, At>::size..., 1};
    static constexpr std::size_t index = [] {
        std::size_t i = 0;
        while (i < sizeof...(Fs) && sizes[i] == 1) ++i;
        return i;
    }();
    static constexpr std::size_t size = sizes[index];
    using fusion = At_t<List<Fs..., NoFusion>, index>;
};

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
