/// A surface: zeroed native pixels that drawing operations change.
#pragma once

#include "image/pixels.h"
#include <sumac/sinks.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace sumac::canvas {

enum class SurfaceFormat {
    a1,   ///< SPICE_SURFACE_FMT_1_A; kept as bytes 0x00 and 0xFF, which bitwise operations respect
    a8,   ///< _8_A
    x555, ///< _16_555
    rgb565, ///< _16_565
    xrgb32, ///< _32_xRGB; X is whatever was drawn
    argb32, ///< _32_ARGB, premultiplied
};

/// From SPICE_SURFACE_FMT_*.
std::optional<SurfaceFormat> surface_format(std::uint32_t spice_format);
std::size_t bytes_per_pixel(SurfaceFormat format);

/// The smallest rect that holds both; neither may be empty.
constexpr Rect hull(const Rect& a, const Rect& b) {
    return {std::min(a.left, b.left),
            std::min(a.top, b.top),
            std::max(a.right, b.right),
            std::max(a.bottom, b.bottom)};
}

/// More changed rects than this become their hull: keeping them apart costs more than it saves.
inline constexpr std::size_t max_dirty_rects = 128;

class Surface {
public:
    /// Zeroed. Errors: invalid (an empty size), limit.
    static Result<Surface> create(SurfaceFormat format, Size size);

    SurfaceFormat format() const { return format_; }
    Size size() const { return size_; }
    Rect bounds() const { return {0, 0, size().width, size().height}; }

    std::byte* at(std::int32_t x, std::int32_t y) {
        return pixels_->row(y) + static_cast<std::size_t>(x) * bytes_per_pixel(format_);
    }
    image::PixelView view() const { return pixels_->view(); }
    image::Pixels& pixels() { return *pixels_; }
    image::Pixels take_pixels() && { return *std::move(pixels_); }
    void clear();

    /// Frees the pixels. Before they are asked for again, `restore` or `replace`.
    void give_up() { pixels_.reset(); }
    /// Zeroes, if they were given up.
    void restore();
    /// Takes these for its own. False, and nothing changes, unless size and format are the same.
    bool replace(image::Pixels&& pixels);

private:
    Surface(SurfaceFormat format, image::Pixels pixels)
        : format_(format), size_(pixels.size()), pixels_(std::move(pixels)) {}

    SurfaceFormat format_;
    Size size_;
    std::optional<image::Pixels> pixels_; ///< none: given up
};

/// A 32-bit copy of a 16-bit surface for sinks, brought up to date where the surface changed.
class Shadow {
public:
    /// Errors as Surface::create.
    static Result<Shadow> create(const Surface& surface);

    /// `rects` lie inside the surface.
    void mark_dirty(const std::vector<Rect>& rects);
    /// Converts what is dirty and shows the whole.
    PictureView refresh(const Surface& surface);

private:
    explicit Shadow(Surface copy) : copy_(std::move(copy)) {}

    Surface copy_;
    std::vector<Rect> dirty_;
};

} // namespace sumac::canvas
