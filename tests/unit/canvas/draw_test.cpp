// Thousands of random messages of raster operations, each compared with the naive rules, on every
// surface format.
#include "twin.h"

namespace sumac::canvas {
namespace {

class RopTwin : public Twin {
public:
    using Twin::Twin;

    void step() {
        switch (pick(0, 8)) {
        case 0:
            return fill_step();
        case 1:
            return opaque_step();
        case 2:
            return constant_step();
        case 3:
            return copy_bits_step();
        case 4:
        case 5:
            return rop3_step();
        case 6:
            return transparent_step();
        default:
            return copy_step();
        }
    }

private:
    /// What of a pixel arrives; a scaled copy onto a surface with alpha makes it opaque.
    std::uint32_t copied(const Sample& sample, bool scaled) {
        const std::uint32_t value = native_of(format_, sample);
        const bool fills =
            scaled && format_ == SPICE_SURFACE_FMT_32_ARGB && !sample.has_alpha && !sample.outside;
        return fills ? value | 0xFF000000 : value;
    }
    /// Whether the operation is, in the end, that the image replaces the surface.
    static bool copies(std::uint16_t rop) {
        constexpr std::uint32_t s = 0b1100;
        constexpr std::uint32_t d = 0b1010;
        return (naive_rop(rop, s, d, SPICE_ROPD_INVERS_SRC, SPICE_ROPD_INVERS_DEST) & 0b1111) == s;
    }

    void fill_step() {
        TwinImage tile;
        const wire::DrawFill m{any_base(), any_brush(tile), any_rop(), any_mask()};
        expect_drawn(m, "fill");
        model(m.base, m.mask, [&](int x, int y) -> std::optional<std::uint32_t> {
            return naive_rop(m.rop,
                             brush_pixel(m.brush, tile, x, y),
                             drawn_.at(x, y),
                             SPICE_ROPD_INVERS_BRUSH,
                             SPICE_ROPD_INVERS_DEST);
        });
    }
    void copy_step() {
        TwinImage image;
        wire::DrawCopy m;
        if (!place_image(m, image)) return;
        m.rop = any_rop();
        m.scale_mode = SPICE_IMAGE_SCALE_MODE_NEAREST;
        m.mask = any_mask();
        if (chance(50))
            expect_drawn(m, "copy");
        else
            expect_drawn(wire::DrawBlend{m}, "blend");
        model(m.base, m.mask, [&](int x, int y) -> std::optional<std::uint32_t> {
            const auto sample = naive_image_pixel(image.naive, m.src_area, m.base.box, x, y);
            if (!sample) return std::nullopt;
            return naive_rop(m.rop,
                             copied(*sample, is_scaled(m.src_area, m.base.box) && copies(m.rop)),
                             drawn_.at(x, y),
                             SPICE_ROPD_INVERS_SRC,
                             SPICE_ROPD_INVERS_DEST);
        });
    }
    void opaque_step() {
        TwinImage image;
        TwinImage tile;
        wire::DrawOpaque m;
        if (!place_image(m, image)) return;
        m.brush = any_brush(tile);
        m.rop = any_rop();
        m.scale_mode = SPICE_IMAGE_SCALE_MODE_NEAREST;
        m.mask = any_mask();
        expect_drawn(m, "opaque");
        model(m.base, m.mask, [&](int x, int y) -> std::optional<std::uint32_t> {
            const auto sample = naive_image_pixel(image.naive, m.src_area, m.base.box, x, y);
            const bool scaled = is_scaled(m.src_area, m.base.box);
            const std::uint32_t under =
                sample ? copied(*sample, scaled) : drawn_.at(x, y); // where it does not reach
            return naive_rop(m.rop,
                             brush_pixel(m.brush, tile, x, y),
                             under,
                             SPICE_ROPD_INVERS_BRUSH,
                             SPICE_ROPD_INVERS_SRC);
        });
    }
    void constant_step() {
        const wire::DrawBase where = any_base();
        const wire::Mask mask = any_mask();
        const int kind = pick(0, 2);
        if (kind == 0) expect_drawn(wire::DrawBlackness{where, mask}, "blackness");
        if (kind == 1) expect_drawn(wire::DrawWhiteness{where, mask}, "whiteness");
        if (kind == 2) expect_drawn(wire::DrawInvers{where, mask}, "invers");
        model(where, mask, [&](int x, int y) -> std::optional<std::uint32_t> {
            if (kind == 0) return 0;
            return kind == 1 ? 0xFFFFFFFF : ~drawn_.at(x, y);
        });
    }
    void copy_bits_step() {
        mask_image_.reset();
        wire::CopyBits m{any_base(), {pick(-8, width), pick(-8, height)}};
        if (chance(50) && m.base.box.left > -10 &&
            m.base.box.top > -10) // a short way, as scrolling goes
            m.src_pos = {m.base.box.left + pick(-3, 3), m.base.box.top + pick(-3, 3)};
        expect_drawn(m, "copy bits");
        model(m.base, {}, [&](int x, int y) -> std::optional<std::uint32_t> {
            const std::int64_t sx = std::int64_t{x} - m.base.box.left + m.src_pos.x;
            const std::int64_t sy = std::int64_t{y} - m.base.box.top + m.src_pos.y;
            if (!inside({0, 0, width, height}, sx, sy)) return std::nullopt;
            return drawn_.at(static_cast<std::int32_t>(sx), static_cast<std::int32_t>(sy));
        });
    }
    void rop3_step() {
        TwinImage image;
        TwinImage tile;
        wire::DrawRop3 m;
        if (!place_image(m, image)) return;
        m.brush = any_brush(tile);
        m.rop3 = static_cast<std::uint8_t>(pick(0, 255));
        m.scale_mode = SPICE_IMAGE_SCALE_MODE_NEAREST;
        m.mask = any_mask();
        expect_drawn(m, "rop3");
        model(m.base, m.mask, [&](int x, int y) -> std::optional<std::uint32_t> {
            const auto sample = naive_rop3_pixel(image.naive, m.src_area, m.base.box, x, y);
            if (!sample) return std::nullopt;
            const std::uint32_t s = native_of(format_, *sample);
            const std::uint32_t d = drawn_.at(x, y);
            const std::uint32_t p = brush_pixel(m.brush, tile, x, y);
            std::uint32_t result = 0;
            for (unsigned bit = 0; bit < 32; ++bit) {
                const unsigned inputs = (p >> bit & 1) << 2 | (s >> bit & 1) << 1 | (d >> bit & 1);
                result |= (std::uint32_t{m.rop3} >> inputs & 1) << bit;
            }
            return result;
        });
    }
    void transparent_step() {
        TwinImage image;
        wire::DrawTransparent m;
        if (!place_image(m, image)) return;
        m.src_color = any();
        const auto key_of = [&](const Sample& sample) {
            const std::uint32_t compared = all_ones(format_) & 0xFFFFFF;
            return native_of(format_, sample) & compared;
        };
        // A colour of the image, or none of it.
        const Sample corner = image.naive.sample(0, 0);
        m.true_color = chance(70) ? argb_of_native(format_, native_of(format_, corner)) : any();
        if (chance(50)) m.true_color |= 0xFF000000;
        mask_image_.reset();
        expect_drawn(m, "transparent");
        const bool has_colours =
            format_ != SPICE_SURFACE_FMT_1_A && format_ != SPICE_SURFACE_FMT_8_A;
        const std::uint32_t key =
            has_colours ? key_of({m.true_color, 0, false, true, false, false}) : 0;
        model(m.base, {}, [&](int x, int y) -> std::optional<std::uint32_t> {
            const auto sample = naive_image_pixel(image.naive, m.src_area, m.base.box, x, y);
            if (!sample || key_of(*sample) == key) return std::nullopt;
            return native_of(format_, *sample);
        });
    }
};

class DrawOn : public testing::TestWithParam<std::uint32_t> {};

TEST_P(DrawOn, EveryMessageMatchesTheNaiveRules) {
    run_twin<RopTwin>(GetParam(), 20, 6000);
}

INSTANTIATE_TEST_SUITE_P(EverySurfaceFormat, DrawOn, every_surface_format());

} // namespace
} // namespace sumac::canvas
