# What nearly every file includes is parsed once for each group of files that are compiled alike. With
# -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON each file parses its own: better with a compiler cache, and it shows that a file includes
# what it uses.
set(TYPENET_COMMON_HEADERS
    <algorithm> <array> <cmath> <cstdint> <cstring> <filesystem> <functional> <limits> <map> <memory> <mutex> <optional>
    <span> <string> <string_view> <system_error> <type_traits> <utility> <vector> <fmt/format.h> <fmt/ranges.h>)
