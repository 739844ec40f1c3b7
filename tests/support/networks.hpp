// The networks that every device is tested with, in groups that are compiled apart. A new layer is a line here.
#pragma once

#include "dsl/typenet.hpp"

namespace tn::test {

/// Layers under test between an input of odd sizes and a small classifier.
template <class... Ls> using Images = Net<Image<2, 7, 5>, Batch<5>, Seq<Ls..., Dense<3>>, SoftmaxCrossEntropy>;
template <class... Ls> using Vectors = Net<Vector<6>, Batch<5>, Seq<Ls..., Dense<3>>, SoftmaxCrossEntropy>;

/// Names of layers that are shared.
struct Tower;
struct Tied;

}  // namespace tn::test

// NETWORK(name, type) for each.
// clang-format off
#define TN_TEST_CONVOLUTIONS(NETWORK) \
    NETWORK(conv, Images<Conv<4, 3>>) \
    NETWORK(conv_five, Images<Conv<3, 5>>) \
    NETWORK(conv_strided, Images<Conv<4, 3, Stride<2>>, Conv<3, Kernel<3, 1>>, Conv<3, 2, Pad<0>>>) \
    NETWORK(conv_unpadded, Images<Conv<4, 3, Pad<0>>, Conv<3, 1, NoBias>>) \
    NETWORK(conv_of_pixels, Images<Conv<4, 1>, Conv<3, 1, Stride<2>>>) \
    NETWORK(conv_with_unequal_steps_and_sides, \
            Images<Conv<4, 3, Stride<2, 1>, Pad<0, 1, 2, 0>>, Conv<3, Kernel<2, 3>, Pad<1, 2>>, Conv<2, 2, Pad<0, 0, 1, 1>>>) \
    NETWORK(conv_dilated, Images<Conv<4, 3, Dilation<2>>, Conv<3, Kernel<3, 2>, Dilation<1, 3>, Pad<1>, Stride<1, 2>>>) \
    NETWORK(conv_grouped, Images<Conv<6, 1>, Conv<4, 3, Groups<2>, Stride<2>>, Conv<6, 3, Groups<2>, NoBias>>) \
    NETWORK(conv_depthwise, \
            Images<Conv<4, 3, Depthwise>, Conv<4, 3, Depthwise, Stride<2>, Pad<0, 0, 1, 1>>, Conv<8, 3, Depthwise, NoBias>, \
                   Conv<3, 1>>) \
    NETWORK(conv_grouped_norm_relu, \
            Images<Conv<4, 3, Groups<2>>, BN, Relu, Conv<4, 3, Depthwise>, BN, Relu, Conv<4, 3, Dilation<2>>, BN, Relu, \
                   Conv<3, 3, Pad<0, 0, 1, 1>>, Relu, Pool<2>>) \
    NETWORK(conv_relu_pool_of_rectangles, Images<Conv<4, 3>, Relu, Pool<Kernel<2, 1>>, Conv<4, 3>, BN, Pool<2, Pad<1>>>) \
    NETWORK(conv_of_signals, \
            Net<Signal<2, 23>, Batch<4>, \
                Seq<Conv1D<4, 5, Stride<2>, Pad<2, 1>>, BN, Relu, Pool1D<2>, Conv1D<3, 3, Dilation<2>>, AvgPool1D<2, Stride<1>>, \
                    Dense<3>>, \
                SoftmaxCrossEntropy>) \
    NETWORK(conv_transposed, \
            Images<Conv<3, 3, Stride<2>>, ConvTranspose<4, 2, Stride<2>>, ConvTranspose<3, 3, Stride<2>, Pad<1>, OutputPad<1>>, \
                   ConvTranspose<2, Kernel<3, 2>, Stride<1, 2>, Pad<1, 0>, Dilation<2, 1>, NoBias>>) \
    NETWORK(conv_transposed_norm, Images<ConvTranspose<4, 2, Stride<2>>, BN, Relu, Conv<3, 1>>) \
    NETWORK(conv_of_more_samples_than_a_slice, \
            Net<Image<2, 5, 4>, Batch<19>, Seq<Conv<3, 3>, Conv<2, 3>, Dense<3>>, SoftmaxCrossEntropy>) \
    NETWORK(conv_norm, Images<Conv<4, 3>, BN, Sigmoid>) \
    NETWORK(conv_norm_relu, Images<Conv<20, 3>, BN, Relu, Conv<4, 3, Stride<2>>, Relu>) \
    NETWORK(conv_pool, Images<Conv<4, 3>, Pool<2>>) \
    NETWORK(conv_relu_pool_with_gaps, Images<Conv<3, 3>, Relu, Pool<2, Stride<3>>>) \
    NETWORK(conv_norm_relu_pool, Images<Conv<4, 3>, BN, Relu, Pool<2>>) \
    NETWORK(conv_norm_pool_overlapping, Images<Conv<4, 3>, BN, Pool<3, Stride<2>>>) \
    NETWORK(two_blocks, Images<Conv<4, 3>, BN, Relu, Pool<2>, Conv<35, 3>, BN, Relu>) \
    NETWORK(wide_images, \
            Net<Image<3, 9, 33>, Batch<4>, Seq<Conv<9, 3>, BN, Relu, Pool<2>, Dense<2>>, SoftmaxCrossEntropy>) \
    NETWORK(two_blocks_of_tiles, \
            Net<Image<1, 9, 10>, Batch<5>, Seq<Conv<16, 3>, BN, Relu, Pool<2>, Conv<16, 3>, BN, Relu, Dense<2>>, \
                SoftmaxCrossEntropy>) \
    NETWORK(several_tiles_and_parts, \
            Net<Image<3, 13, 15>, Batch<5>, Seq<Conv<70, 3>, BN, Relu, Pool<2>, Conv<9, 1>, Relu, Dense<4>>, \
                SoftmaxCrossEntropy>)

#define TN_TEST_LAYERS(NETWORK) \
    NETWORK(pool, Images<Pool<2>>) \
    NETWORK(pool_overlapping, Images<Pool<3, Stride<1>>, Pool<3, Stride<2>>>) \
    NETWORK(pool_with_gaps, Images<Conv<2, 3>, Sigmoid, Pool<1, Stride<2>>>) \
    NETWORK(average_pool, Images<AvgPool<2>, Conv<2, 3>, AvgPool<2, Stride<1>>>) \
    NETWORK(average_pool_overlapping, Images<Conv<2, 3>, AvgPool<3, Stride<2>>, Sigmoid, AvgPool<1, Stride<2>>>) \
    NETWORK(pool_padded, Images<Pool<3, Stride<2>, Pad<1>>, Pool<2, Stride<1>, Pad<0, 1, 1, 0>>, Pool<Kernel<2, 3>, Stride<1>>>) \
    NETWORK(pool_of_many_taps, Images<Pool<15, Stride<5>, Pad<14>>, Pool<17, Stride<1>, Pad<9>>>) \
    NETWORK(average_pool_padded, \
            Images<AvgPool<3, Stride<2>, Pad<1>>, AvgPool<Kernel<1, 2>, Stride<2, 1>>, AvgPool<2, Stride<2>, Pad<0, 1, 1, 0>>>) \
    NETWORK(upsample, Images<Upsample<2>, Conv<2, 3, Stride<2>>, Upsample<3, Bilinear>>) \
    NETWORK(norm_of_images, Images<BN>) \
    NETWORK(norm_with_options, \
            Images<BNWith<Epsilon<0.01>, RunningMomentum<0.3>>, Conv<4, 3>, BNWith<Epsilon<0.1>>, Relu, Pool<2>>) \
    NETWORK(norm_of_vectors, Vectors<LayerNorm, BN, Relu, LayerNorm, BN, Silu, Dense<4>, BN, Relu>) \
    NETWORK(norm_of_many_values, Net<Image<2, 20, 17>, Batch<4>, Seq<BN, Dense<3>>, SoftmaxCrossEntropy>) \
    NETWORK(norm_then_function, \
            Net<Image<2, 7, 6>, Batch<5>, Seq<BN, Gelu, Conv<3, 3>, BN, Sigmoid, Conv<2, 1>, BN, Relu6, Dense<3>>, \
                SoftmaxCrossEntropy>) \
    NETWORK(dense, Vectors<Dense<4>, Dense<5, NoBias>>) \
    NETWORK(dense_blocks, \
            Net<Vector<300>, Batch<37>, Seq<Dense<21>, BN, Sigmoid, Dense<50>, Silu, Dense<19>, BN, Gelu, Dense<3>>, \
                SoftmaxCrossEntropy>) \
    NETWORK(relu, Vectors<Dense<8>, Relu>) \
    NETWORK(sigmoid_of_vectors, Vectors<Dense<8>, Sigmoid>) \
    NETWORK(sigmoid_of_images, Images<Sigmoid>) \
    NETWORK(functions_of_y, Vectors<Dense<7>, Tanh, Dense<7>, Relu6, Dense<7>, LeakyRelu<0.2>, Dense<7>, Softplus>) \
    NETWORK(functions_of_x, Vectors<Dense<7>, Gelu, Dense<7>, Silu, Dense<7>, Elu<0.5>, Dense<7>, HardSwish>) \
    NETWORK(formulas, \
            Images<Apply<x * sigmoid(x)>, Conv<3, 3>, Apply<max(x, 0.1_c * x)>, Apply<2 * x + 1>, \
                   Apply<log(1 + x * x) - abs(x) / 2>, GeluTanh, Mish, HardSigmoid>) \
    NETWORK(flatten, Images<Conv<2, 3>, Flatten, Relu>) \
    NETWORK(dropout, Vectors<Dense<9>, Dropout<40>, Dense<4>, Dropout<0>>) \
    NETWORK(dropout_after_the_last, Vectors<Dense<3>, Dropout<0>>) \
    NETWORK(relu_then_dropout, Vectors<Dense<8>, Relu, Dropout<30>, Dense<5>, Dropout<30>, Relu>) \
    NETWORK(norm_relu_dropout, Vectors<Dense<9>, BN, Relu, Dropout<50>, Dense<4>, Relu, Dropout<0>>) \
    NETWORK(relu_and_dropout_of_images, Images<Pool<2>, Relu, Dropout<40>, Conv<3, 3>, Sigmoid>) \
    NETWORK(dropout_behind_a_fused_block, Images<Conv<4, 3>, BN, Relu, Pool<2>, Dropout<40>>)

#define TN_TEST_STRUCTURES(NETWORK) \
    NETWORK(residual, Images<Conv<3, 3>, Residual<Conv<3, 3>, BN, Relu>>) \
    NETWORK(residual_shortcut, \
            Images<Residual<Conv<4, 3, Stride<2>>, Relu, Shortcut<Conv<4, 1, Stride<2>, Pad<0>>>>>) \
    NETWORK(residual_sum_behind_a_norm, Images<Residual<Conv<2, 3>, BN>, Relu>) \
    NETWORK(residual_sum_with_a_function, Images<Residual<Conv<2, 3>, BN>, Gelu, Residual<Conv<2, 3>, BN>, Tanh>) \
    NETWORK(residual_sums_of_blocks, \
            Images<Conv<16, 3>, Residual<Conv<16, 3>, BN, Relu, Conv<16, 3>, BN>, Relu, \
                   Residual<Conv<4, 3>, BN, Shortcut<Conv<4, 1>, BN>>>) \
    NETWORK(residual_of_nothing_dropped, Images<Residual<Relu, Dropout<0>>>) \
    NETWORK(multiply_by_a_branch, Images<Conv<4, 3>, Multiply<Conv<4, 1>, Sigmoid>, Relu>) \
    NETWORK(squeeze_and_excitation, Images<Conv<4, 3>, BN, Silu, SqueezeExcite<4, 2>, Conv<3, 1>, GlobalAvgPool>) \
    NETWORK(gated_vector, Vectors<Dense<8>, Multiply<Dense<8>, Sigmoid>>) \
    NETWORK(concat, Images<Concat<Conv<3, 1>, Seq<Conv<2, 3>, Relu>, Conv<1, 5>>>) \
    NETWORK(concat_of_the_input_itself, Images<Concat<Conv<2, 3>, Sigmoid>>) \
    NETWORK(frozen_behind, \
            Images<Conv<3, 3>, Frozen<Conv<4, 3>, BN, Relu, Pool<2>, Dropout<50>>, Frozen<Conv<4, 3, Depthwise>, Relu>, Conv<4, 3>, \
                   Frozen<BN>, Relu>) \
    NETWORK(frozen_residual, \
            Images<Conv<3, 3>, Frozen<Residual<Conv<4, 3>, BN, Relu, Conv<4, 3>, BN, Shortcut<Conv<4, 1>, BN>>, Relu>, \
                   Residual<Frozen<Conv<4, 3>, BN>>, Relu>) \
    NETWORK(frozen_towers, \
            Vectors<Dense<5>, Concat<Frozen<Shared<Tower, Dense<3>, BN>>, Seq<Sigmoid, Frozen<Shared<Tower, Dense<3>, BN>>>>>) \
    NETWORK(shared_branches, \
            Images<Concat<Shared<Tower, Conv<4, 3>, BN, Relu, Conv<3, 3>>, \
                          Seq<Sigmoid, Shared<Tower, Conv<4, 3>, BN, Relu, Conv<3, 3>>>>, \
                   Pool<2>>) \
    NETWORK(shared_three_times, \
            Vectors<Shared<Tower, Dense<6>, Relu>, Residual<Shared<Tower, Dense<6>, Relu>>, Dropout<20>, \
                    Shared<Tower, Dense<6>, Relu>, Dense<5>, Shared<Tied, Residual<Dense<5>, BN>>, Shared<Tied, Residual<Dense<5>, BN>>>) \
    NETWORK(several_inputs, \
            Net<Inputs<Image<2, 4, 3>, Vector<5>>::shape, Batch<5>, \
                Seq<Concat<Seq<Inputs<Image<2, 4, 3>, Vector<5>>::Take<0>, Conv<3, 3>, BN, Relu, Dense<4>>, \
                           Seq<Inputs<Image<2, 4, 3>, Vector<5>>::Take<1>, Dense<3>>>, \
                    Dense<3>>, \
                SoftmaxCrossEntropy>) \
    NETWORK(nested, Images<Conv<2, 3>, Residual<Concat<Conv<1, 1>, Conv<1, 3>>, Relu>, Relu>) \
    NETWORK(seq_in_seq, Images<Seq<Conv<2, 3>, Seq<Relu, Pool<2>>>>)

#define TN_TEST_LOSSES(NETWORK) \
    NETWORK(mean_squared_error, Net<Vector<4>, Batch<6>, Seq<Dense<5>, Sigmoid, Dense<2>>, MeanSquaredError>) \
    NETWORK(mean_squared_error_of_images, Net<Image<2, 7, 5>, Batch<5>, Seq<Conv<3, 3>>, MeanSquaredError>) \
    NETWORK(l1, Net<Vector<4>, Batch<6>, Seq<Dense<5>, Sigmoid, Dense<2>>, L1>) \
    NETWORK(l1_of_images, Net<Image<2, 7, 5>, Batch<5>, Seq<Conv<3, 3>>, L1>) \
    NETWORK(heads, \
            Net<Vector<4>, Batch<6>, Seq<Dense<7>, Sigmoid, Concat<Dense<3>, Seq<Dense<4>, Tanh, Dense<2>>, Dense<2>>>, \
                Heads<Head<SoftmaxCrossEntropy, 3>, Head<MeanSquaredError, 2, 0.5>, Head<SigmoidCrossEntropy, 2>>>) \
    NETWORK(huber, Net<Vector<4>, Batch<6>, Seq<Dense<5>, Sigmoid, Dense<2>>, Huber<1, 2>>) \
    NETWORK(huber_of_images, Net<Image<2, 7, 5>, Batch<5>, Seq<Conv<3, 3>>, Huber<>>) \
    NETWORK(sigmoid_cross_entropy, Net<Vector<4>, Batch<6>, Seq<Dense<5>, Relu, Dense<3>>, SigmoidCrossEntropy>) \
    NETWORK(sigmoid_cross_entropy_of_images, \
            Net<Image<2, 7, 5>, Batch<5>, Seq<Conv<3, 3>, Pool<2>>, SigmoidCrossEntropy>) \
    NETWORK(softmax_cross_entropy_per_pixel, \
            Net<Image<2, 7, 5>, Batch<5>, Seq<Conv<4, 3>, BN, Relu, Conv<3, 1>>, SoftmaxCrossEntropyPerPixel<>>) \
    NETWORK(softmax_cross_entropy_of_more_pixels_than_parts, \
            Net<Image<1, 33, 34>, Batch<3>, Seq<Conv<2, 1>>, SoftmaxCrossEntropyPerPixel<255>>)

/// Normalisations of a sample, and layers over positions and sequences.
#define TN_TEST_SEQUENCES(NETWORK) \
    NETWORK(layer_norm_of_images, Images<Conv<4, 3>, LayerNorm, Relu>) \
    NETWORK(layer_norm_of_vectors, Vectors<LayerNormWith<Epsilon<0.01>>, Dense<7>, LayerNorm>) \
    NETWORK(layer_norm_of_one_channel, Net<Image<1, 3, 40>, Batch<4>, Seq<Conv<1, 3>, LayerNorm, Dense<2>>, SoftmaxCrossEntropy>) \
    NETWORK(group_norm_of_images, Images<GroupNorm<1>, Conv<6, 3>, GroupNorm<3>, Relu>) \
    NETWORK(group_norm_of_vectors, Vectors<Dense<8>, GroupNorm<2, Epsilon<0.01>>>) \
    NETWORK(softmax_of_images, Net<Image<3, 4, 9>, Batch<5>, Seq<Conv<5, 3>, Softmax, Dense<3>>, MeanSquaredError>) \
    NETWORK(softmax_of_vectors, Vectors<Dense<7>, Softmax>) \
    NETWORK(reshapes, Images<Reshape<7, 10>, Conv<4, Kernel<1, 3>>, Reshape<2, 4, 5>, Conv<2, 3>, Reshape<40>, Reshape<5, 8>, BN>) \
    NETWORK(attention, Net<Signal<3, 11>, Batch<4>, Seq<Conv<6, 1>, Attention<2>, Relu, Attention<1, NoBias>, Dense<3>>, SoftmaxCrossEntropy>) \
    NETWORK(attention_of_images, Images<Conv<4, 3, Stride<2>>, Attention<4>>) \
    NETWORK(tokens, Images<PositionEmbedding, Conv<3, 3, Stride<2>>, ClassToken, PositionEmbedding, Sigmoid, FirstToken>) \
    NETWORK(vision_transformer, \
            Net<Image<2, 12, 8>, Batch<3>, \
                Seq<Conv<6, 4, Stride<4>, Pad<0>>, ClassToken, PositionEmbedding, Residual<LayerNorm, Attention<3>>, \
                    Residual<LayerNorm, Conv<24, 1>, Gelu, Conv<6, 1>>, LayerNorm, FirstToken, Dense<3>>, \
                SoftmaxCrossEntropy>) \
    NETWORK(embedding, \
            Net<Vector<7>, Batch<5>, Seq<Apply<3 + 2 * x>, Embedding<6, 4>, Conv<3, Kernel<1, 3>>, Dense<3>>, SoftmaxCrossEntropy>) \
    NETWORK(gru, Net<Signal<3, 9>, Batch<4>, Seq<Conv<4, 1>, GRU<5>, GRU<10>, Dense<3>>, SoftmaxCrossEntropy>) \
    NETWORK(gru_last, Net<Signal<3, 5>, Batch<4>, Seq<GRU<4, Last>, Dense<3>>, SoftmaxCrossEntropy>) \
    NETWORK(gru_of_one_position, Net<Signal<3, 1>, Batch<4>, Seq<Conv<2, 1>, GRU<4>, Dense<3>>, SoftmaxCrossEntropy>) \
    NETWORK(lstm, Net<Signal<3, 9>, Batch<4>, Seq<Conv<4, 1>, LSTM<5>, LSTM<10>, Dense<3>>, SoftmaxCrossEntropy>) \
    NETWORK(lstm_last, Net<Signal<3, 5>, Batch<4>, Seq<LSTM<4, Last>, Dense<3>>, SoftmaxCrossEntropy>)
// clang-format on
