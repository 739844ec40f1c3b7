// The networks of bench/realtime.cpp in RTNeural, with the sizes as template arguments: microseconds of one sample of
// the MLP, and of a block of the others after a reset; medians.
#include <RTNeural/RTNeural.h>

#include <cstdio>
#include <random>
#include <vector>

#include "bench/median.hpp"

namespace {

using namespace RTNeural;
constexpr int block = 16;
std::mt19937 generator(1);
float number() { return std::uniform_real_distribution<float>(-0.5f, 0.5f)(generator); }
std::vector<float> numbers(int n) {
    std::vector<float> all(n);
    for (float& v : all) v = number();
    return all;
}
std::vector<std::vector<float>> rows(int n, int columns) {
    std::vector<std::vector<float>> all(n);
    for (auto& row : all) row = numbers(columns);
    return all;
}

template <class L> void fill_dense(L& layer) {
    layer.setWeights(rows(L::out_size, L::in_size));
    layer.setBias(numbers(L::out_size).data());
}
template <class L> void fill_conv(L& layer, int kernel) {
    std::vector<std::vector<std::vector<float>>> weights(L::out_size);
    for (auto& of : weights) of = rows(L::in_size, kernel);
    layer.setWeights(weights);
    layer.setBias(numbers(L::out_size));
}

template <class Run> void print(const char* name, Run&& run) {
    constexpr int calls = 200;
    float sum = 0;
    const double us = 1e3 / calls * bench::median_ms(200, 20, [&] {
                          for (int i = 0; i < calls; ++i) sum += run();
                      });
    std::printf("%s_us %.3f\n", name, us);
    if (sum == 12345.0f) std::puts("");
}
/// A block of samples, each 1 value, from a state of zeros.
template <class M> void print_block(const char* name, M& model, const std::vector<float>& signal) {
    print(name, [&] {
        model.reset();
        float last = 0;
        for (int i = 0; i < block; ++i) last += model.forward(signal.data() + 8 * i);
        return last;
    });
}

}  // namespace

int main() {
    alignas(64) float input[8];
    for (float& v : input) v = number();
    ModelT<float, 8, 1, DenseT<float, 8, 32>, TanhActivationT<float, 32>, DenseT<float, 32, 32>,
           TanhActivationT<float, 32>, DenseT<float, 32, 1>>
        mlp;
    fill_dense(mlp.get<0>()), fill_dense(mlp.get<2>()), fill_dense(mlp.get<4>());
    print("mlp", [&] {
        input[0] = -input[0];  // so that it is not the same call again
        return mlp.forward(input);
    });

    std::vector<float> signal = numbers(8 * block);
    ModelT<float, 1, 1, Conv1DT<float, 1, 4, 3, 1>, TanhActivationT<float, 4>, Conv1DT<float, 4, 4, 3, 2>,
           TanhActivationT<float, 4>, DenseT<float, 4, 1>>
        conv;
    fill_conv(conv.get<0>(), 3), fill_conv(conv.get<2>(), 3), fill_dense(conv.get<4>());
    print_block("conv1d", conv, signal);

    ModelT<float, 1, 1, GRULayerT<float, 1, 8>, DenseT<float, 8, 1>> gru;
    gru.get<0>().setWVals(rows(1, 24)), gru.get<0>().setUVals(rows(8, 24)), gru.get<0>().setBVals(rows(2, 24));
    fill_dense(gru.get<1>());
    print_block("gru", gru, signal);

    ModelT<float, 1, 1, LSTMLayerT<float, 1, 16>, DenseT<float, 16, 1>> lstm;
    lstm.get<0>().setWVals(rows(1, 64)), lstm.get<0>().setUVals(rows(16, 64)), lstm.get<0>().setBVals(numbers(64));
    fill_dense(lstm.get<1>());
    print_block("lstm", lstm, signal);
}
