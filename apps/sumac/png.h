#pragma once

#include <sumac/result.h>
#include <sumac/sinks.h>

#include <cstddef>
#include <vector>

namespace sumac::tool {

/// The picture as a PNG file, 8 bits each of red, green and blue, lossless.
Result<std::vector<std::byte>, Failure> encode_png(const PictureView& picture);

} // namespace sumac::tool
