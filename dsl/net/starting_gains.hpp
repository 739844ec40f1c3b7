// The gains with which weights start: from what becomes of each layer's output, and from how large values grow on their
// way.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <utility>

#include "dsl/init/initialisers.hpp"
#include "dsl/net/starting_use.hpp"
#include "dsl/net/trace.hpp"

namespace tn {

namespace detail {

/// The mean square that the outputs are to have before the first step: the loss of a classifier is then over that of
/// guessing by half of it.
inline constexpr float starting_mean_square = 0.1f;

/// The mean and variance of the largest of `count` normal numbers of mean 0 and variance 1, to 5 %.
inline Moments largest_of(float count) {
    const float mean = 0.8f * std::pow(std::log(count), 0.75f), variance = 1 / (1 + 0.72f * std::log(count));
    return {mean, mean * mean + variance};
}

/// To 4 binary digits: another library's logarithm, or a compiler's, does not change how weights start.
inline float rounded(float gain) {
    int exponent = 0;
    const float digits = std::frexp(gain, &exponent);
    return std::ldexp(std::round(digits * 16), exponent - 4);
}

/// What is asked of each layer.
struct StartingRecord {
    const Operation* operation;
    Parameters (*parameters)(Shape in);
    Moments (*moments)(const Moments& in) = nullptr;  ///< of a function of one value
    bool (*halves)() = nullptr;                       ///< the same
};
template <class L> constexpr StartingRecord starting_record() {
    StartingRecord record{&Traits<L>::operation, &Traits<L>::parameters};
    if constexpr (FunctionLayer<L>) {
        record.moments = &moments_through<L>;
        record.halves = &halves_mean_square<L>;
    }
    return record;
}
template <class LayerList> struct StartingRecords;
template <class... Ps> struct StartingRecords<List<Ps...>> {
    static constexpr std::array<StartingRecord, sizeof...(Ps)> records{starting_record<typename Ps::type>()...};
};

/// Follows what is expected of all values, from inputs of mean 0 and mean square 1, through a network, and chooses
/// gains on the way: the mean square behind a layer is the gain times that before it.
template <class N> class StartingGains {
    using Uses = StartingUses<typename N::flat>;

public:
    explicit StartingGains(InitRule network) : network_(network) {
        for (std::size_t layer = 0; layer != Uses::layers; ++layer)
            if (const auto halves = records[layer].halves) halves_[layer] = halves();
        for (std::size_t layer = 0; layer != Uses::layers; ++layer) {
            const Node& node = N::program.node[layer];
            if (!node.runs) continue;
            const Moments out = through(layer, node);
            for (int k = 0; k < node.output_count; ++k) values_[node.outputs[k]] = out;
        }
    }

    /// By place in the flat list.
    const std::array<float, Uses::layers>& gains() const { return gains_; }

private:
    static constexpr auto& records = StartingRecords<typename N::flat>::records;

    Moments through(std::size_t layer, const Node& node) {
        const Moments in = values_[node.inputs[0]];
        const Operation& operation = *records[layer].operation;
        const auto window = static_cast<float>(operation.window.kernel_h * operation.window.kernel_w);
        gains_[layer] = rounded(gain(layer, in.square));
        switch (operation.kind) {
            case Operation::convolution:
            case Operation::transposed_convolution:
            case Operation::dense: {
                const Parameter weight = records[layer].parameters(node.in).item[0];
                const float spread = deviation(weight, network_, gains_[layer]);
                // What all inputs have in common, each filter sees at every place.
                const float common = in.mean * in.mean + in.shared * in.variance();
                return {0, spread * spread * static_cast<float>(weight.fan_in) * in.square,
                        in.square > 0 ? common / in.square : 0};
            }
            case Operation::batch_norm:
            case Operation::layer_norm:
            case Operation::group_norm:
            case Operation::embedding: return {0, 1};
            case Operation::gru:
            case Operation::lstm: return {0, 0.1f};  // about what these give from the values that they start with
            case Operation::softmax: {
                const float mean = 1 / static_cast<float>(node.in.channels);
                return {mean, 2 * mean * mean};
            }
            case Operation::max_pool: {
                const Moments most = largest_of(window);
                const float own = (1 - in.shared) * in.variance(), mean = in.mean + std::sqrt(own) * most.mean;
                return {mean, mean * mean + in.shared * in.variance() + own * most.variance(), in.shared};
            }
            case Operation::average_pool: return mean_of(in, window);
            case Operation::global_average_pool: return mean_of(in, static_cast<float>(node.in.plane()));
            case Operation::dropout:
                return {in.mean, in.square * 100 / static_cast<float>(100 - operation.percent), in.shared};
            case Operation::add:
            case Operation::multiply:
            case Operation::concat: return meeting(operation.kind, node);
            default: return records[layer].moments ? records[layer].moments(in) : in;
        }
    }

    static Moments mean_of(const Moments& in, float count) {
        const float own = (1 - in.shared) * in.variance() / count;
        return {in.mean, in.mean * in.mean + in.shared * in.variance() + own, in.shared};
    }

    Moments meeting(Operation::Kind kind, const Node& node) const {
        Moments all = values_[node.inputs[0]];
        for (int k = 1; k < node.input_count; ++k) {
            const Moments& one = values_[node.inputs[k]];
            if (kind == Operation::multiply)
                all = {all.mean * one.mean, all.square * one.square, all.shared};
            else
                all = {all.mean + one.mean,
                       all.square + one.square + (kind == Operation::add ? 2 * all.mean * one.mean : 0), all.shared};
        }
        const auto count = static_cast<float>(node.input_count);
        return kind == Operation::concat ? Moments{all.mean / count, all.square / count, all.shared} : all;
    }

    /// Of a layer whose inputs have this mean square.
    float gain(std::size_t layer, float square) const {
        const StartingUse& use = Uses::uses[layer];
        if (use.kind == StartingUse::loss) return square > 0 ? std::min(starting_mean_square / square, 2.0f) : 2.0f;
        if (use.kind == StartingUse::normalisation) return 2;
        const float gain = use.kind == StartingUse::function && halves_[use.at] ? 2.0f : 1.0f;
        return use.ends_residual ? gain / static_cast<float>(std::max(Uses::residuals, 1)) : gain;
    }

    InitRule network_;
    std::array<bool, Uses::layers> halves_{};
    std::array<float, Uses::layers> gains_{};
    std::array<Moments, std::remove_cvref_t<decltype(N::program)>::capacity> values_{};
};

}  // namespace detail

/// For each layer of N's flat list what the mean square of its weights is times its inputs, where the initialiser of
/// the network or the layer asks for that (InitRule::by_use).
template <class N> auto starting_gains(InitRule network) { return detail::StartingGains<N>(network).gains(); }

}  // namespace tn
