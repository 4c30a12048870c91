/// SPICE_IMAGE_TYPE_QUIC: lossless prediction from the left and the upper pixel, with codes that
/// adapt.
///
///     0   5 x u32 little-endian: magic "QUIC", version 0, type, width, height
///     20  bit stream: u32 little-endian words, the highest bit first, zeros at its end
///
/// Pixels come row by row, the top row first, the components of a pixel as red, green, blue. RGBA
/// has the alpha of a row behind its colours, coded like an image of its own with one component.
///
/// Each component is coded as its difference to what is predicted (the left pixel's in the first
/// row, the upper one's in the first column, else the mean of both), folded so that small ones of
/// either sign are small numbers. The code is chosen by the coded number of the left neighbour
/// (quic_model.h). Where the two pixels before are alike, and the two above too, the length of a
/// run of the left pixel comes first; it may be 0.
#pragma once

#include "base/reader.h"
#include "image/pixels.h"

namespace sumac::image {

/// Which instructions decode: those that this processor has, or those that each has. Tests compare.
enum class QuicCode { fastest, plain };

/// RGB16 (as rgb555), RGB24, RGB32 (bgrx32), RGBA (bgra32). `size` is the descriptor's. Errors:
/// invalid, truncated, limit.
Result<Pixels> decode_quic(Bytes data, Size size, QuicCode code = QuicCode::fastest);

} // namespace sumac::image
