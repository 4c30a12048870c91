#include "desktop.h"

#include <algorithm>
#include <cmath>

namespace sumac::host {

namespace {

constexpr int panel_height = 32;
constexpr int title_height = 24;

/// A well mixed value for marks and stars: the same everywhere, unlike std::rand.
std::uint32_t scramble(std::uint32_t value) {
    value = (value ^ value >> 16) * 0x7feb352du;
    value = (value ^ value >> 15) * 0x846ca68bu;
    return value ^ value >> 16;
}

void draw_wallpaper(Picture& picture) {
    const auto [width, height] = picture.size();
    for (int y = 0; y < height; ++y) {
        const auto row = picture.row(y);
        const int dusk = 256 * y / height;
        const Pixel sky = mix(rgb(24, 38, 84), rgb(240, 150, 110), dusk);
        std::ranges::fill(row, sky);
    }
    // Three ranges of hills, the nearest darkest.
    for (int range = 0; range < 3; ++range) {
        const Pixel colour = mix(rgb(92, 84, 130), rgb(18, 30, 44), range * 110);
        for (int x = 0; x < width; ++x) {
            const double u = 6.28 * x / width;
            const double ridge = 0.52 + 0.14 * range + 0.05 * std::sin(u * (2 + range) + range) +
                                 0.025 * std::sin(u * (5 + 3 * range));
            picture.fill({x, static_cast<int>(ridge * height), 1, height}, colour);
        }
    }
    for (std::uint32_t star = 0; star < 160; ++star) {
        const auto x = static_cast<int>(scramble(star) % static_cast<unsigned>(width));
        const auto y = static_cast<int>(scramble(star + 1000) % static_cast<unsigned>(height / 3));
        picture.fill({x, y, 1 + static_cast<int>(star % 2), 1}, rgb(230, 230, 250));
    }
}

/// Rows of marks with the rhythm of words; sharp edges for the lossless image codecs.
void draw_text(Picture& picture, Area page, std::uint32_t seed) {
    for (int y = page.y + 10; y + 12 < page.y + page.height; y += 16) {
        const auto line = scramble(seed + static_cast<std::uint32_t>(y));
        const int end = page.x + page.width * (60 + static_cast<int>(line % 35)) / 100;
        std::uint32_t mark = line;
        for (int x = page.x + 12; x < end; x += 7) {
            mark = scramble(mark);
            if (mark % 6 == 0) continue; // a space between words
            const Pixel ink = rgb(40, 44, 52);
            picture.fill({x, y, 1, 9}, ink);
            if ((mark & 8) != 0) picture.fill({x, y + 4, 5, 1}, ink);
            if ((mark & 16) != 0) picture.fill({x + 4, y + 3, 1, 6}, ink);
            if ((mark & 32) != 0) picture.fill({x, y + 8, 5, 1}, ink);
        }
    }
}

void draw_frame(Picture& picture, Area inside, Pixel title) {
    picture.fill({inside.x - 1,
                  inside.y - title_height - 1,
                  inside.width + 2,
                  inside.height + title_height + 2},
                 rgb(60, 64, 72));
    for (int y = 0; y < title_height; ++y)
        picture.fill({inside.x, inside.y - title_height + y, inside.width, 1},
                     mix(title, white, 4 * (title_height - y)));
    const int button = inside.x + inside.width - 20;
    picture.fill({button, inside.y - title_height + 6, 12, 12}, rgb(214, 72, 62));
    picture.fill({button - 20, inside.y - title_height + 6, 12, 12}, rgb(232, 184, 72));
    picture.fill({inside.x + 12, inside.y - title_height + 8, 96, 8}, rgb(236, 238, 242));
}

void draw_window(Picture& picture, Area inside, Pixel title, std::uint32_t seed) {
    draw_frame(picture, inside, title);
    picture.fill(inside, rgb(250, 249, 244));
    draw_text(picture, inside, seed);
}

void draw_panel(Picture& picture) {
    const auto [width, height] = picture.size();
    for (int y = 0; y < panel_height; ++y)
        picture.fill({0, height - panel_height + y, width, 1},
                     mix(rgb(44, 48, 58), rgb(24, 26, 32), 256 * y / panel_height));
    for (int icon = 0; icon < 8; ++icon) {
        const Pixel colour =
            (scramble(static_cast<std::uint32_t>(icon) + 77) | 0x404040u) & 0xffffffu;
        picture.fill({10 + icon * 36, height - panel_height + 6, 20, 20}, colour);
    }
    draw_digits(picture, 1042, width - 12, height - panel_height + 8, 16);
}

} // namespace

Size desktop_size_for(Size clip) {
    const auto round_up = [](int value) { return (value + 15) / 16 * 16; };
    return {std::max(1024, round_up(clip.width + 160)), std::max(768, round_up(clip.height + 160))};
}

Area clip_area_on(Size desktop, Size clip) {
    const int x = (desktop.width - clip.width) / 2;
    const int y = (desktop.height - clip.height) / 2;
    return {x & ~1, y & ~1, clip.width, clip.height};
}

Picture draw_desktop(Size desktop, Area clip) {
    Picture picture(desktop);
    draw_wallpaper(picture);
    const auto [width, height] = desktop;
    draw_window(picture, {24, 56, width / 3, height / 2}, rgb(70, 104, 150), 11);
    draw_window(picture,
                {width - 40 - width * 2 / 5, height / 2, width * 2 / 5, height / 3},
                rgb(96, 130, 90),
                23);
    draw_panel(picture);
    draw_frame(picture, clip, rgb(120, 84, 140));
    picture.fill(clip, rgb(30, 32, 36));
    return picture;
}

} // namespace sumac::host
