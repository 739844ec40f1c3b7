#include "runtime/int8/int8_steps.hpp"

#include <algorithm>

#include "dsl/net/placement.hpp"
#include "runtime/cpu/host_memory.hpp"
#include "runtime/export/graph_values.hpp"
#include "runtime/export/header_text.hpp"
#include "runtime/export/header_weights.hpp"
#include "runtime/export/int8_packing.hpp"
#include "runtime/export/int8_program.hpp"

namespace tn {

namespace {

struct Release {
    void operator()(void* place) const { HostMemory().release(place); }
};
/// At a multiple of 64 bytes.
template <class T> using Packed = std::unique_ptr<T[], Release>;
template <class T> Packed<T> packed(const std::vector<float>& values) {
    Packed<T> to(static_cast<T*>(HostMemory().allocate(values.size() * sizeof(T))));
    for (std::size_t i = 0; i < values.size(); ++i) to[i] = static_cast<T>(values[i]);
    return to;
}

cpu::ByteImage image_of(const HeaderValue& value) {
    return {value.shape.channels, value.shape.height, value.shape.width, value.pixel, value.pad};
}

/// What the step writes.
cpu::ByteRange range_of(const HeaderStep& step, const HeaderValue& out) {
    if (out.pixel == 0) return {0, step.activation > 0 ? 0.0f : -3e38f, step.activation == 2 ? 6.0f : 3e38f};
    const auto [zero, low, high] = bytes_of(step, out.quantisation);
    return {static_cast<float>(zero), static_cast<float>(low), static_cast<float>(high)};
}

/// The fastest tile, in half cycles of one four of a tile: products and loads go two at a time, and a sum waits for the
/// one before it.
void choose_tile(cpu::ByteConvolution& c, const cpu::ByteKernels& kernels) {
    const int factor = c.pools ? 2 : 1, panels = (c.out.channels + 15) / 16;
    const int width = c.out.width * factor * (c.window.is_pixel() && c.out.pixel > 0 && !c.pools ? c.out.height : 1);
    Index least = -1;
    const auto cost = [](int positions, int n) { return std::max({positions * n, positions + n, 10}) + 1; };
    for (int n = 1; n <= std::min(panels, cpu::ByteKernels::most_panels); ++n)
        for (int p = factor; p <= std::min(width, kernels.most_positions[n - 1]); p += factor) {
            const auto row = [&](int together) {
                return together == 0 ? 0 : width / p * cost(p, together) + (width % p ? cost(width % p, together) : 0);
            };
            const Index time = Index{panels / n} * row(n) + row(panels % n);
            if (least >= 0 && time >= least) continue;
            least = time;
            c.positions = p, c.panels = n;
        }
}

}  // namespace

/// A step of the program as a call of a kernel.
struct Int8Steps::Step {
    HeaderStep from;
    const GraphNode* node = nullptr;
    Packed<std::int8_t> weight;
    Packed<int> bias;
    Packed<float> scale;
    Packed<std::uint8_t> table;
    std::vector<int> offsets;
    cpu::ByteConvolution convolution{};
    cpu::ByteDepthwise depthwise{};
    std::vector<cpu::BytePass> passes;  ///< one, of a concatenation one for every input
};

/// Where the values of one run lie.
struct Int8Steps::Memory {
    const HeaderPlaces& places;
    const float* x;
    float *y, *work;

    const void* read(int value) const {
        return places.where(value) == HeaderPlaces::in_x ? static_cast<const void*>(x) : written(value);
    }
    const std::uint8_t* bytes(int value) const { return static_cast<const std::uint8_t*>(read(value)); }
    void* written(int value) const {
        return places.where(value) == HeaderPlaces::in_y ? y : work + places.offset(value);
    }
};

Int8Steps::Int8Steps(QuantisedGraph quantised, cpu::ByteProducts products)
    : quantised_(std::move(quantised)),
      products_(products),
      kernels_(cpu::byte_kernels(products)),
      program_(int8_program(quantised_.graph, quantised_.plan, Int8Form::blocks)),
      places_(quantised_.graph, program_, std::vector<std::size_t>(program_.steps.size())) {
    for (const HeaderStep& step : program_.steps) steps_.push_back(compiled(step));
    for (QuantisedWeights& weights : quantised_.weights) weights = {};
}

Int8Steps::~Int8Steps() = default;

// Kernels read whole vectors of 64 bytes, which begin within a value.
std::size_t Int8Steps::workspace() const { return places_.total() + alignment; }

Int8Steps::Step Int8Steps::compiled(const HeaderStep& from) {
    Step step;
    step.from = from;
    if (from.node >= 0) step.node = &quantised_.graph.nodes[from.node];
    if (from.method == HeaderStep::int8 && !quantised_.weights[from.node].scale.empty())
        add_weights(step, from);
    else if (from.method != HeaderStep::planes)
        add_passes(step, from);
    return step;
}

void Int8Steps::add_weights(Step& step, const HeaderStep& from) {
    const GraphNode& node = *step.node;
    const HeaderValue &in = program_.values[from.read[0]], &out = program_.values[from.written];
    const QuantisedWeights& weights = quantised_.weights[from.node];
    const Window window = window_of_weights(node, in.shape);
    const int filters = out.shape.channels;
    const bool by_channel = is_by_channel(quantised_.graph, node);
    const std::vector<float> weight = by_channel ? pack_taps(weights.weight, filters, window, kernels_.together)
                                                 : pack_fours(weights.weight, filters, in, window);
    step.weight = packed<std::int8_t>(weight);
    step.bias = packed<int>(pack_channels(weights.bias, filters, 1));
    step.scale = packed<float>(pack_channels(output_scales(weights, out), filters, 1));
    weight_bytes_ += weight.size() + Index{filters} * (sizeof(int) + sizeof(float));
    const auto image = image_of(in), result = image_of(out);
    const cpu::ByteRange range = range_of(from, out);
    if (by_channel) {
        step.depthwise = {image, result, window, step.weight.get(), step.bias.get(), step.scale.get(), range};
        return;
    }
    step.offsets = offsets_of_fours(in, window);
    step.convolution = {.in = image,
                        .out = result,
                        .window = window,
                        .pools = from.pools,
                        .fours = static_cast<int>(step.offsets.size()),
                        .offsets = step.offsets.data(),
                        .weight = step.weight.get(),
                        .bias = step.bias.get(),
                        .scale = step.scale.get(),
                        .range = range};
    choose_tile(step.convolution, kernels_);
}

void Int8Steps::add_passes(Step& step, const HeaderStep& from) const {
    const HeaderValue &in = program_.values[from.read[0]], &out = program_.values[from.written];
    const double x = in.quantisation.scale, y = out.quantisation.scale;
    cpu::BytePass pass;
    pass.in = image_of(in), pass.out = image_of(out);
    pass.in_zero = in.quantisation.zero, pass.zero = out.quantisation.zero;
    pass.range = range_of(from, out);
    const auto scale = [&pass](double s) { pass.scale = static_cast<float>(s); };
    if (from.method == HeaderStep::quantise) {
        scale(1 / y);
    } else if (from.method == HeaderStep::dequantise) {
        scale(x);
    } else {
        pass.window = step.node->operation.window;
        switch (step.node->operation.kind) {
            case Operation::average_pool: scale(x / y / pass.window.taps()); break;
            case Operation::global_average_pool: scale(x / y / static_cast<double>(in.shape.plane())); break;
            case Operation::pointwise:
                step.table = packed<std::uint8_t>(table_of(*step.node, in.quantisation, out.quantisation));
                pass.table = step.table.get();
                break;
            case Operation::add: {
                const HeaderValue& second = program_.values[from.read[1]];
                const double other = second.quantisation.scale;
                scale(x / y);
                pass.other = image_of(second);
                pass.other_scale = static_cast<float>(other / y);
                pass.range.zero =
                    static_cast<float>(pass.zero - (in.quantisation.zero * x + second.quantisation.zero * other) / y);
                break;
            }
            case Operation::concat:
                for (std::size_t i = 1; i < from.read.size(); ++i) {
                    step.passes.push_back(pass);
                    pass.first += pass.in.channels;
                    pass.in = image_of(program_.values[from.read[i]]);
                }
                break;
            default: break;
        }
    }
    step.passes.push_back(pass);
}

void Int8Steps::run(const float* x, float* y, float* work) const {
    const Memory memory{places_, x, y, work};
    for (const Step& step : steps_) {
        const int read = step.from.read[0], written = step.from.written;
        switch (step.from.method) {
            case HeaderStep::quantise:
                kernels_.quantise(step.passes[0], static_cast<const float*>(memory.read(read)),
                                  static_cast<std::uint8_t*>(memory.written(written)));
                break;
            case HeaderStep::dequantise:
                kernels_.dequantise(step.passes[0], memory.bytes(read), static_cast<float*>(memory.written(written)));
                break;
            case HeaderStep::int8: run_on_bytes(step, memory); break;
            default: run_in_fp32(step, memory);
        }
    }
}

void Int8Steps::run_on_bytes(const Step& step, const Memory& memory) const {
    const std::uint8_t* x = memory.bytes(step.from.read[0]);
    void* result = memory.written(step.from.written);
    if (step.convolution.fours > 0) return kernels_.convolution(step.convolution, x, result);
    auto* y = static_cast<std::uint8_t*>(result);
    if (step.weight) return kernels_.depthwise(step.depthwise, x, y);
    const cpu::BytePass& pass = step.passes[0];
    switch (step.node->operation.kind) {
        case Operation::max_pool: return kernels_.max_pool(pass, x, y);
        case Operation::average_pool: return kernels_.average_pool(pass, x, y);
        case Operation::global_average_pool: return kernels_.global_average_pool(pass, x, y);
        case Operation::add: return kernels_.add(pass, x, memory.bytes(step.from.read[1]), y);
        case Operation::pointwise: return kernels_.look_up(pass, x, y);
        default:
            for (std::size_t i = 0; i < step.passes.size(); ++i)
                kernels_.copy(step.passes[i], memory.bytes(step.from.read[i]), y);
    }
}

void Int8Steps::run_in_fp32(const Step& step, const Memory& memory) const {
    std::span<const float> few[8];
    std::vector<std::span<const float>> many(step.from.read.size() > std::size(few) ? step.from.read.size() : 0);
    const std::span inputs = many.empty() ? std::span(few).first(step.from.read.size()) : std::span(many);
    const auto size = [&](int value) { return static_cast<std::size_t>(program_.values[value].shape.size()); };
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        const int value = step.from.read[i];
        inputs[i] = {static_cast<const float*>(memory.read(value)), size(value)};
    }
    const int written = step.from.written;
    compute_node(quantised_.graph, *step.node, inputs, {static_cast<float*>(memory.written(written)), size(written)});
}

}  // namespace tn
