// The tensors of an exported header: packed for its kernels, as text or as a block of bytes, each only once.
#pragma once

#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "dsl/core/shape.hpp"

namespace tn {

/// How an exported header holds the weights of convolutions and dense layers; all else is fp32. With int8 they are
/// multiplied as such, and by values that are bytes.
enum class WeightsAs { fp32, fp16, int8 };

/// How numbers are written; the last three hold whole numbers, `byte` those of 0 .. 255.
enum class NumberType { fp32, fp16, int8, int32, byte };

/// [filters][channels][taps] as [filters / 16][channels / block][taps][block][16], zeros for filters that are not
/// there. `block`: channels that lie together in the convolution's input.
std::vector<float> pack_filters(const std::vector<float>& weight, int filters, int channels, int taps, int block);
/// [channels][each] as [channels / 16][each][16].
std::vector<float> pack_channels(const std::vector<float>& values, int channels, int each);

class HeaderWeights {
public:
    HeaderWeights(WeightsAs as, bool as_block) : as_(as), as_block_(as_block) {}

    /// The expression for a tensor of node `node`, written down if no other has its values. `layer` is said where its
    /// first one is written. Throws Error naming the layer where a weight is too large for fp16.
    std::string add(std::vector<float> values, std::size_t node, std::size_t tensor, const std::string& layer,
                    NumberType type);
    /// The same of what may be in half precision: a weight of a convolution or dense layer.
    std::string add_weights(std::vector<float> values, std::size_t node, std::size_t tensor, const std::string& layer) {
        return add(std::move(values), node, tensor, layer,
                   as_ == WeightsAs::fp16 ? NumberType::fp16 : NumberType::fp32);
    }

    const std::string& text() const { return text_; }
    const std::string& block() const { return block_; }

private:
    std::string write(const std::vector<float>& values, const std::string& name, NumberType type);

    WeightsAs as_;
    bool as_block_;
    std::string text_, block_, layer_;
    struct Written {
        std::vector<float> values;
        std::string name;
        NumberType type;
    };
    std::unordered_multimap<std::size_t, Written> known_;
};

}  // namespace tn
