// Whether this is the build with the sanitizers, where a test takes ten times as long.
#pragma once

namespace tn::test {

#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool sanitized = true;
#else
inline constexpr bool sanitized = false;
#endif

}  // namespace tn::test
