// A network for sentences.
#pragma once

#include "dsl/layers/activations.hpp"
#include "dsl/layers/dense.hpp"
#include "dsl/layers/dropout.hpp"
#include "dsl/layers/embedding.hpp"
#include "dsl/layers/signals.hpp"
#include "dsl/net/seq.hpp"

namespace tn::networks {

namespace detail {
/// Filters over Words neighbours, the largest value of each over the whole sentence of Length words.
template <int Filters, int Words, int Length>
using WordFilters = Seq<Conv1D<Filters, Words, Pad<0>>, Relu, Pool1D<Length - Words + 1>>;
}  // namespace detail

/// Kim, "Convolutional neural networks for sentence classification", 2014: Vector<Length> of words, each the number of
/// its place in a vocabulary, of which filters see 3, 4 and 5 neighbours.
template <int Vocabulary, int Length, int Classes, int Features = 128, int Filters = 100>
using TextClassifier = Seq<Embedding<Vocabulary, Features>,
                           Concat<detail::WordFilters<Filters, 3, Length>, detail::WordFilters<Filters, 4, Length>,
                                  detail::WordFilters<Filters, 5, Length>>,
                           Dropout<50>, Dense<Classes>>;

}  // namespace tn::networks
