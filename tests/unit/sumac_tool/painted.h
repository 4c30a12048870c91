/// Pictures with known content.
#pragma once

#include "pixels.h"

#include <cstdint>
#include <vector>

namespace sumac::tool {

/// Rows have a few bytes of padding, and the undefined fourth byte of each pixel is not 0.
class PaintedPicture {
public:
    explicit PaintedPicture(Size size)
        : size_(size),
          stride_bytes_(size.width * bytes_per_pixel + padding_bytes),
          bytes_(static_cast<std::size_t>(stride_bytes_ * size.height), std::byte{0xA5}) {}

    void set(std::int32_t x, std::int32_t y, std::uint32_t rgb) {
        std::byte* pixel =
            &bytes_.at(static_cast<std::size_t>(y * stride_bytes_ + x * bytes_per_pixel));
        pixel[0] = static_cast<std::byte>(rgb & 0xFF);
        pixel[1] = static_cast<std::byte>(rgb >> 8 & 0xFF);
        pixel[2] = static_cast<std::byte>(rgb >> 16 & 0xFF);
    }
    void fill(const Rect& area, std::uint32_t rgb) {
        for (std::int32_t y = area.top; y < area.bottom; ++y) {
            for (std::int32_t x = area.left; x < area.right; ++x)
                set(x, y, rgb);
        }
    }
    PictureView view() const { return {bytes_.data(), size_, stride_bytes_}; }
    Rect whole() const { return {0, 0, size_.width, size_.height}; }

private:
    static constexpr std::ptrdiff_t padding_bytes = 20;
    Size size_;
    std::ptrdiff_t stride_bytes_;
    std::vector<std::byte> bytes_;
};

/// Every pixel another colour.
inline PaintedPicture gradient(Size size) {
    PaintedPicture picture{size};
    for (std::int32_t y = 0; y < size.height; ++y) {
        for (std::int32_t x = 0; x < size.width; ++x) {
            picture.set(x, y, static_cast<std::uint32_t>(x * 70001 + y * 4099 + 1) & 0xFFFFFF);
        }
    }
    return picture;
}

/// As `gradient` paints them.
inline std::vector<std::uint32_t> gradient_pixels(Size size) {
    std::vector<std::uint32_t> pixels;
    for (std::int32_t y = 0; y < size.height; ++y) {
        for (std::int32_t x = 0; x < size.width; ++x) {
            pixels.push_back(static_cast<std::uint32_t>(x * 70001 + y * 4099 + 1) & 0xFFFFFF);
        }
    }
    return pixels;
}

constexpr LocalTime at_ms(std::int64_t ms) {
    return LocalTime{std::chrono::milliseconds{ms}};
}

} // namespace sumac::tool
