#include "examples/photos/networks/known/colour_128.hpp"

#include "examples/photos/networks/register_network.hpp"

namespace photos {

namespace {
const RegisterNetwork<Colour128> registered;
}

}  // namespace photos
