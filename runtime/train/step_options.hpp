// What a training step may do besides the optimizer's rule.
#pragma once

#include "runtime/train/mixup.hpp"

namespace tn {

struct StepOptions {
    float mixup = 0;    ///< alpha of mixup (draw_blends); 0: pictures are not blended
    float cutmix = 0;   ///< alpha of CutMix (draw_cuts); 0: pictures are not cut
    float average = 0;  ///< decay of averaged weights (EmaRule); 0: there is no average

    constexpr Mixing mixing() const { return {mixup, cutmix}; }
};

}  // namespace tn
