// Which sanitizers this is built with: a test takes up to ten times as long with them.
#pragma once

// g++ says it by macros of its own, clang by features.
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define TN_ADDRESS_SANITIZER
#endif
#if __has_feature(thread_sanitizer)
#define TN_THREAD_SANITIZER
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) && !defined(TN_ADDRESS_SANITIZER)
#define TN_ADDRESS_SANITIZER
#endif
#if defined(__SANITIZE_THREAD__) && !defined(TN_THREAD_SANITIZER)
#define TN_THREAD_SANITIZER
#endif

namespace tn::test {

#if defined(TN_ADDRESS_SANITIZER)
inline constexpr bool sanitized = true;
#else
inline constexpr bool sanitized = false;
#endif

}  // namespace tn::test
