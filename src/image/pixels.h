/// Decoded pictures: what every image decoder produces and every drawing operation reads.
///
/// Rows always run from the top down. Pixels are native words in little-endian memory order, so a
/// bitwise raster operation on the bytes is exact.
#pragma once

#include "base/buffer_memory.h"
#include <sumac/geometry.h>
#include <sumac/result.h>

#include <bit>
#include <cstddef>
#include <memory>
#include <utility>

namespace sumac::image {

static_assert(std::endian::native == std::endian::little,
              "pixels are used as they stand on the wire, which is little-endian");

enum class PixelFormat {
    bgrx32, ///< bytes B, G, R, X; X carries no meaning
    bgra32, ///< bytes B, G, R, A; premultiplied
    rgb555, ///< u16, xRRRRRGGGGGBBBBB
    rgb565, ///< u16; only surfaces have it, no image
    alpha8, ///< one byte of coverage
    mask1,  ///< one bit, the lowest bit of a byte is its leftmost pixel; 1 = draw
};

/// Bytes of one row without padding.
std::size_t row_bytes(PixelFormat format, std::int32_t width);

/// 64 Mi pixels of 32 bits (8192 x 8192): larger than any screen that a SPICE server serves.
inline constexpr std::size_t max_pixels_bytes = std::size_t{256} << 20;

/// Borrowed pixels. `stride_bytes` is negative where the rows are stored from the bottom up.
struct PixelView {
    PixelFormat format = PixelFormat::bgrx32;
    Size size;
    const std::byte* data = nullptr; ///< first pixel of the top row
    std::ptrdiff_t stride_bytes = 0;

    const std::byte* row(std::int32_t y) const { return data + y * stride_bytes; }
    Rect bounds() const { return {0, 0, size.width, size.height}; }
};

/// An owned picture, at least 1 x 1 and at most max_pixels_bytes. Written by its decoder, then
/// shared as shared_ptr<const Pixels>.
class Pixels {
public:
    /// Content is not initialised. Errors: invalid (an empty size), limit.
    static Result<Pixels> allocate(PixelFormat format, Size size);
    /// In memory that was somebody else's and that nobody else uses any more: rows without padding.
    /// Errors as allocate.
    static Result<Pixels> over(std::shared_ptr<std::byte> memory, PixelFormat format, Size size);

    PixelFormat format() const { return format_; }
    Size size() const { return size_; }
    /// A multiple of 4, as pixman wants it.
    std::size_t stride_bytes() const { return stride_bytes_; }
    std::size_t size_bytes() const {
        return stride_bytes_ * static_cast<std::size_t>(size_.height);
    }
    const std::byte* row(std::int32_t y) const {
        return data_.get() + static_cast<std::size_t>(y) * stride_bytes_;
    }
    std::byte* row(std::int32_t y) {
        return data_.get() + static_cast<std::size_t>(y) * stride_bytes_;
    }
    PixelView view() const {
        return {format_, size_, data_.get(), static_cast<std::ptrdiff_t>(stride_bytes_)};
    }

    /// Came from a lossy codec: may not stand in for a lossless copy.
    bool lossy() const { return lossy_; }
    void mark_lossy() { lossy_ = true; }

private:
    struct Release {
        std::shared_ptr<std::byte> owner; ///< null: the pixels own themselves
        FreeBuffer free = {};
        void operator()(std::byte* data) const {
            if (!owner) free(data);
        }
    };
    using Data = std::unique_ptr<std::byte[], Release>;
    Pixels(PixelFormat format, Size size, std::size_t stride_bytes, Data data)
        : format_(format), size_(size), stride_bytes_(stride_bytes), data_(std::move(data)) {}

    PixelFormat format_;
    Size size_;
    std::size_t stride_bytes_;
    bool lossy_ = false;
    Data data_;
};

using PixelsPtr = std::shared_ptr<const Pixels>;

/// The first row becomes the last.
void turn_over(Pixels& pixels);

/// The first pixel, to be written as whole units. `Unit` must be of the pixels' size.
template <class Unit>
Unit* units_of(Pixels& pixels) {
    return static_cast<Unit*>(static_cast<void*>(pixels.row(0)));
}
template <class Unit>
const Unit* units_of(const Pixels& pixels) {
    return static_cast<const Unit*>(static_cast<const void*>(pixels.row(0)));
}

} // namespace sumac::image
