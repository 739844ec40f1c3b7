// What a network's first layers demand of its input, beyond its shape.
#pragma once

#include <span>
#include <string>

#include "dsl/net/net.hpp"
#include "runtime/core/error.hpp"

namespace tn {

namespace detail {

/// Which layer takes the network's input as words of its vocabulary, as Embedding does; of several the first with the
/// smallest.
struct WordLayer {
    std::size_t entry = 0;
    int vocabulary = 0;  ///< 0: there is none
};

template <class N>
inline constexpr WordLayer word_layer = [] {
    WordLayer found;
    bool is_input[sizeof(N::program.value) / sizeof(Shape)]{true};
    for_each(typename N::flat{}, [&]<class P, std::size_t I>(Type<P>, std::integral_constant<std::size_t, I>) {
        const Node& node = N::program.node[I];
        if (!node.runs || !is_input[node.inputs[0]]) return;
        const int copies = node.is_fork ? node.output_count : 0;
        for (int k = 0; k < copies; ++k) is_input[node.outputs[k]] = true;
        if constexpr (requires { P::type::vocabulary; })
            if (found.vocabulary == 0 || P::type::vocabulary < found.vocabulary) found = {I, P::type::vocabulary};
    });
    return found;
}();

}  // namespace detail

/// Throws Error, naming the sample and the layer, unless the n samples are what the network's first layers take.
template <class N, class T> void check_input(std::span<const T> input, int n) {
    constexpr detail::WordLayer words = detail::word_layer<N>;
    if constexpr (words.vocabulary > 0) {
        using P = At_t<typename N::flat, words.entry>;
        const std::size_t size = N::input.size();
        for (std::size_t i = 0; i < size * n; ++i) {
            const double word = static_cast<double>(input[i]);
            if (word >= 0 && word < words.vocabulary && word == static_cast<int>(word)) continue;
            std::string text = std::to_string(word);
            text.erase(text.find_last_not_of('0') + 1);
            if (text.back() == '.') text.pop_back();
            throw Error("input " + std::to_string(i % size) + " of sample " + std::to_string(i / size) + " is " + text +
                        ", but layer " + P::path[0].text().string() + " " + P::type::name().string() +
                        " takes whole numbers from 0 to " + std::to_string(words.vocabulary - 1));
        }
    }
}

}  // namespace tn
