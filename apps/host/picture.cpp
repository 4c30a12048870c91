#include "picture.h"

#include <algorithm>
#include <array>
#include <fstream>

namespace sumac::host {

Pixel mix(Pixel colour, Pixel over, int weight) {
    const auto channel = [&](int shift) {
        const int from = static_cast<int>((colour >> shift) & 0xff);
        const int to = static_cast<int>((over >> shift) & 0xff);
        return from + (to - from) * weight / 256;
    };
    return rgb(channel(16), channel(8), channel(0));
}

void Picture::fill(Area area, Pixel colour) {
    const int left = std::clamp(area.x, 0, size_.width);
    const int right = std::clamp(area.x + area.width, left, size_.width);
    const int top = std::clamp(area.y, 0, size_.height);
    const int bottom = std::clamp(area.y + area.height, top, size_.height);
    for (int y = top; y < bottom; ++y)
        std::ranges::fill(
            row(y).subspan(static_cast<std::size_t>(left), static_cast<std::size_t>(right - left)),
            colour);
}

void Picture::copy(const Picture& from, int x, int y) {
    for (int line = 0; line < from.size().height; ++line)
        std::ranges::copy(from.row(line), row(y + line).begin() + x);
}

bool write_ppm(const Picture& picture, const std::string& file) {
    const auto [width, height] = picture.size();
    std::string bytes = "P6 " + std::to_string(width) + " " + std::to_string(height) + " 255\n";
    for (int y = 0; y < height; ++y)
        for (const Pixel pixel : picture.row(y))
            for (const int shift : {16, 8, 0})
                bytes += static_cast<char>(pixel >> shift & 0xff);
    std::ofstream out(file, std::ios::binary);
    out << bytes;
    return bool(out.flush());
}

namespace {

// Segments of a digit: bit 0 top, then clockwise, bit 6 the middle.
constexpr std::array<unsigned, 10> segments_of{
    0x3f, 0x06, 0x5b, 0x4f, 0x66, 0x6d, 0x7d, 0x07, 0x7f, 0x6f};

void draw_digit(Picture& picture, unsigned digit, int x, int y, int height) {
    const int width = height / 2;
    const int pen = std::max(1, height / 8);
    const int half = height / 2;
    const std::array<Area, 7> segments{{
        {x, y, width, pen},
        {x + width - pen, y, pen, half},
        {x + width - pen, y + half, pen, half},
        {x, y + height - pen, width, pen},
        {x, y + half, pen, half},
        {x, y, pen, half},
        {x, y + half - pen / 2, width, pen},
    }};
    for (std::size_t i = 0; i < segments.size(); ++i)
        if ((segments_of[digit] >> i & 1u) != 0) picture.fill(segments[i], white);
}

} // namespace

void draw_digits(Picture& picture, std::uint32_t number, int right, int top, int digit_height) {
    const int step = digit_height / 2 + std::max(2, digit_height / 6);
    int x = right;
    do {
        x -= step;
        draw_digit(picture, number % 10, x, top, digit_height);
        number /= 10;
    } while (number != 0);
}

} // namespace sumac::host
