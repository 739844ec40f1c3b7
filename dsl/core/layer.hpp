// What a layer is. A layer is an empty type with a name, a shape rule and reference mathematics; everything else has a
// default. See docs/custom_layer.md for one written outside the tree.
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <type_traits>

#include "dsl/core/errors.hpp"
#include "dsl/core/index.hpp"
#include "dsl/core/operation.hpp"

namespace tn {

inline constexpr int max_branches = 8;
/// Of one layer; more are an error that names it.
inline constexpr int max_parameters = 16;
inline constexpr int max_states = 8;

/// In how many parts sums over a batch are cut, whatever the number of threads: part s takes the samples from n s /
/// slices to n (s + 1) / slices, and the parts are added in order. This keeps results the same bits at any thread
/// count.
inline constexpr int slices = 8;

/// How a tensor of weights starts. `value` is the standard deviation with `std`, the constant with `constant`. With
/// `by_use` it depends on what becomes of the layer's output (dsl/net/starting_use.hpp).
struct InitRule {
    enum Kind {
        network_default,
        std,
        xavier,
        he,
        lecun,
        by_use,
        by_use_residuals_from_zero,
        constant
    } kind = network_default;
    float value = 0;
    constexpr bool operator==(const InitRule&) const = default;
};

/// One trained tensor of a layer.
struct Parameter {
    const char* name = "";        ///< as in a PyTorch state_dict: weight, bias
    std::array<int, 4> extent{};  ///< [filters][channels][kernel height][kernel width], [outputs][inputs] or [features]
    int rank = 0;
    InitRule init{};
    bool decays = false;          ///< weight decay acts on it
    int fan_in = 1, fan_out = 1;  ///< inputs of one output and outputs of one input, for the initialisers
    int member = 0;               ///< in a fused layer: which of its members it belongs to
    bool frozen = false;          ///< kept and not trained

    constexpr Index size() const {
        Index n = 1;
        for (int i = 0; i < rank; ++i) n *= extent[i];
        return n;
    }
};

/// A tensor that is kept but not trained, such as a running mean.
struct State {
    const char* name = "";
    int size = 0;
    float start = 0;
    int member = 0;
};

/// At most max_parameters; of more only the number is kept, which Net then refuses.
struct Parameters {
    std::array<Parameter, max_parameters> item{};
    int count = 0;
    constexpr Parameters() = default;
    constexpr void add(const Parameter& p) {
        if (count < max_parameters) item[count] = p;
        ++count;
    }
};

struct States {
    std::array<State, max_states> item{};
    int count = 0;
    constexpr void add(const State& s) {
        if (count < max_states) item[count] = s;
        ++count;
    }
};

/// What the backward pass of a layer reads of its own input, the first where it has several, of its output, and of its
/// other inputs; decides how long they live.
struct Reads {
    bool x = true, y = false, others = false;
};

/// Whether the forward pass of training gives the same when it is run again on the same input, for networks that
/// compute again what they have no memory to keep: never, where it depends on states that it moves; as it is; or where
/// the states that it moves are others, which it does not read, as those of BN. A layer says it with
/// `static constexpr Rerun rerun`; without that one with states never runs again, and any other one does.
enum class Rerun { never, as_it_is, beside_its_states };

/// The axis along which a layer's reference mathematics may be cut into independent ranges; `values` counts the values
/// of the output over the whole batch, from 0 to n out.size(), and `parts` what a function of the layer,
/// `static constexpr int parts(Shape in)`, counts in every sample, from 0 to n parts(in).
///
/// Parts of a batch must not add to one gradient. A layer with parameters whose axis is not `channels` computes only dx
/// in backward, and its parameters' gradients in a second pass, `gradients`, which is cut along what
/// `static constexpr int gradient_parts(Shape in)` counts, rows of weights as a rule.
enum class Axis { none, samples, channels, values, parts };

/// Names the random numbers of one pass: those of sample i, layer l and step s never change with batch or threads. The
/// step lies beside the tensors, so that what was launched once can run for every step.
struct RandomKey {
    std::uint64_t seed = 0;
    const std::uint64_t* step = nullptr;
    std::uint32_t layer = 0;
};

/// The tensors of one forward or backward pass of one layer: NCHW, dense, `n` samples of shape `in` and `out`.
/// Pointers that a pass does not use are null.
template <class T> struct Pass {
    int n = 0;
    Shape in, out;
    bool training = false;
    const T* x = nullptr;   ///< [n][in]
    T* y = nullptr;         ///< [n][out]
    const T* dy = nullptr;  ///< [n][out]
    T* dx = nullptr;        ///< [n][in]; null when nothing before this layer is trained
    std::array<T*, max_parameters> parameter{}, gradient{};
    bool adds = false;  ///< backward adds to `gradient`: only for kernels that say they do (dsl/core/kernel.hpp)
    std::array<T*, max_states> state{};
    T* saved = nullptr;  ///< what forward leaves for backward; null in inference where saves_for_inference is false
    T* work = nullptr;   ///< scratch within one pass
    T* kept = nullptr;   ///< what a kernel that infers has made of the weights
    Index y_row = 0;  ///< floats from a position of y to the next where channels lie side by side; 0: no others between
    RandomKey random{};
    int first = 0;  ///< samples of the batch before these, where several processes share it

    int branches = 1;  ///< Add and Join read several inputs, Fork has several outputs
    std::array<Shape, max_branches> branch_shape{};
    std::array<const T*, max_branches> xs{}, dys{};
    std::array<T*, max_branches> dxs{};

    int begin = 0, end = 0;  ///< the range to compute along the layer's Axis
};

/// A type with name() and output(Shape): what Seq accepts besides Residual, Concat and another Seq.
template <class L>
concept Layer = requires {
    { L::name() } -> std::convertible_to<Text>;
    { L::output(Shape{}) } -> std::convertible_to<ShapeResult>;
};

namespace detail {

/// An incoming shape for questions that do not depend on it; a layer may refuse it.
inline constexpr Shape any_image{64, 64, 64, false}, any_vector{64, 1, 1, true};

template <bool> struct Constant {};

/// Whether the compiler can compute what L says of itself; a function that is not there can.
template <class L>
concept ConstantName = requires { typename Constant<(Text{L::name()}, true)>; };
template <class L>
concept ConstantOutput = requires { typename Constant<(ShapeResult{L::output(any_image)}, true)>; } ||
                         requires { typename Constant<(ShapeResult{L::output(any_vector)}, true)>; };
template <class L>
concept ConstantParameters = !requires { L::parameters(any_image); } || requires {
    typename Constant<(Parameters{L::parameters(any_image)}, true)>;
} || requires { typename Constant<(Parameters{L::parameters(any_vector)}, true)>; };
template <class L>
concept ConstantStates = !requires { L::states(any_image); } || requires {
    typename Constant<(States{L::states(any_image)}, true)>;
} || requires { typename Constant<(States{L::states(any_vector)}, true)>; };

}  // namespace detail

/// What a layer must declare constexpr and does not, if anything.
template <Layer L> constexpr Must missing_constexpr() {
    if constexpr (!detail::ConstantName<L>)
        return Must::have_a_constexpr_name;
    else if constexpr (!detail::ConstantOutput<L>)
        return Must::have_a_constexpr_output;
    else if constexpr (!detail::ConstantParameters<L>)
        return Must::have_constexpr_parameters;
    else if constexpr (!detail::ConstantStates<L>)
        return Must::have_constexpr_states;
    return Must::hold;
}

/// The optional parts of a layer with their defaults.
template <class L> struct Traits {
    /// What it computes; of no kind where the layer does not say it.
    static constexpr Operation operation = [] {
        if constexpr (requires { L::operation; }) return Operation{L::operation};
        return Operation{};
    }();
    static constexpr Parameters parameters(Shape in) {
        if constexpr (requires { L::parameters(in); }) return L::parameters(in);
        return {};
    }
    static constexpr States states(Shape in) {
        if constexpr (requires { L::states(in); }) return L::states(in);
        return {};
    }
    static constexpr std::size_t saved(Shape in, int batch) {
        if constexpr (requires { L::saved(in, batch); }) return L::saved(in, batch);
        return 0;
    }
    static constexpr std::size_t work(Shape in, int batch) {
        if constexpr (requires { L::work(in, batch); }) return L::work(in, batch);
        return 0;
    }
    /// Whether forward fills `saved` when the model only infers, too.
    static constexpr bool saves_for_inference = [] {
        if constexpr (requires { L::saves_for_inference; }) return bool{L::saves_for_inference};
        return true;
    }();
    static constexpr Reads reads = [] {
        if constexpr (requires { L::reads; }) return Reads{L::reads};
        return Reads{};
    }();
    static constexpr Axis axis = [] {
        if constexpr (requires { L::axis; }) return Axis{L::axis};
        return Axis::none;
    }();
    static constexpr Rerun rerun([[maybe_unused]] Shape in) {
        if constexpr (requires { Rerun{L::rerun}; })
            return L::rerun;
        else
            return states(in).count > 0 ? Rerun::never : Rerun::as_it_is;
    }
    /// y may be x's buffer and dx dy's: each output value depends on the input value in its place only.
    static constexpr bool in_place = [] {
        if constexpr (requires { L::in_place; }) return bool{L::in_place};
        return false;
    }();
};

}  // namespace tn
