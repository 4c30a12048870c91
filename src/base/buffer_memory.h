/// Memory for pixels and for large messages. Any thread.
///
/// A screen of 1920x1080 is two thousand pages of 4 KiB. What is large asks for huge pages (2 MiB),
/// with which a client that decodes such a video takes 4 % less of the processor's time (pixels)
/// and 2 % (planes). Where the system has none to give, or no such thing, it gets ordinary ones.
///
/// And what is large is kept for the next one that is as large: malloc would give it back to the
/// system, which clears each page that it gives: with images of a whole screen that took a sixth
/// to a quarter of the processor's time (LZ4, GLZ, LZ; measured). Where none fits, what is
/// kept goes back as far as it and what is in use are more than 9/8 of the most that ever was in
/// use at a time.
#pragma once

#include <cstddef>
#include <memory>

namespace sumac {

struct FreeBuffer {
    std::size_t block_bytes = 0; ///< as it was allocated
    void operator()(std::byte* buffer) const noexcept;
};
using BufferMemory = std::unique_ptr<std::byte[], FreeBuffer>;

/// Enough for any SIMD.
inline constexpr std::size_t simd_alignment = 64;

/// What the process keeps of large memory that nobody uses, until it ends: two screens of
/// 3840x2160.
inline constexpr std::size_t max_spare_bytes = std::size_t{64} << 20U;

/// Not initialised. Null if the machine has no more. Takes up to half as much more than was asked
/// for, to end with a whole huge page or because it was there; limits count what was asked for.
/// `alignment` is a power of two and at least that of a pointer; more than the default takes
/// longer.
BufferMemory allocate_buffer(std::size_t size_bytes,
                             std::size_t alignment = alignof(std::max_align_t)) noexcept;

} // namespace sumac
