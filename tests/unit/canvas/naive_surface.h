/// The drawing rules, pixel by pixel and as plainly as possible: what the canvas is compared with.
#pragma once

#include "canvas_builders.h"

#include <cmath>
#include <functional>
#include <optional>
#include <vector>

namespace sumac::canvas {

/// 0xAARRGGBB of a value in a surface's format (SPICE_SURFACE_FMT_*).
inline std::uint32_t argb_of_native(std::uint32_t format, std::uint32_t value) {
    const auto five = [](std::uint32_t c) { return c % 32 * 8 + c % 32 / 4; };
    const auto six = [](std::uint32_t c) { return c % 64 * 4 + c % 64 / 16; };
    switch (format) {
    case SPICE_SURFACE_FMT_1_A:
        return value != 0 ? 0xFF000000 : 0;
    case SPICE_SURFACE_FMT_8_A:
        return value << 24;
    case SPICE_SURFACE_FMT_16_555:
        return five(value / 1024) << 16 | five(value / 32) << 8 | five(value);
    case SPICE_SURFACE_FMT_16_565:
        return five(value / 2048) << 16 | six(value / 32) << 8 | five(value);
    default:
        return value;
    }
}

/// A pixel of an image before it meets a surface.
struct Sample {
    std::uint32_t argb = 0;
    std::uint32_t raw555 = 0; ///< with bit 15
    bool is_555 = false;
    bool has_alpha = false;
    bool outside = false;   ///< of the image, which is scaled
    bool is_16_bit = false; ///< 555 or 565
};

inline std::uint32_t native_of(std::uint32_t format, const Sample& sample) {
    if (sample.outside) return 0;
    const std::uint32_t r = sample.argb >> 16 & 255;
    const std::uint32_t g = sample.argb >> 8 & 255;
    const std::uint32_t b = sample.argb & 255;
    const std::uint32_t a = sample.has_alpha ? sample.argb >> 24 : 255;
    switch (format) {
    case SPICE_SURFACE_FMT_1_A:
        return a >= 128 ? 1 : 0;
    case SPICE_SURFACE_FMT_8_A:
        return a;
    case SPICE_SURFACE_FMT_16_555:
        return sample.is_555 ? sample.raw555 : r / 8 * 1024 + g / 8 * 32 + b / 8;
    case SPICE_SURFACE_FMT_16_565:
        return r / 8 * 2048 + g / 4 * 32 + b / 8;
    default:
        return sample.is_16_bit ? sample.argb | 0xFF000000 : sample.argb;
    }
}

inline std::uint32_t all_ones(std::uint32_t format) {
    const std::uint32_t bits = format & 0x3F;
    return bits == 32 ? 0xFFFFFFFF : (1U << bits) - 1;
}

/// rop of two native values; the flags say which descriptor bits invert which input.
inline std::uint32_t naive_rop(
    std::uint16_t rop, std::uint32_t s, std::uint32_t d, unsigned invert_s, unsigned invert_d) {
    const std::uint32_t s_as_it_is = s;
    const std::uint32_t d_as_it_is = d;
    if ((rop & invert_s) != 0) s = ~s;
    if ((rop & invert_d) != 0) d = ~d;
    const auto result = [&](std::uint32_t value) {
        return (rop & SPICE_ROPD_INVERS_RES) != 0 ? ~value : value;
    };
    if ((rop & SPICE_ROPD_OP_PUT) != 0) return result(s);
    if ((rop & SPICE_ROPD_OP_OR) != 0) return result(s | d);
    if ((rop & SPICE_ROPD_OP_AND) != 0) return result(s & d);
    if ((rop & SPICE_ROPD_OP_XOR) != 0) return result(s ^ d);
    if ((rop & SPICE_ROPD_OP_BLACKNESS) != 0) return 0;
    if ((rop & SPICE_ROPD_OP_WHITENESS) != 0) return 0xFFFFFFFF;
    if ((rop & SPICE_ROPD_OP_INVERS) != 0) return d_as_it_is ^ 0xFFFFFFFF;
    return s_as_it_is;
}

struct NaiveSurface {
    std::uint32_t format = SPICE_SURFACE_FMT_32_xRGB;
    std::int32_t width = 0;
    std::int32_t height = 0;
    std::vector<std::uint32_t> pixels;

    NaiveSurface(std::uint32_t format_, std::int32_t width_, std::int32_t height_)
        : format(format_),
          width(width_),
          height(height_),
          pixels(static_cast<std::size_t>(width_ * height_)) {}
    std::uint32_t& at(std::int32_t x, std::int32_t y) {
        return pixels[static_cast<std::size_t>(y * width + x)];
    }
    std::uint32_t at(std::int32_t x, std::int32_t y) const {
        return pixels[static_cast<std::size_t>(y * width + x)];
    }
    Sample sample(std::int32_t x, std::int32_t y) const {
        const std::uint32_t value = at(x, y);
        const bool has_alpha = format == SPICE_SURFACE_FMT_1_A || format == SPICE_SURFACE_FMT_8_A ||
                               format == SPICE_SURFACE_FMT_32_ARGB;
        return {argb_of_native(format, value),
                value,
                format == SPICE_SURFACE_FMT_16_555,
                has_alpha,
                false,
                (format & 0x3F) == 16};
    }
};

/// An image operand: its size, and its pixels.
struct NaiveImage {
    std::int64_t width = 0;
    std::int64_t height = 0;
    std::function<Sample(std::int32_t, std::int32_t)> sample;
};

inline Sample sample_of(const TestImage& image, bool palette_is_555, std::uint32_t value) {
    const auto from_555 = [](std::uint32_t raw) {
        return Sample{
            argb_of_native(SPICE_SURFACE_FMT_16_555, raw & 0x7FFF), raw, true, false, false, true};
    };
    switch (image.format) {
    case SPICE_BITMAP_FMT_8BIT: {
        const std::uint32_t entry = value < image.palette.size() ? image.palette[value] : 0;
        return palette_is_555 ? from_555(entry & 0xFFFF)
                              : Sample{entry & 0xFFFFFF, 0, false, false, false, false};
    }
    case SPICE_BITMAP_FMT_8BIT_A:
        return {value << 24, 0, false, true, false, false};
    case SPICE_BITMAP_FMT_16BIT:
        return from_555(value);
    case SPICE_BITMAP_FMT_24BIT:
        return {value & 0xFFFFFF, 0, false, false, false, false};
    case SPICE_BITMAP_FMT_RGBA:
        return {value, 0, false, true, false, false};
    default:
        return {value, 0, false, false, false, false};
    }
}

inline bool inside(const Rect& rect, std::int64_t x, std::int64_t y) {
    return rect.left <= x && x < rect.right && rect.top <= y && y < rect.bottom;
}

/// Whether a message may write this pixel: box, clip and mask.
inline bool
writes(const wire::DrawBase& base, const wire::Mask& mask, const TestImage* bits, int x, int y) {
    if (!inside(base.box, x, y)) return false;
    bool visible = base.clip.everything_visible;
    for (const Rect& rect : base.clip.rects)
        visible = visible || inside(rect, x, y);
    if (!visible || bits == nullptr) return visible;
    const std::int64_t mask_x = std::int64_t{x} - base.box.left + mask.pos.x;
    const std::int64_t mask_y = std::int64_t{y} - base.box.top + mask.pos.y;
    if (!inside({0, 0, bits->width, bits->height}, mask_x, mask_y)) return false;
    const bool set =
        bits->at(static_cast<std::int32_t>(mask_x), static_cast<std::int32_t>(mask_y)) != 0;
    return set != ((mask.flags & SPICE_MASK_FLAGS_INVERS) != 0);
}

inline bool is_scaled(const Rect& area, const Rect& box) {
    return area.width() != box.width() || area.height() != box.height();
}

/// Counted in 65536ths of a pixel: the area's first pixel, and the centre of the i-th of `to` steps
/// across it. A centre between two pixels belongs to the first.
inline std::int64_t
naive_place(std::int64_t from, std::int64_t size, std::int64_t i, std::int64_t to) {
    const std::int64_t step = size * 65536 / to;
    const std::int64_t centre = from * 65536 + i * step + (step + 1) / 2;
    return (centre - 1) >> 16;
}

/// Where an image that is scaled does not reach.
inline Sample nothing_there() {
    Sample nothing;
    nothing.outside = true;
    return nothing;
}

/// Scaling drops the uppermost bit of 555.
inline Sample naive_sample(const NaiveImage& image, std::int64_t x, std::int64_t y, bool scaled) {
    Sample sample = image.sample(static_cast<std::int32_t>(x), static_cast<std::int32_t>(y));
    if (scaled) sample.raw555 &= 0x7FFF;
    return sample;
}

/// The image's pixel for (x, y) of the box; none where an unscaled image does not reach.
inline std::optional<Sample> naive_image_pixel(
    const NaiveImage& image, const Rect& area, const Rect& box, std::int64_t x, std::int64_t y) {
    const bool scaled = is_scaled(area, box);
    const std::int64_t sx = scaled ? naive_place(area.left, area.width(), x - box.left, box.width())
                                   : area.left + x - box.left;
    const std::int64_t sy = scaled ? naive_place(area.top, area.height(), y - box.top, box.height())
                                   : area.top + y - box.top;
    const bool covered = sx >= 0 && sx < image.width && sy >= 0 && sy < image.height;
    if (!scaled && !covered) return std::nullopt;
    return covered ? naive_sample(image, sx, sy, scaled) : nothing_there();
}

/// The same for DRAW_ROP3, which is placed in whole pixels of the destination.
inline std::optional<Sample> naive_rop3_pixel(
    const NaiveImage& image, const Rect& area, const Rect& box, std::int64_t x, std::int64_t y) {
    if (!is_scaled(area, box)) return naive_image_pixel(image, area, box, x, y);
    const auto place = [](std::int64_t from, std::int64_t size, std::int64_t i, std::int64_t to) {
        const double scale = static_cast<double>(size) / static_cast<double>(to);
        const auto step = static_cast<std::int64_t>(scale * 65536);
        const double first = std::floor(static_cast<double>(from) / scale + 0.5);
        return (step * (static_cast<std::int64_t>(first) + i) + (step + 1) / 2 - 1) >> 16;
    };
    const std::int64_t sx = place(area.left, area.width(), x - box.left, box.width());
    const std::int64_t sy = place(area.top, area.height(), y - box.top, box.height());
    const bool covered = sx >= 0 && sx < image.width && sy >= 0 && sy < image.height;
    return covered ? naive_sample(image, sx, sy, true) : nothing_there();
}

inline std::int32_t naive_modulo(std::int64_t value, std::int64_t size) {
    while (value < 0)
        value += size;
    return static_cast<std::int32_t>(value % size);
}

} // namespace sumac::canvas
