// The statements of an exported header for steps on bytes.
#pragma once

#include <string>
#include <vector>

#include "runtime/export/header_places.hpp"
#include "runtime/export/header_program.hpp"
#include "runtime/export/header_weights.hpp"

namespace tn {

class Int8Calls {
public:
    Int8Calls(const InferenceGraph& graph, const HeaderProgram& program, const HeaderPlaces& places,
              HeaderWeights& weights)
        : graph_(graph), program_(program), places_(places), weights_(weights) {}

    /// Of a step with the method int8, quantise or dequantise.
    std::string call(std::size_t step);

private:
    const HeaderValue& value(int number) const { return program_.values[number]; }
    /// The expression for it, as bytes where it is such.
    std::string place(int number) const;
    std::string tensor(const HeaderStep& step, std::size_t number, std::vector<float> values, NumberType type);
    std::string with_weights(const HeaderStep& step);

    const InferenceGraph& graph_;
    const HeaderProgram& program_;
    const HeaderPlaces& places_;
    HeaderWeights& weights_;
};

}  // namespace tn
