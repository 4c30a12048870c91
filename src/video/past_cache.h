/// Writing past the processor's cache: quicker where there is more than that holds, if nobody reads
/// it before it would have been pushed out. What lies there need not be fetched first.
#pragma once

#include <cstddef>

namespace sumac::video {

/// `to` and the size are multiples of 16 bytes.
void copy_past_cache(std::byte* to, const std::byte* from, std::size_t size_bytes);

/// After what went past the cache, before another thread may read it.
void finish_past_cache();

} // namespace sumac::video
