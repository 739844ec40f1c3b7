// A trained network as one page that classifies photographs in any browser.
#pragma once

#include <string>
#include <vector>

#include "runtime/data/augment.hpp"
#include "runtime/data/ground.hpp"
#include "runtime/data/image.hpp"
#include "runtime/export/wasm.hpp"

namespace tn {

struct NetworkPage {
    std::string title;
    std::vector<std::string> classes;  ///< what the outputs, probabilities, stand for
    PictureShape shape;                ///< of the network's input
    Fit fit = Fit::stretch;            ///< how photographs get that shape
    Normalise normalise;
    Ground ground;  ///< behind what is transparent
};

/// HTML with everything in it: it loads nothing and sends nothing. Photographs are dropped, pasted, chosen or taken by
/// the camera, turned upright and scaled as decode_picture() and resize() do, and the best classes shown as bars. Its
/// function `classify(file)` gives a promise of {classes: [[name, probability], ...], ms}. Throws Error where the
/// network has no probability for every class.
std::string network_page(const NetworkPage& page, const WasmModule& wasm);

}  // namespace tn
