#include "video/colour.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

namespace sumac::video {
namespace {

struct Weights {
    double red;
    double blue;
};

/// Of red and blue in Y, as the recommendations give them.
Weights weights_of(ColourMatrix matrix) {
    switch (matrix) {
    case ColourMatrix::bt601:
        return {0.299, 0.114};
    case ColourMatrix::bt709:
        return {0.2126, 0.0722};
    case ColourMatrix::bt2020:
        return {0.2627, 0.0593};
    }
    return {};
}

struct Colour {
    double blue;
    double green;
    double red;
};

/// By the textbook.
Colour colour_of(ColourMatrix matrix, ColourRange range, int y, int u, int v) {
    const bool full = range == ColourRange::full;
    const double luma = full ? y : (y - 16) * 255.0 / 219;
    const double scale = full ? 1 : 255.0 / 224;
    const Weights k = weights_of(matrix);
    const double red = luma + 2 * (1 - k.red) * (v - 128) * scale;
    const double blue = luma + 2 * (1 - k.blue) * (u - 128) * scale;
    const double green = (luma - k.red * red - k.blue * blue) / (1 - k.red - k.blue);
    const auto clamp = [](double value) { return std::clamp(value, 0.0, 255.0); };
    return {clamp(blue), clamp(green), clamp(red)};
}

/// A picture of one colour, with its memory.
struct Flat {
    std::vector<std::byte> memory;
    PlanarView view;

    Flat(PlanarFormat format, Size size, int y, int u, int v) {
        const PlaneLayout layout = layout_of(format, size);
        memory.resize(layout.size_bytes);
        view.format = format;
        view.size = size;
        view.planes = planes_in(memory.data(), layout);
        const int values[] = {y, u, v};
        for (std::size_t plane = 0; plane < 3; ++plane) {
            const auto begin = memory.begin() + layout.offsets[plane];
            const std::ptrdiff_t rows = view.plane_size(plane).height;
            std::fill(
                begin, begin + rows * layout.strides[plane], static_cast<std::byte>(values[plane]));
        }
    }
};

std::vector<std::byte> pixels_of(const PlanarView& view) {
    const auto width = static_cast<std::size_t>(view.size.width);
    std::vector<std::byte> pixels(width * 4 * static_cast<std::size_t>(view.size.height));
    to_bgrx(view, pixels.data(), static_cast<std::ptrdiff_t>(width * 4));
    return pixels;
}

TEST(Colour, IsThatOfTheTextbook) {
    std::mt19937 random{1};
    for (const auto format : {PlanarFormat::yuv420, PlanarFormat::yuv422, PlanarFormat::yuv444}) {
        for (const auto matrix : {ColourMatrix::bt601, ColourMatrix::bt709, ColourMatrix::bt2020}) {
            for (const auto range : {ColourRange::limited, ColourRange::full}) {
                for (int i = 0; i < 200; ++i) {
                    const int y = 16 + static_cast<int>(random() % 220);
                    const int u = 16 + static_cast<int>(random() % 225);
                    const int v = 16 + static_cast<int>(random() % 225);
                    Flat flat{format, {3, 3}, y, u, v};
                    flat.view.matrix = matrix;
                    flat.view.range = range;
                    const auto pixels = pixels_of(flat.view);
                    const Colour colour = colour_of(matrix, range, y, u, v);
                    EXPECT_NEAR(std::to_integer<int>(pixels[0]), colour.blue, 0.51);
                    EXPECT_NEAR(std::to_integer<int>(pixels[1]), colour.green, 0.51);
                    EXPECT_NEAR(std::to_integer<int>(pixels[2]), colour.red, 0.51);
                    EXPECT_EQ(pixels[3], std::byte{255});
                }
            }
        }
    }
}

TEST(Colour, FillsEveryPixelOfEachSize) {
    for (const auto format : {PlanarFormat::yuv420, PlanarFormat::yuv422, PlanarFormat::yuv444}) {
        for (std::int32_t width = 1; width <= 67; ++width) {
            for (const std::int32_t height : {1, 2, 3, 8}) {
                const Flat flat{format, {width, height}, 235, 128, 128};
                for (const std::byte value : pixels_of(flat.view))
                    ASSERT_EQ(value, std::byte{255}) << width << "x" << height;
            }
        }
    }
}

/// In every matrix and range.
void expect_plain(PlanarView view) {
    const std::ptrdiff_t stride = std::ptrdiff_t{view.size.width} * 4;
    std::vector<std::byte> plain(static_cast<std::size_t>(stride * view.size.height));
    for (const auto matrix : {ColourMatrix::bt601, ColourMatrix::bt709, ColourMatrix::bt2020}) {
        for (const auto range : {ColourRange::limited, ColourRange::full}) {
            view.matrix = matrix;
            view.range = range;
            to_bgrx_plain(view, plain.data(), stride);
            EXPECT_TRUE(pixels_of(view) == plain) << view.size.width;
            const auto past_cache = PictureMemory::make()->take(plain.size()); // aligned
            to_bgrx(view, past_cache.get(), stride, Into::memory);
            EXPECT_TRUE(std::equal(plain.begin(), plain.end(), past_cache.get()));
        }
    }
}

TEST(Colour, IsTheSameWithWiderInstructions) {
    std::mt19937 random{2};
    for (const auto format : {PlanarFormat::yuv420, PlanarFormat::yuv422, PlanarFormat::yuv444}) {
        for (const std::int32_t width : {1, 2, 31, 32, 33, 63, 64, 65, 127, 200}) {
            Flat picture{format, {width, 5}, 0, 0, 0};
            for (std::byte& sample : picture.memory)
                sample = static_cast<std::byte>(random());
            expect_plain(picture.view);
        }
    }
}

TEST(Colour, IsTheSameWithWiderInstructionsForEveryColour) {
    Flat picture{PlanarFormat::yuv420, {512, 512}, 0, 0, 0};
    for (std::size_t i = 0; i < 256 * 256; ++i) { // each U with each V
        const auto at = [&](std::size_t plane) {
            const Plane& samples = picture.view.planes[plane];
            return picture.memory.begin() + (samples.data - picture.memory.data()) +
                   static_cast<std::ptrdiff_t>(i / 256) * samples.stride_bytes +
                   static_cast<std::ptrdiff_t>(i % 256);
        };
        *at(1) = static_cast<std::byte>(i % 256);
        *at(2) = static_cast<std::byte>(i / 256);
    }
    for (const int brightness : {0, 128, 255}) {
        std::fill_n(picture.memory.begin(),
                    512 * picture.view.planes[0].stride_bytes,
                    static_cast<std::byte>(brightness));
        expect_plain(picture.view);
    }
}

TEST(Colour, IsSharedByTheNeighboursOfASample) {
    Flat picture{PlanarFormat::yuv420, {4, 4}, 128, 128, 128};
    const_cast<std::byte&>(picture.view.planes[2].data[1]) = std::byte{255}; // right, above
    const auto pixels = pixels_of(picture.view);
    for (std::size_t y = 0; y < 4; ++y)
        for (std::size_t x = 0; x < 4; ++x)
            EXPECT_EQ(pixels[(4 * y + x) * 4 + 2] == std::byte{255}, x >= 2 && y < 2);
}

TEST(Colour, ReadsRowsThatAreStoredUpwards) {
    Flat flat{PlanarFormat::yuv444, {4, 2}, 16, 128, 128};
    std::fill_n(flat.memory.begin(), 4, std::byte{235}); // the first row in memory is white
    for (std::size_t plane = 0; plane < 3; ++plane) {
        Plane& rows = flat.view.planes[plane];
        rows = {rows.data + rows.stride_bytes, -rows.stride_bytes};
    }
    const auto pixels = pixels_of(flat.view);
    EXPECT_EQ(pixels[0], std::byte{0});
    EXPECT_EQ(pixels[4 * 4], std::byte{255});
}

} // namespace
} // namespace sumac::video
