#include "examples/photos/networks/known/grey_128.hpp"

#include "examples/photos/networks/register_network.hpp"

namespace photos {

namespace {
const RegisterNetwork<Grey128> registered;
}

}  // namespace photos
