// Where in a picture a network sees what it answers.
#pragma once

#include <algorithm>
#include <charconv>
#include <span>
#include <string>
#include <vector>

#include "dsl/core/index.hpp"
#include "dsl/net/layer_table.hpp"
#include "dsl/net/until.hpp"
#include "runtime/core/error.hpp"
#include "runtime/model/model.hpp"

namespace tn {

namespace detail {

/// Where the last layer stands, in the outermost Seq, that gives a map: more than one row or column.
template <class N> constexpr int place_of_last_map() {
    int place = -1;
    for (int layer = 0; layer < N::program.nodes; ++layer)
        if (const Shape out = N::program.node[layer].out; out.height > 1 || out.width > 1)
            place = LayerTable<typename N::flat>::records[layer].path[0].index[0];
    return place;
}

/// The layers of a Seq behind that at a place.
template <class Part, int Place> struct CutBefore;
template <class... Ls, int Place> struct CutBefore<Seq<Ls...>, Place> {
    using type = typename Respread<Seq, typename Slice<List<Ls...>, Place + 1, sizeof...(Ls) - Place - 1>::type>::type;
};
template <class... Ls, int Place>
    requires(to_be_spread<Ls...>)
struct CutBefore<Seq<Ls...>, Place> : CutBefore<Spread_t<Seq, Ls...>, Place> {};

template <class N, int Place> struct CutInTwo;
template <Shape In, BatchSize Samples, class Body, class LossType, class Initialiser_, int Place>
struct CutInTwo<Net<In, Samples, Body, LossType, Initialiser_>, Place> {
    using N = Net<In, Samples, Body, LossType, Initialiser_>;
    using Front = Until<N, Place>;
    using Back = Net<Front::output, Batch<1>, Frozen<typename CutBefore<typename BodyOf<Body>::type, Place>::type>,
                     MeanSquaredError>;
};

/// The name that a tensor has in the whole network whose name in the layers behind `place` is this one.
inline std::string name_in_whole(const std::string& name, int place) {
    int first = 0;
    const auto rest = std::from_chars(name.data(), name.data() + name.size(), first).ptr;
    return std::to_string(first + place + 1) + std::string(rest, name.data() + name.size());
}

}  // namespace detail

/// Grad-CAM (Selvaraju and others, "Grad-CAM: visual explanations from deep networks via gradient-based localization",
/// 2017) for a network whose last layers give numbers and those before maps. With A[k] the maps of the last layer that
/// gives such and y the output of a class before the softmax, the heat map is max(0, sum over k of a[k] A[k]) with a[k]
/// the mean of dy / dA[k] over the map (equations 1 and 2). It has the size of these maps. The network runs as at
/// inference. It has weights of its own, which take_weights() copies.
template <class N, class Device = cpu::Device> class GradCam {
    static constexpr int place = detail::place_of_last_map<N>();
    static_assert(place >= 0, "typenet: Grad-CAM is of a network that has maps: its input is an image or a signal");
    using Cut = detail::CutInTwo<N, place>;

public:
    static constexpr Shape map = Cut::Front::output;  ///< its channels are those that are added up
    static constexpr int batch = N::batch;

    explicit GradCam(Device& device) : front_(device, 1), back_(device, 1) {}

    /// Those of a model of N: its tensors. Throws Error naming the first that is missing or has another size.
    void take_weights(std::span<const Tensor<float>> from) {
        for (const auto& t : front_.tensors()) copy(from, t.name, t.values);
        for (const auto& t : back_.tensors()) copy(from, detail::name_in_whole(t.name, place), t.values);
    }

    std::span<float> input() { return front_.input(); }

    /// The heat maps of the first samples of input(), one for each class named, [samples][map.height][map.width]; all
    /// zero where nothing speaks for the class. Throws Error when a class is out of range or `to` has another size.
    void maps(std::span<const int> classes, std::span<float> to) {
        const Index n = std::ssize(classes), size = Index{map.height} * map.width;
        if (std::ssize(to) != n * size)
            throw Error(std::to_string(n) + " heat maps have " + std::to_string(n * size) + " values");
        for (const int c : classes)
            if (c < 0 || c >= N::output.channels) throw Error("the network has no class " + std::to_string(c));
        const std::span<const float> values = front_.predict(static_cast<int>(n));
        std::vector<float> slopes(map.size());
        for (Index i = 0; i < n; ++i) {
            const auto maps = values.subspan(i * map.size(), map.size());
            differentiate(maps, classes[i], slopes);
            const auto heat = to.subspan(i * size, size);
            std::fill(heat.begin(), heat.end(), 0.0f);
            for (Index k = 0; k < map.channels; ++k) {
                float slope = 0;
                for (Index j = 0; j < size; ++j) slope += slopes[k * size + j] / static_cast<float>(size);
                for (Index j = 0; j < size; ++j) heat[j] += slope * maps[k * size + j];
            }
            for (float& h : heat) h = std::max(h, 0.0f);
        }
    }

private:
    static void copy(std::span<const Tensor<float>> from, const std::string& name, std::span<float> to) {
        const auto found = std::ranges::find(from, name, [](const auto& t) { return t.name; });
        if (found == from.end() || found->values.size() != to.size())
            throw Error("the heat map's network needs a tensor " + name + " of " + std::to_string(to.size()) +
                        " values");
        std::ranges::copy(found->values, to.begin());
    }

    /// The gradient of a class's output: that of the mean squared error with a target that differs from the outputs in
    /// this class alone, by as much as there are outputs.
    void differentiate(std::span<const float> maps, int c, std::span<float> slopes) {
        std::ranges::copy(maps, back_.input().begin());
        const auto outputs = back_.outputs(1, false);
        std::vector<float> target(outputs.begin(), outputs.end());
        target[c] -= static_cast<float>(target.size());
        std::ranges::copy(target, back_.targets().begin());
        std::ranges::copy(maps, back_.input().begin());
        back_.gradients(1);
        back_.input_gradient(1, slopes);
    }

    Model<typename Cut::Front, NoOptimizer, Device> front_;
    InputGradientModel<typename Cut::Back, Device> back_;
};

}  // namespace tn
