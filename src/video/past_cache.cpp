#include "video/past_cache.h"

#include "base/check.h"

#if defined(__x86_64__)
#include <immintrin.h>

#include <bit>
#include <cstdint>
#else
#include <cstring>
#endif

namespace sumac::video {

#if defined(__x86_64__)

void copy_past_cache(std::byte* to, const std::byte* from, std::size_t size_bytes) {
    CHECK((std::bit_cast<std::uintptr_t>(to) | size_bytes) % sizeof(__m128i) == 0);
    auto* const target = static_cast<__m128i*>(static_cast<void*>(to));
    const auto* const source = static_cast<const __m128i*>(static_cast<const void*>(from));
    for (std::size_t i = 0; i < size_bytes / sizeof(__m128i); ++i)
        _mm_stream_si128(target + i, _mm_loadu_si128(source + i));
}

void finish_past_cache() {
    _mm_sfence();
}

#else

void copy_past_cache(std::byte* to, const std::byte* from, std::size_t size_bytes) {
    std::memcpy(to, from, size_bytes);
}

void finish_past_cache() {}

#endif

} // namespace sumac::video
