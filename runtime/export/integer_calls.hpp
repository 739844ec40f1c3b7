// The statements of an exported header that computes in integers alone.
#pragma once

#include <string>
#include <vector>

#include "runtime/data/augment.hpp"
#include "runtime/export/header_places.hpp"
#include "runtime/export/header_program.hpp"
#include "runtime/export/header_weights.hpp"

namespace tn {

/// Whether a network's input are the bytes of pixels.
bool reads_pixels(Shape in);

class IntegerCalls {
public:
    IntegerCalls(const InferenceGraph& graph, const HeaderProgram& program, const HeaderPlaces& places,
                 HeaderWeights& weights, const Normalise& normalise)
        : graph_(graph), program_(program), places_(places), weights_(weights), normalise_(normalise) {}

    std::string call(std::size_t step);

private:
    const HeaderValue& value(int number) const { return program_.values[number]; }
    std::string place(int number) const { return places_.expression(number, 4); }
    std::string tensor(const HeaderStep& step, std::size_t number, std::vector<float> values, NumberType type);
    std::string input(const HeaderStep& step);
    std::string with_weights(const HeaderStep& step);

    const InferenceGraph& graph_;
    const HeaderProgram& program_;
    const HeaderPlaces& places_;
    HeaderWeights& weights_;
    const Normalise& normalise_;
};

}  // namespace tn
