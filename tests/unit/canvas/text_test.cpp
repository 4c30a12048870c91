// TEXT, thousands of random messages, each compared with plain rules.
#include "canvas_fixture.h"
#include "naive_blend.h"
#include "twin.h"

namespace sumac::canvas {
namespace {

constexpr std::uint32_t over = 3;

/// A glyph's bytes, and what they say pixel by pixel from the top.
struct TestGlyph {
    wire::Glyph wire;
    std::vector<std::byte> data;
    std::vector<std::uint32_t> coverage;
    std::size_t bits = 0;

    /// What of a pixel is left of earlier glyphs: the right one of two 4-bit pixels hides them if
    /// the left one is not empty.
    std::uint32_t over(std::uint32_t earlier, std::size_t x, std::size_t place) const {
        const bool hides = bits == 4 && x % 2 == 1 && coverage[place - 1] != 0;
        return hides ? coverage[place] : std::max(earlier, coverage[place]);
    }
};

class TextTwin : public BlendingTwin {
public:
    using BlendingTwin::BlendingTwin;

    void step() {
        TwinImage fore_tile;
        TwinImage back_tile;
        wire::DrawText m;
        m.base = any_base();
        m.fore_brush = any_brush(fore_tile);
        m.back_brush = any_brush(back_tile);
        if (fore_tile.storage.format == SPICE_BITMAP_FMT_8BIT_A)
            return; // made black before it is used
        m.fore_mode = SPICE_ROPD_OP_PUT;
        if (chance(50)) m.back_area = any_rect();
        any_string(m.string);
        mask_image_.reset();
        expect_drawn(m, "text");
        model(m.base, {}, [&](int x, int y) -> std::optional<std::uint32_t> {
            if (!inside(m.back_area, x, y)) return std::nullopt;
            return brush_pixel(m.back_brush, back_tile, x, y);
        });
        model(m.base, {}, [&](int x, int y) -> std::optional<std::uint32_t> {
            const std::uint32_t strength = coverage(x, y);
            if (strength == 0 || std::holds_alternative<std::monostate>(m.fore_brush))
                return std::nullopt;
            return naive_blend(
                over, ink(m.fore_brush, fore_tile, x, y), uniform(strength), drawn_, x, y);
        });
    }

private:
    void any_string(wire::GlyphString& string) {
        static constexpr std::uint8_t rasters[] = {SPICE_STRING_FLAGS_RASTER_A1,
                                                   SPICE_STRING_FLAGS_RASTER_A4,
                                                   SPICE_STRING_FLAGS_RASTER_A8};
        const int kind = pick(0, 2);
        string.flags = rasters[kind];
        glyphs_.clear();
        glyphs_.resize(static_cast<std::size_t>(pick(0, 5)));
        for (TestGlyph& glyph : glyphs_) {
            fill_glyph(glyph, kind == 0 ? 1 : kind == 1 ? 4 : 8);
            string.glyphs.push_back(glyph.wire);
        }
    }
    void fill_glyph(TestGlyph& glyph, std::size_t bits) {
        const std::size_t w = static_cast<std::size_t>(pick(0, 13));
        const std::size_t h = static_cast<std::size_t>(pick(0, 9));
        const std::size_t stride = (w * bits + 7) / 8;
        glyph.bits = bits;
        glyph.data.resize(stride * h);
        glyph.coverage.resize(w * h);
        for (std::size_t y = 0; y < h; ++y) {
            for (std::size_t x = 0; x < w; ++x) {
                const std::uint32_t value = any() & ((1U << bits) - 1);
                const std::size_t bit = x * bits;
                std::byte& at = glyph.data[(h - 1 - y) * stride + bit / 8];
                at |= static_cast<std::byte>(value << (8 - bits - bit % 8));
                glyph.coverage[y * w + x] = bits == 1 ? value * 255 : value << (8 - bits);
            }
        }
        glyph.wire = {{pick(-9, width), pick(-9, height)},
                      {pick(-3, 3), pick(-5, 3)},
                      static_cast<std::uint16_t>(w),
                      static_cast<std::uint16_t>(h),
                      glyph.data};
    }
    static Point corner(const wire::Glyph& glyph) {
        return {glyph.render_pos.x + glyph.origin.x, glyph.render_pos.y + glyph.origin.y};
    }
    std::uint32_t coverage(int x, int y) const {
        std::uint32_t most = 0;
        for (const TestGlyph& glyph : glyphs_) {
            const Point at = corner(glyph.wire);
            if (!inside({at.x, at.y, at.x + glyph.wire.width, at.y + glyph.wire.height}, x, y))
                continue;
            const int place = (y - at.y) * glyph.wire.width + x - at.x;
            most = glyph.over(
                most, static_cast<std::size_t>(x - at.x), static_cast<std::size_t>(place));
        }
        return most;
    }
    /// Of the corner of all the glyphs.
    Point start() const {
        Point least = corner(glyphs_.front().wire);
        for (const TestGlyph& glyph : glyphs_) {
            least.x = std::min(least.x, corner(glyph.wire).x);
            least.y = std::min(least.y, corner(glyph.wire).y);
        }
        return least;
    }
    Parts ink(const wire::Brush& brush, const TwinImage& image, int x, int y) const {
        const NaiveImage& tile = image.naive;
        if (const auto* solid = std::get_if<wire::SolidBrush>(&brush)) {
            const std::uint32_t c = solid->color;
            const auto five = [](std::uint32_t part) { return (part & 31) * 0xFFFF / 31 >> 8; };
            if ((format_ & 0x3F) == 16) return {255, five(c >> 10), five(c >> 5), five(c)};
            return {255, c >> 16 & 255, c >> 8 & 255, c & 255};
        }
        const Point pos = std::get<wire::PatternBrush>(brush).pos;
        const Point corner = start();
        const Sample sample =
            tile.sample(naive_modulo(std::int64_t{x} - corner.x - pos.x, tile.width),
                        naive_modulo(std::int64_t{y} - corner.y - pos.y, tile.height));
        const bool is_surface = std::holds_alternative<wire::SurfaceImage>(
            std::get<wire::PatternBrush>(brush).image.body);
        return parts_of(is_surface ? sample : like_destination(sample, format_));
    }

    std::vector<TestGlyph> glyphs_;
};

class TextOn : public testing::TestWithParam<std::uint32_t> {};

TEST_P(TextOn, EveryTextMatchesPlainRules) {
    run_twin<TextTwin>(GetParam(), 23, 3000);
}

INSTANTIATE_TEST_SUITE_P(EverySurfaceFormat, TextOn, every_surface_format());

class Text : public CanvasTest {};

TEST_F(Text, OfGlyphsAtTheEndOfAllNumbersIsNotSeen) {
    make(SPICE_SURFACE_FMT_32_xRGB, 8, 8);
    const std::vector<std::byte> data(8 * 8, std::byte{0xFF});
    wire::DrawText message;
    message.base = base(0, {0, 0, 8, 8});
    message.fore_brush = wire::SolidBrush{0xFFFFFF};
    message.string.flags = SPICE_STRING_FLAGS_RASTER_A8;
    message.string.glyphs = {{{lowest, lowest}, {lowest, lowest}, 8, 8, data},
                             {{highest, highest}, {highest, highest}, 8, 8, data},
                             {{highest, lowest}, {-highest, highest}, 8, 8, data}};
    ASSERT_TRUE(damage(message));
    EXPECT_EQ(shown(0, 0), 0xFFFFFFU) << "the last one begins at 0, -1";
    message.string.glyphs.pop_back();
    ASSERT_TRUE(draw(fill(0, {0, 0, 8, 8}, 0)));
    ASSERT_TRUE(damage(message));
    for (std::int32_t i = 0; i < 64; ++i)
        EXPECT_EQ(shown(i % 8, i / 8), 0U);
}

TEST_F(Text, WithABackgroundThatIsNotPutIsRefused) {
    make(SPICE_SURFACE_FMT_32_xRGB, 8, 8);
    wire::DrawText message;
    message.base = base(0, {0, 0, 8, 8});
    message.back_area = {0, 0, 4, 4};
    message.fore_mode = SPICE_ROPD_OP_XOR;
    EXPECT_EQ(error(message), ErrorCode::invalid);
    message.back_area = {};
    EXPECT_TRUE(damage(message));
}

} // namespace
} // namespace sumac::canvas
