// What a broken network is told. A layer's shape rule answers with a `Must`; the sentence is composed here.
#pragma once

#include "dsl/core/shape.hpp"

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
    contain_at_least_1_layer,
    be_nested_at_most_this_deep,
    have_at_least_2_branches,
    have_at_most_8_branches,
    leave_the_shape_as_it_was_or_have_a_Shortcut_that_gives,
    give_every_branch_the_same_height_and_width_as_the_first,
    have_only_images_or_only_vectors_as_branches,
    give_the_shape_of_the_input_or_one_value_for_each_channel,
    have_a_batch_of_at_least_1,
    be_a_Seq,
    be_a_loss,
    end_in_a_vector,
    end_in_at_least_2_classes,
    have_at_least_2_channels,
    ignore_a_label_that_is_none_of_the_classes,
    have_a_delta_over_0,
    be_an_initialiser,
    follow_its_own_rule
};

/// The words after "must"; each {} takes one number, {A} and {B} the shapes.
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
        case Must::have_only_options_it_knows: return "have only options it knows: option {} is not one of them";
        case Must::have_each_option_once: return "have each option once: option {} is given again";
        case Must::give_every_tensor_a_name_of_its_own: return "give every parameter and state a name of its own";
        case Must::be_a_layer: return "be a layer: a type with name() and output(Shape)";
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
        case Must::have_a_batch_of_at_least_1: return "have a batch of at least 1, not {}";
        case Must::be_a_Seq: return "be a Seq<...> of layers";
        case Must::be_a_loss: return "be a loss: a type with name(), check(Shape) and gradient()";
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

/// What a shape rule answers: the layer's output, or what must be and the numbers in it.
struct ShapeResult {
    Shape out{};
    Must must = Must::hold;
    int a = 0, b = 0;
    const char* own_words = "";  ///< with Must::follow_its_own_rule: what follows "must", for layers from outside
    bool about_input = true;     ///< true: the input must ...; false: the layer itself must ...
    Shape shape_a{}, shape_b{};

    constexpr ShapeResult() = default;
    constexpr ShapeResult(Shape s) : out(s) {}
    constexpr bool ok() const { return must == Must::hold; }
};

/// The incoming shape breaks the rule: "the input Image<64, 1, 1> must ...".
constexpr ShapeResult input_must(Must must, int a = 0, int b = 0) {
    ShapeResult r;
    r.must = must;
    r.a = a;
    r.b = b;
    return r;
}

/// The layer as written breaks the rule, whatever comes in: "it must ...".
constexpr ShapeResult layer_must(Must must, int a = 0, int b = 0) {
    ShapeResult r = input_must(must, a, b);
    r.about_input = false;
    return r;
}

/// The same of shapes that do not go together; their channels are its numbers.
constexpr ShapeResult layer_must(Must must, Shape a, Shape b) {
    ShapeResult r = layer_must(must, a.channels, b.channels);
    r.shape_a = a;
    r.shape_b = b;
    return r;
}

/// A rule of a layer outside the tree: `input_must("have an even number of channels")`.
constexpr ShapeResult input_must(const char* own_words, int a = 0, int b = 0) {
    ShapeResult r = input_must(Must::follow_its_own_rule, a, b);
    r.own_words = own_words;
    return r;
}

/// Where a layer stands: its index in the network's Seq, counted from 0, then its index in each composite within.
struct Path {
    /// A U-Net has 2 to 3 indices per level. Net refuses a network that is nested deeper.
    static constexpr int max_depth = 32;
    int index[max_depth]{};
    int depth = 0;
    bool too_deep = false;  ///< has lost an index, and no longer names one layer

    constexpr Path child(int i) const {
        Path p = *this;
        if (depth < max_depth)
            p.index[p.depth++] = i;
        else
            p.too_deep = true;
        return p;
    }
    constexpr Text text() const {
        Text t;
        for (int i = 0; i < depth; ++i) {
            if (i) t << ".";
            t << index[i];
        }
        return t;
    }
    constexpr bool operator==(const Path&) const = default;
};

/// `layer 13 Pool<2>: the input Image<64, 1, 1> must be at least 2 high and 2 wide`.
constexpr Text sentence(const Text& where, Shape in, const ShapeResult& fault) {
    Text t;
    t << where << ": ";
    if (fault.about_input)
        t << "the input " << in.text() << " must ";
    else
        t << "with the input " << in.text() << " it must ";
    int number = 0;
    const char* w = fault.must == Must::follow_its_own_rule ? fault.own_words : words(fault.must);
    for (; *w; ++w) {
        if (w[0] == '{' && w[1] == '}') {
            t << (number++ == 0 ? fault.a : fault.b);
            ++w;
        } else if (w[0] == '{' && (w[1] == 'A' || w[1] == 'B') && w[2] == '}') {
            t << (w[1] == 'A' ? fault.shape_a : fault.shape_b).text();
            w += 2;
        } else {
            t << std::string_view(w, 1);
        }
    }
    return t;
}

template <int... Index> struct layer {};
template <int... Extents> struct incoming {};

/// A sentence without room to spare: nvcc prints every character of a template argument, so the fewer the better.
template <int Length> struct Sentence {
    char text[Length + 1]{};
    constexpr Sentence(const Text& t) {
        for (int i = 0; i < Length; ++i) text[i] = t.characters[i];
    }
};

/// Names the fault in every compiler's words: g++ prints the sentence, clang and nvcc the parts before it.
template <class Where, class Layer, class Incoming, Must What, int A, int B, Sentence Said> struct network_error {
    static_assert(sizeof(Said.text) == 0,
                  "typenet: this network does not fit together; its fault is named in the line of "
                  "'network_error' beside this one");
};

}  // namespace tn
