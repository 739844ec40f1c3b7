// What a training step may do besides the optimizer's rule.
#pragma once

namespace tn {

struct StepOptions {
    float mixup = 0;    ///< alpha of mixup (draw_blends); 0: pictures are not mixed
    float average = 0;  ///< decay of averaged weights (EmaRule); 0: there is no average
};

}  // namespace tn
