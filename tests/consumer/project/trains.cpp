// A project of its own declares a network and trains it a little.
#include <iostream>
#include <typenet/runtime/train/launched_processes.hpp>
#include <typenet/typenet.hpp>

using namespace tn;
using Small = Net<Image<1, 8, 8>, Batch<4>, Seq<Conv<4, 3>, BN, Relu, Pool<2>, Dense<2>>, SoftmaxCrossEntropy>;

int main() {
    cpu::Device device;
    const auto group = launched_group();  // null, unless mpirun has started several of it
    device.join(group.get());
    Model<Small, Adam> model(device);
    double first = 0, last = 0;
    for (int step = 0; step < 50; ++step) {
        for (std::size_t i = 0; i < model.input().size(); ++i)
            model.input()[i] = (i / 64 % 2 ? 1.0f : -1.0f) * float(i % 8);
        for (std::size_t i = 0; i < 4; ++i) model.labels()[i] = int(i % 2);
        last = model.train(4, Adam{.rate = 0.01f}).loss;
        if (step == 0) first = last;
    }
    std::cout << Small::summary() << "loss " << first << " to " << last << "\n";
    return last < first / 2 ? 0 : 1;
}
