/// SPICE_IMAGE_TYPE_LZ4.
///
///     0   u8 top_down | 1 u8 format (16BIT, 24BIT, 32BIT or RGBA) | then until the end:
///         u32 big-endian size, that many bytes of an LZ4 block
///
/// The blocks are one stream: each may refer to the 64 KiB of output before it.
#pragma once

#include "base/reader.h"
#include "image/pixels.h"

#include <optional>

namespace sumac::image {

/// `size` is the descriptor's. Errors: invalid, truncated, limit.
Result<Pixels> decode_lz4(Bytes data, Size size);

/// The same into `pixels`, which are of the image's size. None: they are not of its format, and
/// nothing was done. An error leaves a part of the image there.
std::optional<Result<Done>> decode_lz4_into(Bytes data, Pixels& pixels);

} // namespace sumac::image
