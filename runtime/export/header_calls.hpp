// The statements of an exported header: one call for every step of its program.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "runtime/export/header_places.hpp"
#include "runtime/export/header_program.hpp"
#include "runtime/export/header_weights.hpp"

namespace tn {

/// The pointwise functions of a network, each once: function_0, function_1, ...
class HeaderFunctions {
public:
    std::size_t number_of(const Expression& e);
    std::string source() const;

private:
    std::vector<Expression> all_;
};

/// Floats of scratch that each step needs.
std::vector<std::size_t> header_scratch(const InferenceGraph& graph, const HeaderProgram& program, WeightsAs as);

/// Writes the calls, and asks for the tensors and functions that they need.
class HeaderCalls {
public:
    HeaderCalls(const InferenceGraph& graph, const HeaderProgram& program, const HeaderPlaces& places,
                HeaderWeights& weights, HeaderFunctions& functions, WeightsAs as)
        : graph_(graph), program_(program), places_(places), weights_(weights), functions_(functions), as_(as) {}

    std::string call(std::size_t step);

private:
    std::string place(int value) const { return places_.expression(value); }
    const HeaderValue& value(int number) const { return program_.values[number]; }
    std::string tensor(std::size_t step, std::size_t number, std::vector<float> values, bool weighs);
    std::string plain_tensor(std::size_t step, std::size_t number);
    std::string convolution(std::size_t step);
    std::string on_blocks(std::size_t step);
    std::string on_planes(std::size_t step);

    const InferenceGraph& graph_;
    const HeaderProgram& program_;
    const HeaderPlaces& places_;
    HeaderWeights& weights_;
    HeaderFunctions& functions_;
    WeightsAs as_;
};

}  // namespace tn
