// Every kind of kernel, built-in and from outside the tree, for nvcc to compile; every_kernel_stores looks at the
// result.
#include "dsl/typenet.hpp"
#include "runtime/cuda/device.cuh"
#include "runtime/model/model.hpp"
#include "runtime/train/graph_trainer.hpp"

namespace outside {

/// A layer without a kernel of its own.
struct Scale {
    static constexpr tn::Axis axis = tn::Axis::channels;
    static constexpr tn::Text name() { return "Scale"; }
    static constexpr tn::ShapeResult output(tn::Shape in) { return in; }
    static constexpr tn::Parameters parameters(tn::Shape in) {
        tn::Parameters p;
        p.add({"weight", {in.channels}, 1, {tn::InitRule::constant, 1}});
        return p;
    }
    template <class T> static constexpr void forward(const tn::Pass<T>& p) {
        for (int c = p.begin; c < p.end; ++c)
            for (tn::Index i = 0; i < p.n * p.in.plane(); ++i)
                p.y[place(p, c, i)] = p.parameter[0][c] * p.x[place(p, c, i)];
    }
    template <class T> static constexpr void backward(const tn::Pass<T>& p) {
        for (int c = p.begin; c < p.end; ++c) {
            T sum = 0;
            for (tn::Index i = 0; i < p.n * p.in.plane(); ++i) {
                sum += p.dy[place(p, c, i)] * p.x[place(p, c, i)];
                if (p.dx) p.dx[place(p, c, i)] = p.parameter[0][c] * p.dy[place(p, c, i)];
            }
            p.gradient[0][c] = sum;
        }
    }

private:
    template <class T> static constexpr tn::Index place(const tn::Pass<T>& p, int c, tn::Index i) {
        const tn::Index plane = p.in.plane();
        return (i / plane * p.in.channels + c) * plane + i % plane;
    }
};

struct Softsign : tn::Pointwise<Softsign> {
    static constexpr tn::Text name() { return "Softsign"; }
    template <class T> static constexpr T value(T x) { return x / (1 + std::abs(x)); }
    template <class T> static constexpr T slope(T x, T) { return 1 / ((1 + std::abs(x)) * (1 + std::abs(x))); }
};

}  // namespace outside

using namespace tn;

template <class Optimizer> void run(cuda::Device& device) {
    using N = Net<Image<2, 9, 7>, Batch<4>,
                  Seq<Conv<4, 3>, outside::Scale, BN, outside::Softsign, Pool<2>,
                      Residual<Conv<4, 3>, BN, Relu, Pool<1>>, Concat<Seq<Conv<3, 1>, Relu>, Conv<2, Kernel<3, 1>>>,
                      Flatten, Dense<7>, Sigmoid, Dropout<30>, Dense<7>, Relu, Dropout<30>, Dense<3>>,
                  SoftmaxCrossEntropy>;
    Model<N, Optimizer, cuda::Device> model(device);
    model.train(4, Optimizer{});
    model.predict(4);
    const Pictures pictures{{2, 9, 7}, std::vector<std::uint8_t>(8 * 126), std::vector<int>(8), {}, {}, {}};
    LoaderOptions loading;
    loading.batch = 4;
    loading.augmentation = Augmentation::strong();
    const Optimizer optimizer;
    cuda::GraphTrainer(device, model, pictures, loading, 0).run(0, {&optimizer, 1});
}

template <class Loss> void with_loss(cuda::Device& device) {
    Model<Net<Vector<2>, Batch<2>, Seq<Dense<2>>, Loss>, SGD, cuda::Device> model(device);
    model.train(2, SGD{});
    // The predictions of MeanSquaredError are the outputs as they are: its kernel has nothing to store.
    if constexpr (!std::is_same_v<Loss, MeanSquaredError>) model.predict(2);
}

/// Layers that run by their reference mathematics.
void with_sequences(cuda::Device& device) {
    using N = Net<Vector<9>, Batch<2>,
                  Seq<Embedding<6, 4>, PositionEmbedding, Residual<LayerNormWith<Epsilon<0.01>>, Attention<2>>,
                      GroupNorm<2>, GRU<5>, Softmax, Reshape<5, 3, 3>, ClassToken, LSTM<4>,
                      Concat<FirstToken, GRU<3, Last>>, Dense<4>, LeakyRelu<0.2>, Dense<2>>,
                  SoftmaxCrossEntropy>;
    Model<N, SGD, cuda::Device> model(device);
    model.train(2, SGD{});
    model.predict(2);
}

int main() {
    cuda::Device device;
    with_sequences(device);
    run<Adam>(device), run<AdaGrad>(device), run<Momentum>(device), run<Nesterov>(device), run<RMSprop>(device);
    with_loss<MeanSquaredError>(device), with_loss<SigmoidCrossEntropy>(device);
}
