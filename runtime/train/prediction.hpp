// What a classifier answered for one picture.
#pragma once

namespace tn {

struct Prediction {
    int picture = 0;  ///< index into the pictures
    int predicted = 0;
    float probability = 0;  ///< of the predicted class
};

}  // namespace tn
