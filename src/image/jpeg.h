/// SPICE_IMAGE_TYPE_JPEG and the colours of JPEG_ALPHA: one complete JPEG file, top row first.
#pragma once

#include "base/reader.h"
#include "image/pixels.h"

namespace sumac::image {

/// As bgrx32, marked lossy. `size` is the descriptor's. A damaged scan gives the rows that did
/// arrive: better than no picture. Errors: invalid, limit, system.
Result<Pixels> decode_jpeg(Bytes data, Size size);

/// SPICE_IMAGE_TYPE_JPEG_ALPHA as bgra32, marked lossy: colours from a JPEG, alpha from an LZ image
/// of type XXXA, whose header says which of its rows is the first. Errors: as above, truncated.
Result<Pixels> decode_jpeg_alpha(Bytes jpeg, Bytes alpha, Size size);

} // namespace sumac::image
