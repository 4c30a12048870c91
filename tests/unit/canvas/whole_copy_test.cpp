// Images that become a surface pixel for pixel, straight from their decoder.
#include "canvas_fixture.h"

#include <vector>

namespace sumac::canvas {
namespace {

/// 2 x 2 pixels in LZ4, as they stand.
class WholeCopy : public CanvasTest {
protected:
    WholeCopy() {
        constexpr unsigned format = SPICE_BITMAP_FMT_32BIT;
        for (const unsigned byte : {1U, format, 0U, 0U, 0U, 18U, 0xF0U, 1U})
            data.push_back(static_cast<std::byte>(byte));
        for (const std::uint32_t pixel : {0x010203U, 0x040506U, 0x070809U, 0x0A0B0CU}) {
            for (const unsigned shift : {0U, 8U, 16U, 24U})
                data.push_back(static_cast<std::byte>(pixel >> shift & 0xFFU));
        }
    }
    void SetUp() override { make(SPICE_SURFACE_FMT_32_xRGB, 2, 2); }
    wire::DrawCopy message(std::uint8_t flags = 0) const {
        const wire::Image image{{ImageId{1}, SPICE_IMAGE_TYPE_LZ4, flags, 2, 2},
                                wire::EncodedImage{data}};
        return copy(0, {0, 0, 2, 2}, image, {0, 0, 2, 2});
    }
    std::vector<std::uint32_t> all() {
        return {shown(0, 0), shown(1, 0), shown(0, 1), shown(1, 1)};
    }

    std::vector<std::byte> data;
    const std::vector<std::uint32_t> pixels{0x010203, 0x040506, 0x070809, 0x0A0B0C};
};

TEST_F(WholeCopy, ReplacesAll) {
    EXPECT_EQ(damage(message()), (Damage{SurfaceId{0}, {{0, 0, 2, 2}}}));
    EXPECT_EQ(all(), pixels);
}

TEST_F(WholeCopy, KeepsToTheRulesOfEveryOtherCopy) {
    wire::DrawCopy clipped = message();
    clipped.base.clip = {false, {{1, 0, 2, 2}}};
    EXPECT_EQ(damage(clipped), (Damage{SurfaceId{0}, {{1, 0, 2, 2}}}));
    EXPECT_EQ(all(), (std::vector<std::uint32_t>{0, 0x040506, 0, 0x0A0B0C}));

    wire::DrawCopy part = message();
    part.src_area = part.base.box = {0, 0, 2, 1};
    ASSERT_TRUE(draw(part));
    EXPECT_EQ(all(), (std::vector<std::uint32_t>{0x010203, 0x040506, 0, 0x0A0B0C}));

    wire::DrawCopy inverted = message();
    inverted.rop = SPICE_ROPD_OP_XOR;
    ASSERT_TRUE(draw(inverted));
    EXPECT_EQ(all(), (std::vector<std::uint32_t>{0, 0, 0x070809, 0}));
}

TEST_F(WholeCopy, StillEntersTheCache) {
    ASSERT_TRUE(draw(message(SPICE_IMAGE_FLAGS_CACHE_ME)));
    ASSERT_TRUE(draw(fill(0, {0, 0, 2, 2}, 0)));
    ASSERT_TRUE(draw(copy(0, {0, 0, 2, 2}, cached_image(1), {0, 0, 2, 2})));
    EXPECT_EQ(all(), pixels);
}

TEST_F(WholeCopy, TakesWhatWasDecodedAhead) {
    const wire::DrawCopy copy = message();
    const auto ahead =
        image::decode_ahead(copy.image, image::PaletteEntries::rgb888, image::ImageUse::colours);
    data.clear(); // not read any more
    ASSERT_TRUE(canvas.draw(copy, &ahead));
    EXPECT_EQ(all(), pixels);
}

TEST_F(WholeCopy, IsAnErrorIfTheImageIsDamaged) {
    data.pop_back();
    EXPECT_TRUE(error(message()));
    EXPECT_FALSE(error(fill(0, {0, 0, 2, 2}, 5)));
    EXPECT_EQ(all(), (std::vector<std::uint32_t>(4, 5)));
}

TEST_F(WholeCopy, GoesToSurfacesOfOtherFormatsToo) {
    make(SPICE_SURFACE_FMT_16_565, 2, 2);
    ASSERT_TRUE(draw(message()));
    EXPECT_NE(shown(1, 1), 0U);
    make(SPICE_SURFACE_FMT_32_ARGB, 2, 2);
    ASSERT_TRUE(draw(message()));
    EXPECT_EQ(all(), pixels);
}

} // namespace
} // namespace sumac::canvas
