// Which of equal values in a pooling window gets the gradient.
#pragma once

#include <boost/test/unit_test.hpp>
#include <cstddef>

#include "dsl/typenet.hpp"
#include "runtime/model/model.hpp"

namespace tn::test {

/// On the device: of a window of equals the first that lies in the image.
template <class T, class Device> void check_equal_maxima(Device& device) {
    using N = Net<Image<1, 4, 4>, Batch<2>, Seq<Pool<3, Stride<2>, Pad<1>>>, MeanSquaredError>;
    Model<N, SGD, Device, T, Fusion::on, Purpose::input_gradient> model(device);
    for (T& v : model.input()) v = -1;
    for (T& v : model.targets()) v = 1;
    model.gradients(2);
    const auto dx = model.memory().input_gradient();
    for (std::size_t i = 0; i < dx.size(); ++i)
        BOOST_TEST((dx[i] != 0) == (i % 16 / 4 < 2 && i % 4 < 2), "the gradient of value " << i << " is " << dx[i]);
}

}  // namespace tn::test
