// Drawing operations on a full HD surface, on one thread, in bytes of the surface a second; and
// what their inner loops do, beside the same written plainly.
#include "canvas/canvas.h"
#include "canvas/convert.h"
#include "canvas/rop.h"

#include <benchmark/benchmark.h>
#include <spice/enums.h>

#include <cstring>
#include <string>
#include <vector>

namespace sumac::canvas {
namespace {

constexpr std::int32_t width = 1920;
constexpr std::int32_t height = 1080;
constexpr Rect screen{0, 0, width, height};

std::vector<std::byte> noise(std::size_t size_bytes) {
    std::vector<std::byte> bytes(size_bytes);
    std::uint32_t state = 1;
    for (std::byte& byte : bytes) {
        state = state * 1664525U + 1013904223U;
        byte = static_cast<std::byte>(state >> 24U);
    }
    return bytes;
}

wire::Image
bitmap(std::uint8_t format, std::uint32_t pixel_bytes, const std::vector<std::byte>& rows) {
    wire::BitmapImage body;
    body.format = format;
    body.top_down = true;
    body.width = width;
    body.height = height;
    body.stride_bytes = width * pixel_bytes;
    body.rows = rows;
    return {{ImageId{1}, SPICE_IMAGE_TYPE_BITMAP, 0, width, height}, body};
}

/// A message again and again on one surface.
void draw(benchmark::State& state, std::uint32_t format, const wire::DisplayMessage& message) {
    image::ImageCache images;
    Canvas canvas{images};
    if (!canvas.draw(wire::SurfaceCreate{SurfaceId{0}, width, height, format, 0})) return;
    for ([[maybe_unused]] auto _ : state) {
        const auto drawn = canvas.draw(message);
        if (!drawn || !std::holds_alternative<Damage>(*drawn)) {
            state.SkipWithError("not drawn");
            return;
        }
        benchmark::DoNotOptimize(canvas.primary());
    }
    state.SetBytesProcessed(state.iterations() * width * height *
                            (format == SPICE_SURFACE_FMT_16_555 ? 2 : 4));
}

const wire::DrawBase whole{SurfaceId{0}, screen, {}};

void fill(benchmark::State& state) {
    draw(state,
         SPICE_SURFACE_FMT_32_xRGB,
         wire::DrawFill{whole, wire::SolidBrush{0x123456}, SPICE_ROPD_OP_PUT, {}});
}

void fill_xor(benchmark::State& state) {
    draw(state,
         SPICE_SURFACE_FMT_32_xRGB,
         wire::DrawFill{whole, wire::SolidBrush{0x123456}, SPICE_ROPD_OP_XOR, {}});
}

void invers(benchmark::State& state) {
    draw(state, SPICE_SURFACE_FMT_32_xRGB, wire::DrawInvers{whole, {}});
}

void copy_bits(benchmark::State& state) {
    draw(state, SPICE_SURFACE_FMT_32_xRGB, wire::CopyBits{whole, {0, 8}});
}

/// Also refreshes the sink's 32-bit copy.
void fill_16(benchmark::State& state) {
    draw(state,
         SPICE_SURFACE_FMT_16_555,
         wire::DrawFill{whole, wire::SolidBrush{0x1234}, SPICE_ROPD_OP_PUT, {}});
}

void copy_bitmap(benchmark::State& state) {
    const auto rows = noise(std::size_t{4} * width * height);
    draw(state,
         SPICE_SURFACE_FMT_32_xRGB,
         wire::DrawCopy{
             whole, bitmap(SPICE_BITMAP_FMT_32BIT, 4, rows), screen, SPICE_ROPD_OP_PUT, 0, {}});
}

void copy_bitmap_16(benchmark::State& state) {
    const auto rows = noise(std::size_t{2} * width * height);
    draw(state,
         SPICE_SURFACE_FMT_32_xRGB,
         wire::DrawCopy{
             whole, bitmap(SPICE_BITMAP_FMT_16BIT, 2, rows), screen, SPICE_ROPD_OP_PUT, 0, {}});
}

void transparent(benchmark::State& state) {
    const auto rows = noise(std::size_t{4} * width * height);
    draw(
        state,
        SPICE_SURFACE_FMT_32_xRGB,
        wire::DrawTransparent{whole, bitmap(SPICE_BITMAP_FMT_32BIT, 4, rows), screen, 0, 0x123456});
}

void rop3(benchmark::State& state) {
    const auto rows = noise(std::size_t{4} * width * height);
    draw(state,
         SPICE_SURFACE_FMT_32_xRGB,
         wire::DrawRop3{whole,
                        bitmap(SPICE_BITMAP_FMT_32BIT, 4, rows),
                        screen,
                        wire::SolidBrush{0x123456},
                        0xCA,
                        0,
                        {}});
}

void alpha_blend(benchmark::State& state) {
    const auto rows = noise(std::size_t{4} * width * height);
    draw(state,
         SPICE_SURFACE_FMT_32_xRGB,
         wire::DrawAlphaBlend{whole, 0, 0xFF, bitmap(SPICE_BITMAP_FMT_RGBA, 4, rows), screen});
}

/// Rows of a screen from one block of memory to another.
template <class Row>
void each_row(benchmark::State& state, std::size_t to_bytes, std::size_t from_bytes, Row row) {
    std::vector<std::byte> to = noise(to_bytes * width * height);
    const std::vector<std::byte> from = noise(from_bytes * width * height);
    for ([[maybe_unused]] auto _ : state) {
        for (std::size_t y = 0; y < height; ++y)
            row(&to[y * to_bytes * width], &from[y * from_bytes * width]);
        benchmark::ClobberMemory();
    }
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(to.size()));
}

void rop(benchmark::State& state) {
    const auto table = static_cast<Rop>(state.range(0));
    each_row(state, 4, 4, [&](std::byte* to, const std::byte* from) {
        apply_rop(table, to, from, std::size_t{4} * width);
    });
}

/// XOR as one would write it.
void rop_plain(benchmark::State& state) {
    each_row(state, 4, 4, [&](std::byte* to, const std::byte* from) {
        for (std::size_t i = 0; i < std::size_t{4} * width; ++i)
            to[i] ^= from[i];
    });
}

void convert(benchmark::State& state, SurfaceFormat to, image::PixelFormat from) {
    each_row(state,
             bytes_per_pixel(to),
             image::row_bytes(from, 1),
             [&](std::byte* t, const std::byte* f) { convert_row(to, t, from, f, width); });
}

void convert_555_to_32(benchmark::State& state) {
    convert(state, SurfaceFormat::xrgb32, image::PixelFormat::rgb555);
}

void convert_565_to_32(benchmark::State& state) {
    convert(state, SurfaceFormat::xrgb32, image::PixelFormat::rgb565);
}

void convert_32_to_555(benchmark::State& state) {
    convert(state, SurfaceFormat::x555, image::PixelFormat::bgrx32);
}

void convert_555_to_32_plain(benchmark::State& state) {
    each_row(state, 4, 2, [&](std::byte* to, const std::byte* from) {
        for (std::size_t i = 0; i < width; ++i) {
            const unsigned low = std::to_integer<unsigned>(from[2 * i]);
            const unsigned word = low | std::to_integer<unsigned>(from[2 * i + 1]) << 8U;
            for (unsigned part = 0; part < 3; ++part) {
                const unsigned colour = word >> (5 * part) & 31U;
                to[4 * i + part] = static_cast<std::byte>(colour << 3U | colour >> 2U);
            }
            to[4 * i + 3] = std::byte{0xFF};
        }
    });
}

BENCHMARK(fill);
BENCHMARK(fill_xor);
BENCHMARK(invers);
BENCHMARK(copy_bits);
BENCHMARK(fill_16);
BENCHMARK(copy_bitmap);
BENCHMARK(copy_bitmap_16);
BENCHMARK(transparent);
BENCHMARK(rop3);
BENCHMARK(alpha_blend);
BENCHMARK(rop)->ArgName("table")->Arg(0b0110)->Arg(0b0111);
BENCHMARK(rop_plain);
BENCHMARK(convert_555_to_32);
BENCHMARK(convert_565_to_32);
BENCHMARK(convert_32_to_555);
BENCHMARK(convert_555_to_32_plain);

} // namespace
} // namespace sumac::canvas
