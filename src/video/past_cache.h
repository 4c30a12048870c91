/// Writing past the processor's cache: quicker where there is more than that holds, if nobody reads
/// it before it would have been pushed out. What lies there need not be fetched first. Processors
/// other than x86-64 write as ever.
#pragma once

#include <cstddef>

namespace sumac::video {

/// `to` is aligned to 16 bytes, and the size a multiple of that.
void copy_past_cache(std::byte* to, const std::byte* from, std::size_t size_bytes);

/// After what went past the cache, before another thread may read it.
void finish_past_cache();

} // namespace sumac::video
