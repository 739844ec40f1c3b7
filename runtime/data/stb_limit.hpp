// How much memory the picture decoder may take.
#pragma once

#include <cstddef>

namespace tn {

/// While it lives, one allocation of stb_image on this thread takes at most `bytes`; a larger one fails there, and with
/// it the decoding. Otherwise the most is 2 GiB. One at a time.
class StbLimit {
public:
    explicit StbLimit(std::size_t bytes);
    ~StbLimit();
    StbLimit(const StbLimit&) = delete;
    StbLimit& operator=(const StbLimit&) = delete;
};

}  // namespace tn
