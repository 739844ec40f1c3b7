// What a broken network is told: what a layer, its input or the network must be.
#pragma once

namespace tn {

/// What the network must be instead; compilers print the enumerator's name.
enum class Must {
    hold,
    be_an_image,
    be_a_signal,
    be_a_vector,
    be_at_least_high_and_wide,
    be_at_least_1_in_every_extent,
    have_at_most_2147483647_values,
    have_at_least_1_filter,
    have_at_least_1_output,
    have_a_kernel_of_at_least_1,
    have_a_kernel_of_whole_numbers,
    have_a_pad_of_1_2_or_4_numbers,
    name_its_filters_before_its_kernel,
    have_a_window_of_at_least_1,
    have_a_stride_of_at_least_1,
    have_a_dilation_of_at_least_1,
    have_groups_that_divide_channels_and_filters,
    have_a_factor_of_at_least_1,
    have_an_output_pad_from_0_to_stride_minus_1,
    leave_at_least_1_row_and_column,
    have_a_channel_for_every_group,
    have_a_pad_from_0_to_kernel_minus_1,
    name_its_pad_because_an_even_kernel_cannot_keep_height_and_width,
    drop_from_0_to_99_percent,
    drop_a_whole_number_of_percent,
    have_a_formula_of_at_most_24_steps_and_6_constants,
    have_a_slope_of_at_least_0_and_below_1,
    have_an_alpha_of_at_least_0,
    have_at_most_16_parameters_and_8_states,
    have_an_epsilon_above_0,
    have_a_momentum_from_0_to_1,
    have_at_least_1_group,
    have_channels_that_can_be_divided_by,
    have_at_least_1_head,
    have_a_vocabulary_from_1_to_16777216,
    name_1_to_3_extents,
    have_as_many_values,
    have_only_options_it_knows,
    have_each_option_once,
    give_every_tensor_a_name_of_its_own,
    be_a_layer,
    be_a_layer_and_not_a_loss,
    be_a_layer_and_not_an_optimizer,
    have_a_constexpr_name,
    have_a_constexpr_output,
    have_constexpr_parameters,
    have_constexpr_states,
    have_a_forward,
    have_a_backward,
    give_at_least_1_value_in_every_extent,
    have_at_most_4294967295_trained_values,
    stand_directly_within_a_Residual,
    have_the_same_layers_wherever_the_name_stands,
    have_parameters_of_the_same_shape_wherever_the_name_stands,
    have_at_most_1_Shortcut,
    contain_at_least_1_layer,
    be_nested_at_most_this_deep,
    have_at_least_2_branches,
    have_at_most_8_branches,
    leave_the_shape_as_it_was_or_have_a_Shortcut_that_gives,
    give_every_branch_the_same_height_and_width_as_the_first,
    have_only_images_or_only_vectors_as_branches,
    give_the_shape_of_the_input_or_one_value_for_each_channel,
    have_a_batch_of_at_least_1,
    have_a_smaller_batch,
    be_a_Seq,
    be_a_loss,
    be_a_loss_and_not_an_optimizer,
    be_a_loss_and_not_a_layer,
    end_in_a_vector,
    be_a_vector_of_all_heads,
    have_at_least_this_many_values,
    end_in_at_least_2_classes,
    have_at_least_2_channels,
    ignore_a_label_that_is_none_of_the_classes,
    have_a_delta_over_0,
    be_an_initialiser,
    follow_its_own_rule
};

/// The words after "must"; each {} takes one number, {A} and {B} the shapes, {N} a type's name.
constexpr const char* words(Must must) {
    switch (must) {
        case Must::hold: return "";
        case Must::be_an_image: return "be an image";
        case Must::be_a_signal: return "be a signal: an image of height 1";
        case Must::be_a_vector: return "be a vector";
        case Must::be_at_least_high_and_wide: return "be at least {} high and {} wide";
        case Must::be_at_least_1_in_every_extent: return "be at least 1 in every extent";
        case Must::have_at_most_2147483647_values: return "have at most 2147483647 values in a batch";
        case Must::have_at_least_1_filter: return "have at least 1 filter, not {}";
        case Must::have_at_least_1_output: return "have at least 1 output, not {}";
        case Must::have_a_kernel_of_at_least_1: return "have a kernel of at least 1 x 1, not {} x {}";
        case Must::have_a_pad_of_1_2_or_4_numbers: return "have a pad of 1, 2 or 4 numbers, not {}";
        case Must::have_a_kernel_of_whole_numbers: return "have a kernel of whole numbers: 3, or Kernel<3, 5>";
        case Must::name_its_filters_before_its_kernel:
            return "name its filters before its kernel, as in Conv<{}, {}>; so large a kernel needs a Pad<...> that "
                   "says it is meant";
        case Must::have_a_window_of_at_least_1: return "have a window of at least 1, not {}";
        case Must::have_a_stride_of_at_least_1: return "have a stride of at least 1, not {}";
        case Must::have_a_dilation_of_at_least_1: return "have a dilation of at least 1, not {}";
        case Must::have_a_factor_of_at_least_1: return "have a factor of at least 1, not {}";
        case Must::have_an_output_pad_from_0_to_stride_minus_1: return "have an OutputPad from 0 to {}, not {}";
        case Must::leave_at_least_1_row_and_column: return "leave at least 1 row and column, so cut off less by Pad";
        case Must::have_groups_that_divide_channels_and_filters:
            return "have groups that divide its channels, {}, and its filters, {}";
        case Must::have_a_channel_for_every_group:
            return "have as many filters as the input has channels, {}, or a multiple of it, not {}";
        case Must::have_a_pad_from_0_to_kernel_minus_1: return "have a pad from 0 to {}, not {}";
        case Must::name_its_pad_because_an_even_kernel_cannot_keep_height_and_width:
            return "name its pad, as in Pad<0>, because an even kernel cannot keep height and width";
        case Must::drop_from_0_to_99_percent: return "drop from 0 to 99 percent, not {}";
        case Must::drop_a_whole_number_of_percent: return "drop a whole number of percent, not a fraction: Dropout<{}>";
        case Must::have_a_formula_of_at_most_24_steps_and_6_constants:
            return "have a formula of at most 24 steps and 6 constants, not {} and {}";
        case Must::have_a_slope_of_at_least_0_and_below_1: return "have a slope of at least 0 and below 1";
        case Must::have_an_alpha_of_at_least_0: return "have an alpha from 0 to 1000000";
        case Must::have_at_most_16_parameters_and_8_states:
            return "have at most 16 parameters and 8 states, not {} and {}";
        case Must::have_a_momentum_from_0_to_1: return "have a RunningMomentum from 0 to 1";
        case Must::have_an_epsilon_above_0: return "have an epsilon above 0";
        case Must::have_at_least_1_group: return "have at least 1 group, not {}";
        case Must::have_channels_that_can_be_divided_by: return "have a number of channels that can be divided by {}";
        case Must::have_at_least_1_head: return "have at least 1 head, not {}";
        case Must::have_a_vocabulary_from_1_to_16777216: return "have a vocabulary from 1 to 16777216, not {}";
        case Must::name_1_to_3_extents: return "name 1 to 3 extents, not {}";
        case Must::have_as_many_values: return "have {} values";
        case Must::have_only_options_it_knows: return "have only options it knows: {N}, option {}, is not one of them";
        case Must::have_each_option_once: return "have each option once: {N}, option {}, is given again";
        case Must::give_every_tensor_a_name_of_its_own: return "give every parameter and state a name of its own";
        case Must::be_a_layer: return "be a layer: a type with static constexpr name() and output(Shape)";
        case Must::be_a_layer_and_not_a_loss: return "be a layer: the loss is named behind the Seq<...>";
        case Must::be_a_layer_and_not_an_optimizer:
            return "be a layer: the optimizer is named by what trains, as in Model<Network, Adam>";
        case Must::have_a_constexpr_name:
            return "declare its name() constexpr, which returns a Text, so that the compiler can compute it";
        case Must::have_a_constexpr_output:
            return "declare its output(Shape) constexpr, so that the compiler can compute it";
        case Must::have_constexpr_parameters:
            return "declare its parameters(Shape) constexpr, so that the compiler can compute them";
        case Must::have_constexpr_states:
            return "declare its states(Shape) constexpr, so that the compiler can compute them";
        case Must::have_a_forward:
            return "have a static forward(const Pass<T>&), a template over the type T of a value";
        case Must::have_a_backward:
            return "have a static backward(const Pass<T>&), a template over the type T of a value";
        case Must::give_at_least_1_value_in_every_extent: return "give at least 1 value in every extent, not {A}";
        case Must::have_at_most_4294967295_trained_values: return "leave the network at most 4294967295 trained values";
        case Must::have_the_same_layers_wherever_the_name_stands:
            return "have the same layers wherever Shared<{N}, ...> stands, and everywhere or nowhere BN right behind "
                   "it";
        case Must::have_parameters_of_the_same_shape_wherever_the_name_stands:
            return "have parameters of the same shape wherever Shared<{N}, ...> stands, but {A} comes in here and {B} "
                   "before";
        case Must::stand_directly_within_a_Residual: return "stand directly within a Residual<...>";
        case Must::have_at_most_1_Shortcut: return "have at most 1 Shortcut, not {}";
        case Must::contain_at_least_1_layer: return "contain at least 1 layer";
        case Must::be_nested_at_most_this_deep: return "be nested at most {} deep";
        case Must::have_at_least_2_branches: return "have at least 2 branches, not {}";
        case Must::have_at_most_8_branches: return "have at most 8 branches, not {}";
        case Must::leave_the_shape_as_it_was_or_have_a_Shortcut_that_gives:
            return "leave the shape as it was, or have a Shortcut<...> that gives what the layers give: they give {A}, "
                   "the way around them {B}";
        case Must::have_only_images_or_only_vectors_as_branches:
            return "have only images or only vectors as branches: the first gives {A}, another one {B}";
        case Must::give_every_branch_the_same_height_and_width_as_the_first:
            return "give every branch the same height and width as the first, {} x {}";
        case Must::give_the_shape_of_the_input_or_one_value_for_each_channel:
            return "give the shape of the input or one value for each of its {} channels";
        case Must::have_a_smaller_batch: return "have at most 2147483647 values in a batch, not {} samples of {A}";
        case Must::have_a_batch_of_at_least_1: return "have a batch of at least 1, not {}";
        case Must::be_a_Seq: return "be a Seq<...> of layers, not {N}";
        case Must::be_a_loss: return "be a loss: a type with name(), check(Shape) and gradient()";
        case Must::be_a_loss_and_not_an_optimizer:
            return "be a loss, as SoftmaxCrossEntropy: the optimizer is named by what trains, as in Model<Network, "
                   "Adam>";
        case Must::be_a_loss_and_not_a_layer: return "be a loss, as SoftmaxCrossEntropy: layers stand in the Seq<...>";
        case Must::be_a_vector_of_all_heads: return "be a vector of {} values, those of all heads";
        case Must::have_at_least_this_many_values: return "have at least {} values";
        case Must::end_in_a_vector: return "be a vector: end the network in a Dense layer";
        case Must::end_in_at_least_2_classes: return "be a vector of at least 2 classes";
        case Must::have_at_least_2_channels: return "have at least 2 channels, one for each class";
        case Must::ignore_a_label_that_is_none_of_the_classes:
            return "ignore a label that is none of the {} classes, not {}";
        case Must::have_a_delta_over_0: return "have a delta over 0, not {} / {}";
        case Must::be_an_initialiser: return "be an initialiser: Auto, He, LeCun, Xavier or Std<...>";
        case Must::follow_its_own_rule: return "";
    }
    return "";
}

}  // namespace tn
