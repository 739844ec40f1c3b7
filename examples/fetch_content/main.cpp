// The smallest network that learns something, in a project that takes typenet in by FetchContent.
#include <cstdio>
#include <typenet/typenet.hpp>

using namespace tn;

using And = Net<Vector<2>, Batch<4>, Seq<Dense<2>>, SoftmaxCrossEntropy>;

int main() {
    cpu::Device device(1);
    Model<And, Adam> model(device, 1);
    const float corners[] = {0, 0, 0, 1, 1, 0, 1, 1};
    const int classes[] = {0, 0, 0, 1};
    int right = 0;
    for (int step = 0; step < 300; ++step) {
        model.set_input(corners);
        model.set_labels(classes);
        right = model.train(4, Adam{.rate = 0.1f}).correct;
    }
    std::printf("%d of 4 corners are right\n", right);
    return right == 4 ? 0 : 1;
}
