#include "pixels.h"

#include <cstring>

namespace sumac::tool {

namespace {

std::int64_t area_of(const Rect& rect) {
    return rect.width() * rect.height();
}

std::size_t row_bytes(const Rect& rect) {
    return static_cast<std::size_t>(rect.width() * bytes_per_pixel);
}

std::ptrdiff_t offset_of(const Rect& rect, std::ptrdiff_t stride_bytes) {
    return rect.top * stride_bytes + rect.left * bytes_per_pixel;
}

/// Copies `rows` of `bytes` each, from and to memory with the given strides.
void copy_rows(const std::byte* from,
               std::ptrdiff_t from_stride,
               std::byte* to,
               std::ptrdiff_t to_stride,
               std::size_t bytes,
               std::int64_t rows) {
    for (std::int64_t row = 0; row < rows; ++row) {
        std::memcpy(to + row * to_stride, from + row * from_stride, bytes);
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
    copy_rows(from.data + offset_of(area, from.stride_bytes),
              from.stride_bytes,
              to.data + offset_of(area, to.stride_bytes),
              to.stride_bytes,
              row_bytes(area),
              area.height());
}

void copy_damage(const PictureView& from, std::span<const Rect> damage, Patch& patch) {
    patch.areas = compact_damage(damage, from.size);
    std::size_t total = 0;
    for (const Rect& area : patch.areas) {
        total += row_bytes(area) * static_cast<std::size_t>(area.height());
    }
    patch.pixels.resize(total);
    std::byte* to = patch.pixels.data();
    for (const Rect& area : patch.areas) {
        const auto stride = static_cast<std::ptrdiff_t>(row_bytes(area));
        copy_rows(from.data + offset_of(area, from.stride_bytes),
                  from.stride_bytes,
                  to,
                  stride,
                  row_bytes(area),
                  area.height());
        to += stride * area.height();
    }
}

void apply_patch(const Patch& patch, const PixelsView& to) {
    const std::byte* from = patch.pixels.data();
    for (const Rect& area : patch.areas) {
        const auto stride = static_cast<std::ptrdiff_t>(row_bytes(area));
        copy_rows(from,
                  stride,
                  to.data + offset_of(area, to.stride_bytes),
                  to.stride_bytes,
                  row_bytes(area),
                  area.height());
        from += stride * area.height();
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
