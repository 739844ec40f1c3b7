// Repeat: one block several times.
#pragma once

#include <cstddef>
#include <utility>

#include "dsl/net/seq.hpp"

namespace tn::networks {

namespace detail {
template <class Block, std::size_t> using Same = Block;
template <class First, class Block, std::size_t... I> Seq<First, Same<Block, I>...> repeat(std::index_sequence<I...>);
}  // namespace detail

/// First, and then Block Count - 1 times: as a stage whose first block changes the shape.
template <int Count, class First, class Block = First>
using Repeat = decltype(detail::repeat<First, Block>(std::make_index_sequence<Count - 1>{}));

}  // namespace tn::networks
