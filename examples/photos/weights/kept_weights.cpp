#include "examples/photos/weights/kept_weights.hpp"

#include <cstdlib>

namespace photos {

namespace fs = std::filesystem;

fs::path kept_weights(const std::string& network) {
    const auto variable = [](const char* name) {
        const char* value = std::getenv(name);
        return fs::path(value ? value : "");
    };
    const fs::path named = variable("XDG_CACHE_HOME");
    const fs::path cache = named.is_absolute() ? named : variable("HOME") / ".cache";
    return cache / "typenet" / (network + ".pth");
}

}  // namespace photos
