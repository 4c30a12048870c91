/// Pixels of the host's own pictures, and the few shapes they are made of. Pure.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace sumac::host {

struct Size {
    int width = 0;
    int height = 0;
    bool operator==(const Size&) const = default;
};

struct Area {
    int x = 0;
    int y = 0;
    int width = 0;
    int height = 0;
    bool operator==(const Area&) const = default;
};

/// 0x00RRGGBB, as SPICE's 32-bit xRGB surfaces have it in memory.
using Pixel = std::uint32_t;

constexpr Pixel rgb(int red, int green, int blue) {
    return static_cast<Pixel>((red << 16) | (green << 8) | blue);
}
constexpr Pixel white = rgb(255, 255, 255);
constexpr Pixel black = rgb(0, 0, 0);

/// `colour` mixed with `over`: 0 leaves the first, 256 gives the second.
Pixel mix(Pixel colour, Pixel over, int weight);

/// A rectangle of pixels, top row first, without padding.
class Picture {
public:
    explicit Picture(Size size)
        : size_(size),
          pixels_(static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height)) {}

    Size size() const { return size_; }
    std::span<Pixel> row(int y) {
        return {pixels_.data() + offset(y), static_cast<std::size_t>(size_.width)};
    }
    std::span<const Pixel> row(int y) const {
        return {pixels_.data() + offset(y), static_cast<std::size_t>(size_.width)};
    }
    Pixel* data() { return pixels_.data(); }
    const Pixel* data() const { return pixels_.data(); }
    int stride_bytes() const { return size_.width * 4; }

    /// Fills the part of `area` that lies inside the picture.
    void fill(Area area, Pixel colour);
    /// Copies `from` to (x, y), which must leave it inside the picture.
    void copy(const Picture& from, int x, int y);

private:
    std::size_t offset(int y) const {
        return static_cast<std::size_t>(y) * static_cast<std::size_t>(size_.width);
    }

    Size size_;
    std::vector<Pixel> pixels_;
};

/// As a portable pixmap, three bytes a pixel. False: it could not be written.
bool write_ppm(const Picture& picture, const std::string& file);

/// `number` in seven-segment digits of `digit_height` pixels, right-aligned at (right, top).
void draw_digits(Picture& picture, std::uint32_t number, int right, int top, int digit_height);

} // namespace sumac::host
