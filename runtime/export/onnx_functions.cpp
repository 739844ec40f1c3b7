#include "runtime/export/onnx_functions.hpp"

#include <cmath>
#include <map>
#include <string>

#include "dsl/core/functions.hpp"
#include "runtime/export/onnx_checks.hpp"

namespace tn::onnx {

namespace {

float number_of(const OnnxNode& node, const char* attribute, float otherwise) {
    const auto found = node.floats.find(attribute);
    return found == node.floats.end() ? otherwise : found->second;
}

void check_clip(const OnnxNode& node, const std::vector<const OnnxTensor*>& constants) {
    const auto bound = [&](std::size_t input, const char* name) {
        const OnnxTensor* by = input < constants.size() ? constants[input] : nullptr;
        if (by && by->values.size() == 1) return by->values[0];
        const auto found = node.floats.find(name);
        if (found == node.floats.end()) refuse(node, "must be from 0 to 6");
        return found->second;
    };
    require(bound(1, "min") == 0 && bound(2, "max") == 6, node, "must be from 0 to 6");
}

}  // namespace

std::optional<Expression> function_of(const OnnxNode& node, const std::vector<const OnnxTensor*>& constants) {
    static const std::map<std::string, Expression> plain = {
        {"Relu", functions::relu}, {"Sigmoid", functions::sigmoid},
        {"Tanh", functions::tanh}, {"HardSwish", functions::hard_swish},
        {"Mish", functions::mish}, {"Softplus", functions::softplus},
    };
    if (const auto found = plain.find(node.type); found != plain.end()) return found->second;
    if (node.type == "Clip") {
        check_clip(node, constants);
        return functions::relu6;
    }
    if (node.type == "LeakyRelu") {
        const float slope = number_of(node, "alpha", 0.01f);
        require(slope >= 0 && slope <= 1, node, "alpha must be from 0 to 1");
        return functions::leaky_relu(slope);
    }
    if (node.type == "Elu") {
        const float alpha = number_of(node, "alpha", 1);
        require(alpha >= 0, node, "alpha must be at least 0");
        return functions::elu(alpha);
    }
    if (node.type == "Gelu") {
        const auto found = node.texts.find("approximate");
        return found != node.texts.end() && found->second == "tanh" ? functions::gelu_tanh : functions::gelu;
    }
    if (node.type == "HardSigmoid") {
        require(std::abs(number_of(node, "alpha", 0.2f) - 1.0f / 6) < 1e-6f && number_of(node, "beta", 0.5f) == 0.5f,
                node, "must be that of PyTorch: alpha 1 / 6 and beta 0.5");
        return functions::hard_sigmoid;
    }
    return std::nullopt;
}

}  // namespace tn::onnx
