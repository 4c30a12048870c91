/// Planes into pixels, and planes of other layouts into ours.
///
/// Own code, because libraries are either slow or wrong here: libswscale takes 30 ms for a picture
/// of 1920x1080 in 4:4:4, which is what servers' H.264 is, and libyuv's blue is up to 13 levels off
/// under BT.709. This takes 2 to 3 ms and is never off by more than the rounding.
#pragma once

#include "video/picture_memory.h"
#include <sumac/planes.h>
#include <sumac/sinks.h>

#include <cstddef>

namespace sumac::video {

/// Where pixels go. Past the processor's cache is quicker, if nobody reads them before they would
/// have been pushed out of it.
enum class Into { cache, memory };

/// Writes B, G, R, 255; each colour sample counts for all pixels that share it. `pixels` has room
/// for the picture's height times `stride_bytes`, which is at least 4 * width.
void to_bgrx(const PlanarView& planes,
             std::byte* pixels,
             std::ptrdiff_t stride_bytes,
             Into into = Into::cache);

/// The same without the processor's wider instructions: what the other is compared with.
void to_bgrx_plain(const PlanarView& planes, std::byte* pixels, std::ptrdiff_t stride_bytes);

/// Where the planes of a picture lie in one piece of memory, with room for whole blocks of 2x2
/// and rows that begin aligned.
struct PlaneLayout {
    std::array<std::ptrdiff_t, 3> offsets{};
    std::array<std::ptrdiff_t, 3> strides{};
    std::size_t size_bytes = 0;
};
PlaneLayout layout_of(PlanarFormat format, Size size);

/// The planes of that layout in `memory`.
std::array<Plane, 3> planes_in(std::byte* memory, const PlaneLayout& layout);

/// Planes of Y, and of U and V in turns, as hardware makes them (NV12), into `memory` laid out by
/// layout_of(yuv420, size).
void from_nv12(Plane y, Plane uv, Size size, std::byte* memory);

} // namespace sumac::video
