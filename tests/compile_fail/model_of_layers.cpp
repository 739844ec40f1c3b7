// gcc: requires  is_network<N> class tn::Model
// clang: constraints not satisfied for class template 'Model'
// nvcc: is_network
#include <dsl/typenet.hpp>

using namespace tn;

int main() {
    cpu::Device d;
    Model<Seq<Dense<3>>, Adam> m(d);
    m.train(1, Adam{});
}
