// gcc: requires  is_network<N> class tn::Model
// clang: constraints not satisfied for class template 'Model'
// nvcc: is_network
#include <dsl/typenet.hpp>

using namespace tn;

using Broken = Model<Seq<Dense<3>>, Adam>;
