// A project of its own is compiled by nvcc and linked; where there is a GPU it trains a little.
#include <iostream>
#include <typenet/runtime/cuda/device.cuh>
#include <typenet/runtime/train/nccl_group.hpp>
#include <typenet/typenet.hpp>

using namespace tn;
using Small = Net<Vector<2>, Batch<4>, Seq<Dense<8>, Sigmoid, Dense<2>>, SoftmaxCrossEntropy>;

int main() {
    std::cout << "several GPUs: " << cuda::why_not_nccl() << "\n";
    if (const std::string reason = cuda::why_not(); !reason.empty()) {
        std::cout << reason << "\n";
        return 0;
    }
    cuda::Device device;
    Model<Small, Adam, cuda::Device> model(device);
    int right = 0;
    for (int step = 0; step < 500; ++step) {
        for (std::size_t i = 0; i < 4; ++i) {
            model.input()[2 * i] = static_cast<float>(i / 2);
            model.input()[2 * i + 1] = static_cast<float>(i % 2);
            model.labels()[i] = i / 2 != i % 2;
        }
        right = model.train(4, Adam{.rate = 0.05f}).correct;
    }
    std::cout << right << " of 4\n";
    return right == 4 ? 0 : 1;
}
