/// A picture of a video as its codec stores it: a plane of brightness and two of colour difference,
/// 8 bits a sample. What a GPU can turn into pixels for nothing.
#pragma once

#include <sumac/geometry.h>

#include <array>
#include <cstddef>

namespace sumac {

/// The size of the two colour planes; odd sizes are rounded up.
enum class PlanarFormat {
    yuv420, ///< half the width, half the height
    yuv422, ///< half the width
    yuv444, ///< as the plane of brightness
};

/// How brightness and colour difference became of red, green and blue.
enum class ColourMatrix { bt601, bt709, bt2020 };

enum class ColourRange {
    limited, ///< Y from 16 to 235, U and V from 16 to 240
    full,    ///< 0 to 255
};

struct Plane {
    const std::byte* data = nullptr; ///< top row
    std::ptrdiff_t stride_bytes = 0; ///< to the row below; negative where rows are stored upwards
    bool operator==(const Plane&) const = default;
};

struct PlanarView {
    PlanarFormat format = PlanarFormat::yuv420;
    ColourMatrix matrix = ColourMatrix::bt601;
    ColourRange range = ColourRange::limited;
    Size size;                   ///< of the picture and its first plane
    std::array<Plane, 3> planes; ///< Y, U (Cb), V (Cr)
    bool operator==(const PlanarView&) const = default;

    /// Of plane `index`.
    constexpr Size plane_size(std::size_t index) const {
        const bool half_width = index > 0 && format != PlanarFormat::yuv444;
        const bool half_height = index > 0 && format == PlanarFormat::yuv420;
        return {half_width ? (size.width + 1) / 2 : size.width,
                half_height ? (size.height + 1) / 2 : size.height};
    }
};

} // namespace sumac
