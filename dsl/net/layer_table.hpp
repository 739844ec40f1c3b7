// What is said of each layer of a list, as a table: what loops over it is compiled once, not once for every layer.
#pragma once

#include <array>
#include <cstddef>

#include "dsl/net/flatten.hpp"

namespace tn {

/// One entry of a flat list or one that is fused.
struct LayerRecord {
    Text (*name)();  ///< without text for what has no name
    Parameters (*parameters)(Shape in);
    States (*states)(Shape in);
    const Path* path;  ///< of each member
    std::size_t members;
};

namespace detail {

template <class L> constexpr Text written_or_no_name() {
    if constexpr (requires { L::name(); }) return L::name();
    return {};
}

}  // namespace detail

template <class LayerList> struct LayerTable;
template <class... Ps> struct LayerTable<List<Ps...>> {
    static constexpr std::array<LayerRecord, sizeof...(Ps)> records{
        LayerRecord{&detail::written_or_no_name<typename Ps::type>, &Traits<typename Ps::type>::parameters,
                    &Traits<typename Ps::type>::states, Ps::path, Ps::members}...};
};

}  // namespace tn
