/// SPICE_IMAGE_TYPE_ZLIB_GLZ_RGB: a GLZ image (glz.h) inside one zlib stream.
#pragma once

#include "base/reader.h"

#include <memory>
#include <span>

namespace sumac::image {

/// A GLZ image is about as large as its pixels at the worst; no picture may be larger than this.
inline constexpr std::size_t max_inflated_bytes = std::size_t{256} << 20;

/// What came out, `size` bytes.
struct Inflated {
    std::unique_ptr<std::byte[]> data;
    std::size_t size = 0;
    Bytes bytes() const { return {data.get(), size}; }
};

/// Inflates exactly `size_bytes`. Errors: invalid, truncated, limit.
Result<Inflated> inflate_glz(Bytes data, std::size_t size_bytes);

} // namespace sumac::image
