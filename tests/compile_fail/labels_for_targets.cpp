// gcc: ::set_labels(int [8])
// clang: invalid reference to function 'set_labels': constraints not satisfied
// nvcc: set_labels
#include <dsl/typenet.hpp>

using namespace tn;

using Broken = Net<Image<3, 32, 32>, Batch<8>, Seq<Dense<3>>, MeanSquaredError>;
int main() {
    cpu::Device d;
    Model<Broken, Adam> m(d);
    int l[8]{};
    m.set_labels(l);
}
