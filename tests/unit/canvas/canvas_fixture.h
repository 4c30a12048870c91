/// A canvas with short ways to draw on it and to see what came of it.
#pragma once

#include "canvas/canvas.h"
#include "canvas_builders.h"

#include <gtest/gtest.h>

#include <limits>
#include <optional>

namespace sumac::canvas {

inline constexpr std::int32_t lowest = std::numeric_limits<std::int32_t>::min();
inline constexpr std::int32_t highest = std::numeric_limits<std::int32_t>::max();

inline TestImage one_pixel(std::uint32_t value, std::uint64_t id = 1, std::uint8_t flags = 0) {
    TestImage image;
    image.width = 1;
    image.height = 1;
    image.pixels = {value};
    image.id = id;
    image.flags = flags;
    return image;
}

class CanvasTest : public testing::Test {
protected:
    Result<Drawn> draw(const wire::DisplayMessage& message) { return canvas.draw(message); }
    /// The error's code, or none.
    std::optional<ErrorCode> error(const wire::DisplayMessage& message) {
        const auto result = draw(message);
        return result ? std::nullopt : std::optional{result.error().code};
    }
    std::string_view not_drawn(const wire::DisplayMessage& message) {
        const auto result = draw(message);
        if (!result || !std::holds_alternative<NotDrawn>(*result)) return "(something else)";
        return std::get<NotDrawn>(*result).what;
    }
    std::optional<Damage> damage(const wire::DisplayMessage& message) {
        const auto result = draw(message);
        if (!result || !std::holds_alternative<Damage>(*result)) return std::nullopt;
        return std::get<Damage>(*result);
    }
    bool waits(const wire::DisplayMessage& message) {
        const auto result = draw(message);
        return result && std::holds_alternative<image::WaitForImage>(*result);
    }
    void make(std::uint32_t format, std::uint32_t width, std::uint32_t height) {
        ASSERT_TRUE(draw(create(0, format, width, height)));
    }
    /// Pixel of the primary without X.
    std::uint32_t shown(std::int32_t x, std::int32_t y) {
        const auto view = canvas.primary();
        if (!view) return 0xDEAD0000;
        std::uint32_t pixel = 0;
        std::memcpy(&pixel, view->data + y * view->stride_bytes + x * 4, 4);
        return pixel & 0xFFFFFF;
    }

    image::ImageCache images;
    Canvas canvas{images};
};

} // namespace sumac::canvas
