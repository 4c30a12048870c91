#include "pixels.h"

#include <cstring>

namespace sumac::tool {

namespace {

std::int64_t area_of(const Rect& rect) {
    return rect.width() * rect.height();
}

std::size_t bytes_of(const Rect& area) {
    return static_cast<std::size_t>(area_of(area) * bytes_per_pixel);
}

std::ptrdiff_t offset_of(const Rect& rect, std::ptrdiff_t stride_bytes) {
    return rect.top * stride_bytes + rect.left * bytes_per_pixel;
}

void copy_row(const std::byte* from, std::byte* to, std::int64_t pixels, PixelLayout to_layout) {
    if (to_layout == PixelLayout::bgrx) {
        std::memcpy(to, from, static_cast<std::size_t>(pixels * bytes_per_pixel));
        return;
    }
    for (std::int64_t i = 0; i < pixels; ++i) {
        to[3 * i] = from[4 * i + 2];
        to[3 * i + 1] = from[4 * i + 1];
        to[3 * i + 2] = from[4 * i];
    }
}

/// `from` is the first pixel of `area`, `to` that of the whole picture.
void copy_rows(const std::byte* from,
               std::ptrdiff_t from_stride,
               const Rect& area,
               const PixelsView& to) {
    const std::ptrdiff_t pixel = to.layout == PixelLayout::rgb ? 3 : bytes_per_pixel;
    std::byte* target = to.data + area.top * to.stride_bytes + area.left * pixel;
    for (std::int64_t row = 0; row < area.height(); ++row) {
        copy_row(from, target, area.width(), to.layout);
        from += from_stride;
        target += to.stride_bytes;
    }
}

} // namespace

std::vector<Rect> compact_damage(std::span<const Rect> damage, Size size) {
    const Rect whole{0, 0, size.width, size.height};
    std::vector<Rect> areas;
    std::int64_t total = 0;
    for (const Rect& rect : damage) {
        const Rect inside = intersect(rect, whole);
        if (inside.empty()) continue;
        total += area_of(inside);
        if (total >= area_of(whole)) return {whole};
        areas.push_back(inside);
    }
    return areas;
}

void copy_area(const PictureView& from, const Rect& area, const PixelsView& to) {
    copy_rows(from.data + offset_of(area, from.stride_bytes), from.stride_bytes, area, to);
}

void copy_damage(const PictureView& from, std::span<const Rect> damage, Patch& patch) {
    patch.areas = compact_damage(damage, from.size);
    std::size_t total = 0;
    for (const Rect& area : patch.areas)
        total += bytes_of(area);
    patch.pixels.resize(total);
    std::byte* to = patch.pixels.data();
    for (const Rect& area : patch.areas) {
        const Rect at_origin{0, 0, area.right - area.left, area.bottom - area.top};
        copy_rows(from.data + offset_of(area, from.stride_bytes),
                  from.stride_bytes,
                  at_origin,
                  {to, area.width() * bytes_per_pixel});
        to += bytes_of(area);
    }
}

void apply_patch(const Patch& patch, const PixelsView& to) {
    const std::byte* from = patch.pixels.data();
    for (const Rect& area : patch.areas) {
        copy_rows(from, area.width() * bytes_per_pixel, area, to);
        from += bytes_of(area);
    }
}

Picture::Picture(Size size)
    : size_(size),
      pixels_(static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height) *
              bytes_per_pixel) {}

void Picture::apply(const DisplayUpdate& update) {
    const PixelsView to{pixels_.data(), size_.width * bytes_per_pixel};
    for (const Rect& area : compact_damage(update.damage, size_)) {
        copy_area(update.picture, area, to);
    }
}

PictureView Picture::view() const {
    return {pixels_.data(), size_, size_.width * bytes_per_pixel};
}

} // namespace sumac::tool
