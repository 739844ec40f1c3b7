// Networks that are exported in tests, with samples and what the model makes of them.
#pragma once

#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include "dsl/typenet.hpp"
#include "runtime/model/model.hpp"

namespace tn_test {

using namespace tn;

/// A layer that says what it computes, and one that does not.
struct Gain {
    static constexpr Axis axis = Axis::channels;
    static constexpr Operation operation{.kind = Operation::scale};
    static constexpr Text name() { return "Gain"; }
    static constexpr ShapeResult output(Shape in) { return in; }
    static constexpr Parameters parameters(Shape in) {
        Parameters p;
        p.add({"weight", {in.channels}, 1, {InitRule::constant, 1}});
        return p;
    }
    template <class T> static void forward(const Pass<T>& p) {
        const std::size_t plane = p.in.plane();
        for (int n = 0; n < p.n; ++n)
            for (int c = p.begin; c < p.end; ++c)
                for (std::size_t i = 0; i < plane; ++i) {
                    const std::size_t at = n * p.in.size() + c * plane + i;
                    p.y[at] = p.parameter[0][c] * p.x[at];
                }
    }
    template <class T> static void backward(const Pass<T>&) {}
};
struct Cube : Pointwise<Cube> {
    static constexpr Text name() { return "Cube"; }
    template <class T> static constexpr T value(T x) { return x * x * x; }
    template <class T> static constexpr T slope(T x, T) { return 3 * x * x; }
};

using Photographic =
    Net<Image<1, 16, 16>, Batch<3>,
        Seq<Conv<8, 3>, BN, Relu, Pool<2>, Conv<8, 3>, BN, Relu, Pool<2>, Dense<16>, BN, Relu, Dropout<50>, Dense<10>>,
        SoftmaxCrossEntropy>;
using Winding = Net<Image<2, 11, 9>, Batch<3>,
                    Seq<Conv<6, Kernel<3, 5>>, Relu, Residual<Conv<6, 3>, BN, Relu, Conv<6, 3>, BN>, Relu,
                        Concat<Conv<3, 1>, Seq<Conv<4, 3>, BN, Sigmoid>, Pool<1>>,
                        Residual<Conv<5, 3, Stride<2>>, Shortcut<Conv<5, 1, Stride<2>>, BN>>, Flatten, Dense<4>>,
                    SoftmaxCrossEntropy>;
using Both = Inputs<Image<1, 4, 5>, Vector<3>>;
using Answers = Heads<Head<SoftmaxCrossEntropy, 3>, Head<MeanSquaredError, 2, 0.5>, Head<SigmoidCrossEntropy, 2>>;
using Several = Net<Both::shape, Batch<3>,
                    Seq<Concat<Seq<Both::Take<0>, Conv<3, 3>, BN, Relu, Dense<5>>, Seq<Both::Take<1>, Dense<4>>>, Tanh,
                        Concat<Dense<3>, Seq<Dense<4>, Relu, Dense<2>>, Dense<2>>>,
                    Answers>;
struct Tower;
struct Tied;
using Twins = Net<Image<2, 7, 6>, Batch<3>,
                  Seq<Concat<Shared<Tower, Conv<5, 3>, BN, Relu, Conv<3, 3>>,
                             Seq<Sigmoid, Shared<Tower, Conv<5, 3>, BN, Relu, Conv<3, 3>>>>,
                      Dense<7>, Shared<Tied, Dense<7>, Relu>, Shared<Tied, Dense<7>, Relu>, Dense<3>>,
                  SoftmaxCrossEntropy>;
using Unfolded = Net<Image<3, 10, 12>, Batch<3>,
                     Seq<BN, Conv<4, 5, Stride<3>, Pad<1>>, Relu, BN, Pool<2, Stride<1>>, BN, Sigmoid,
                         AvgPool<2, Stride<1>>, Relu, Flatten, BN, Dense<3, NoBias>>,
                     SigmoidCrossEntropy>;
using Gated =
    Net<Image<2, 9, 8>, Batch<3>,
        Seq<Conv<6, 3>, BN, Silu, SqueezeExcite<6, 2>, Multiply<Conv<6, 3>, Sigmoid>, Relu, GlobalAvgPool, Dense<4>>,
        SoftmaxCrossEntropy>;
using Windows = Net<
    Image<2, 13, 12>, Batch<3>,
    Seq<Conv<4, 3, Stride<2, 1>, Pad<0, 1, 2, 0>>, Relu, Conv<6, 3, Groups<2>>, BN, Relu, Pool<3, Stride<2>, Pad<1>>,
        Conv<6, 3, Depthwise>, BN, Sigmoid, Conv<12, 3, Depthwise, Pad<0, 0, 1, 1>>, Conv<5, 3, Dilation<2>, Pad<2>>,
        Relu, AvgPool<3, Stride<1>, Pad<1>>, Pool<Kernel<2, 1>, Stride<1>>, AvgPool<Kernel<1, 2>>, Dense<4>>,
    SoftmaxCrossEntropy>;
using Decoder = Net<Image<2, 9, 7>, Batch<3>,
                    Seq<Conv<4, 3, Stride<2>>, Relu, ConvTranspose<6, 3, Stride<2>, Pad<1>, OutputPad<1>>, BN, Relu,
                        Upsample<2>, Conv<4, 3, Stride<2>>, Upsample<3, Bilinear>,
                        ConvTranspose<2, Kernel<3, 2>, Stride<1, 2>, Pad<1, 0>, NoBias>, Pool<4>, Dense<4>>,
                    SoftmaxCrossEntropy>;
using Mobile =
    Net<Image<3, 21, 18>, Batch<3>,
        Seq<Conv<12, 3, Stride<2>>, BN, Relu6, Conv<12, 3, Depthwise>, BN, Relu6, Conv<24, 1>, BN,
            Residual<Conv<40, 1>, BN, Relu6, Conv<40, 5, Depthwise>, BN, Relu6, Conv<24, 1>, BN>,
            Conv<24, 5, Depthwise, Stride<2>, Pad<1, 1, 2, 2>>, BN, Relu6, Conv<33, 1>, GlobalAvgPool, Dense<5>>,
        SoftmaxCrossEntropy>;
/// Convolutions that Winograd's algorithm computes, with tiles that do not fit.
using Tiled =
    Net<Image<2, 15, 22>, Batch<3>,
        Seq<Conv<17, 3>, Relu, Conv<35, 3>, BN, Relu, Pool<2>, Residual<Conv<35, 3>, BN, Relu, Conv<35, 3>, BN>, Relu,
            Conv<16, 3>, Concat<Conv<5, 1>, Conv<17, 3>>, Pool<2>, GroupNorm<1>, Dense<4>>,
        SoftmaxCrossEntropy>;
using Values = Net<Vector<5>, Batch<3>, Seq<Dense<6>, Sigmoid, Dropout<0>, Dense<2>>, MeanSquaredError>;
using Outside =
    Net<Image<2, 4, 4>, Batch<3>, Seq<Conv<3, 3>, Gain, Relu, Pool<2>, Gain, Dense<2>>, SoftmaxCrossEntropy>;
using Formulas =
    Net<Vector<5>, Batch<3>,
        Seq<Dense<6>, Gelu, Dense<6>, GeluTanh, Dense<6>, Silu, Dense<6>, Elu<0.7>, Dense<6>, Mish, Dense<6>, HardSwish,
            Dense<6>, HardSigmoid, Dense<6>, LeakyRelu<0.2>, Dense<6>, Relu6, Tanh, Dense<6>, Silu,
            Apply<log(1 + exp(-x)) - sqrt(abs(x)) / (2 + x * x) + min(x, erf(x))>, Dense<2>, Softplus>,
        MeanSquaredError>;
using Norms = Net<Image<4, 5, 6>, Batch<3>,
                  Seq<LayerNormWith<Epsilon<0.01>>, Conv<6, 3>, GroupNorm<3>, Relu, Conv<4, 3>, LayerNorm, Dense<8>,
                      LayerNorm, Relu, Dense<8>, GroupNorm<2>, Dense<3>>,
                  SoftmaxCrossEntropy>;
using Reshaped = Net<Signal<2, 12>, Batch<3>,
                     Seq<Reshape<2, 3, 4>, Conv<4, 3>, Softmax, Reshape<6, 8>, Conv<3, Kernel<1, 3>>, Reshape<24>>,
                     MeanSquaredError>;
using Transformer = Net<Image<2, 12, 8>, Batch<3>,
                        Seq<Conv<6, 4, Stride<4>, Pad<0>>, Attention<2, NoBias>, ClassToken, PositionEmbedding,
                            Residual<LayerNorm, Attention<3>>, Residual<LayerNorm, Conv<24, 1>, Gelu, Conv<6, 1>>,
                            LayerNorm, FirstToken, Dense<3>>,
                        SoftmaxCrossEntropy>;
using Words = Net<Vector<9>, Batch<3>,
                  Seq<Apply<3 + 3 * x>, Embedding<6, 5>, GRU<7>, LSTM<6>, Concat<Conv<4, 1>, GRU<3>>, Residual<LSTM<7>>,
                      Concat<Seq<GRU<4, Last>, Reshape<2, 2>>, Seq<LSTM<6, Last>, Reshape<3, 2>>>, Dense<3>>,
                  SoftmaxCrossEntropy>;
using Segmented = Net<Image<2, 6, 5>, Batch<3>, Seq<Conv<4, 3>, BN, Relu, Conv<3, 1>>, SoftmaxCrossEntropyPerPixel<>>;
using Unknown = Net<Vector<5>, Batch<3>, Seq<Dense<6>, Cube, Dense<2>>, MeanSquaredError>;
using EndsInRelu = Net<Vector<5>, Batch<3>, Seq<Dense<6>, Sigmoid>, SoftmaxCrossEntropy>;

/// A model with weights and running statistics that no layer has by itself, and what it makes of random samples.
template <class N> struct Samples {
    cpu::Device device{1};
    std::unique_ptr<Model<N>> model;
    int count = N::batch;
    std::vector<std::int64_t> shape;  ///< of y
    std::vector<float> x, y;          ///< [count][input], [count][active]

    explicit Samples(int active = N::output.channels) : model(std::make_unique<Model<N>>(device, 1)) {
        model->active_outputs(active);
        std::uint64_t i = 0;
        for (const auto& t : model->tensors()) {
            Random random(5, 1, i++);
            const bool positive = t.name.find("running_var") != t.name.npos;
            // No larger than that, or the outputs would be 0 or 1 whatever the layers before do.
            const float spread = t.parameter.rank > 1 ? std::sqrt(1.5f / static_cast<float>(t.parameter.fan_in)) : 0.3f;
            const float middle = t.trained && t.parameter.rank == 1 && t.parameter.init.value > 0 ? 1.0f : 0.0f;
            for (float& v : t.values) v = positive ? 0.5f + random.uniform() : middle + spread * random.normal();
        }
        Random random(6, 1, 1);
        for (float& v : model->input()) {
            v = random.normal();
            x.push_back(v);
        }
        const auto p = model->predict(count);
        for (int n = 0; n < count; ++n)
            for (tn::Index k = 0; k < active * N::output.plane(); ++k) y.push_back(p[n * N::output.size() + k]);
        shape = {count, active};
        if (!N::output.is_vector) shape.insert(shape.end(), {N::output.height, N::output.width});
    }
    /// Whether some output is far from 0 and from 1.
    bool telling() const {
        return std::any_of(y.begin(), y.end(), [](float v) { return std::abs(v) > 0.1f && std::abs(v) < 0.9f; });
    }
};

}  // namespace tn_test
