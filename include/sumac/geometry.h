/// Plain geometry in surface pixels.
#pragma once

#include <algorithm>
#include <cstdint>

namespace sumac {

struct Point {
    std::int32_t x = 0;
    std::int32_t y = 0;
    bool operator==(const Point&) const = default;
};

struct Size {
    std::int32_t width = 0;
    std::int32_t height = 0;
    bool operator==(const Size&) const = default;
};

/// Right and bottom are exclusive. Empty when right <= left or bottom <= top.
struct Rect {
    std::int32_t left = 0;
    std::int32_t top = 0;
    std::int32_t right = 0;
    std::int32_t bottom = 0;
    bool operator==(const Rect&) const = default;

    /// Width and height as 64 bits, because hostile coordinates overflow 32.
    constexpr std::int64_t width() const { return std::int64_t{right} - left; }
    constexpr std::int64_t height() const { return std::int64_t{bottom} - top; }
    constexpr bool empty() const { return right <= left || bottom <= top; }
    constexpr bool contains(const Rect& other) const {
        return left <= other.left && top <= other.top && right >= other.right &&
               bottom >= other.bottom;
    }
};

constexpr Rect intersect(const Rect& a, const Rect& b) {
    return {std::max(a.left, b.left),
            std::max(a.top, b.top),
            std::min(a.right, b.right),
            std::min(a.bottom, b.bottom)};
}

} // namespace sumac
