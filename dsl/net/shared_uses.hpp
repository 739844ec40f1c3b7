// Which layers of a network have the same tensors.
#pragma once

#include <array>
#include <cstddef>

#include "dsl/core/sequence.hpp"
#include "dsl/net/fused.hpp"
#include "dsl/net/shared.hpp"

namespace tn {

namespace detail {

template <class L> struct MemberTags {
    static constexpr std::array<const void*, 1> tags{shared_tag<L>};
};
template <class F, class... Ls> struct MemberTags<Fused<F, Ls...>> {
    static constexpr std::array<const void*, sizeof...(Ls)> tags{shared_tag<Ls>...};
};

}  // namespace detail

/// For a flat list, or one of which neighbours are fused: the first and the last layer that have a layer's tensors,
/// itself where it shares none. Layers are counted as before fusion.
template <class LayerList> struct SharedUses;
template <class... Ps> struct SharedUses<List<Ps...>> {
    static constexpr std::size_t layers = [] {
        std::size_t count = 0;
        InOrder{(count += Ps::members, 0)...};
        return count;
    }();

    struct Uses {
        std::array<std::size_t, layers> first{}, last{};
        bool any = false;  ///< whether the network shares any
    };
    static constexpr Uses uses = [] {
        std::array<const void*, layers> tags{};
        std::size_t next = 0;
        const auto append = [&](const auto& members) {
            for (const void* tag : members) tags[next++] = tag;
            return 0;
        };
        InOrder{append(detail::MemberTags<typename Ps::type>::tags)...};
        Uses found;
        for (std::size_t i = 0; i != layers; ++i) {
            found.first[i] = found.last[i] = i;
            for (std::size_t k = 0; tags[i] && k < i; ++k) {
                if (tags[k] != tags[i]) continue;
                found.any = true;
                found.last[k] = i;
                if (found.first[i] == i) found.first[i] = k;
            }
        }
        return found;
    }();
};

}  // namespace tn
