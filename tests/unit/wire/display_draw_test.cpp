#include "display_messages.h"

#include <gtest/gtest.h>
#include <spice/enums.h>

using namespace sumac;
using namespace sumac::test;
using namespace sumac::wire;

namespace {

// 21 bytes.
const ByteVector base = R"(
    01 00 00 00                                           # surface 1
    02 00 00 00  01 00 00 00  0c 00 00 00  0b 00 00 00    # box: top 2, left 1, bottom 12, right 11
    00                                                    # no clip
)"_hex;
const Rect expected_box{1, 2, 11, 12};

const ByteVector rect = R"(
    00 00 00 00  00 00 00 00  0a 00 00 00  0b 00 00 00    # top 0, left 0, bottom 10, right 11
)"_hex;
const Rect expected_rect{0, 0, 11, 10};

const ByteVector no_mask = "00  00 00 00 00  00 00 00 00  00 00 00 00"_hex; // 13 bytes

// 18 bytes: the image of that id in the cache, 16x8.
const ByteVector cached_image = R"(
    05 00 00 00 00 00 00 00   67  00   10 00 00 00   08 00 00 00
)"_hex;

void expect_base(const DrawBase& parsed_base) {
    EXPECT_EQ(parsed_base.surface, SurfaceId{1});
    EXPECT_EQ(parsed_base.box, expected_box);
    EXPECT_TRUE(parsed_base.clip.everything_visible);
}

void expect_cached_image(const Image& image) {
    EXPECT_EQ(image.descriptor,
              (ImageDescriptor{ImageId{5}, SPICE_IMAGE_TYPE_FROM_CACHE, 0, 16, 8}));
    EXPECT_TRUE(std::holds_alternative<CachedImage>(image.body));
}

// Offsets in comments count from the first byte of the body.

const ByteVector fill_pattern = base + R"(
    02  34 00 00 00  03 00 00 00  04 00 00 00     # 21: pattern brush, image at 52, pos 3,4
    08 00                                         # 34: rop
    01  05 00 00 00  06 00 00 00  46 00 00 00     # 36: mask: inverted, pos 5,6, image at 70
    ff ff ff                                      # 49: unused
)"_hex + cached_image + cached_image;

const ByteVector fill_solid = base + R"(
    01  33 22 11 00                               # 21: solid brush
    08 00                                         # 26: rop
)"_hex + no_mask;

const ByteVector opaque = base + "48 00 00 00"_hex + rect + R"(
    01  33 22 11 00                               # 41: solid brush
    08 00  01                                     # 46: rop, scale mode
)"_hex + no_mask + "ff ff ff ff ff ff ff ff ff ff"_hex +
                          cached_image; // 49: mask; 72: image

const ByteVector copy = base + "39 00 00 00"_hex + rect + R"(
    08 00  01                                     # 41: rop, scale mode
)"_hex + no_mask + cached_image; // 44: mask; 57: image

const ByteVector sourceless = base + no_mask;

const ByteVector rop3 = base + "3b 00 00 00"_hex + rect + R"(
    00                                            # 41: no brush
    cc  01  00                                    # 42: rop3, scale mode, mask flags
    00 00 00 00  00 00 00 00  00 00 00 00         # 45: mask
    ff ff                                         # 57: unused
)"_hex + cached_image;

const ByteVector stroke = base + R"(
    32 00 00 00                                   # 21: path at 50
    08  02  63 00 00 00                           # 25: styled, 2 dashes at 99
    01  33 22 11 00                               # 31: solid brush
    08 00  00 00                                  # 36: fore mode, back mode
    ff ff ff ff ff ff ff ff ff ff                 # 40: unused
    02 00 00 00                                   # 50: two segments
    01  02 00 00 00                               # 54: begin, two points
    10 00 00 00  20 00 00 00  f0 ff ff ff  00 00 00 00
    02  02 00 00 00                               # 75: end, two points
    01 00 00 00  02 00 00 00  03 00 00 00  04 00 00 00
    ff ff ff                                      # 96: unused
    10 00 00 00  20 00 00 00                      # 99: dashes
)"_hex;

const ByteVector text = base + R"(
    37 00 00 00                                   # 21: string at 55
)"_hex + rect + R"(
    01  33 22 11 00                               # 41: fore brush
    00                                            # 46: no back brush
    08 00  00 00                                  # 47: fore mode, back mode
    ff ff ff ff                                   # 51: unused
    02 00  01                                     # 55: two glyphs, 1 bit
    01 00 00 00  02 00 00 00                      # 58: at 1,2
    ff ff ff ff  fe ff ff ff                      # origin -1,-2
    09 00  02 00   80 00 80 00                    # 9x2: two bytes a row
    00 00 00 00  00 00 00 00  00 00 00 00  00 00 00 00
    08 00  01 00   ff                             # 8x1
)"_hex;

const ByteVector transparent = base + "31 00 00 00"_hex + rect + R"(
    33 22 11 00  66 55 44 00                      # 41: source colour, true colour
)"_hex + cached_image; // 49

const ByteVector alpha_blend = base + R"(
    02  80  2b 00 00 00                           # 21: flags, alpha, image at 43
)"_hex + rect + cached_image;

const ByteVector composite = base + R"(
    03 00 38 00                                   # 21: OVER, mask and both transforms
    69 00 00 00  69 00 00 00                      # 25: source and mask at 105, the same image
    00 00 01 00  00 00 00 00  00 00 00 00         # 33: source transform
    00 00 00 00  00 00 01 00  00 00 00 00
    00 00 02 00  00 00 00 00  00 00 00 00         # 57: mask transform
    00 00 00 00  00 00 02 00  00 00 ff ff
    01 00  ff ff  02 00  03 00                    # 81: origins 1,-1 and 2,3
    ff ff ff ff ff ff ff ff ff ff ff ff ff ff ff ff
)"_hex + cached_image;

const ByteVector copy_bits = base + "07 00 00 00  08 00 00 00"_hex;

} // namespace

TEST(DisplayDraw, Fill) {
    const auto solid = parsed<DrawFill>(SPICE_MSG_DISPLAY_DRAW_FILL, fill_solid);
    expect_base(solid.base);
    EXPECT_EQ(std::get<SolidBrush>(solid.brush).color, 0x112233U);
    EXPECT_EQ(solid.rop, 8);
    EXPECT_FALSE(solid.mask.image);

    const auto pattern = parsed<DrawFill>(SPICE_MSG_DISPLAY_DRAW_FILL, fill_pattern);
    expect_cached_image(std::get<PatternBrush>(pattern.brush).image);
    EXPECT_EQ(std::get<PatternBrush>(pattern.brush).pos, (Point{3, 4}));
    EXPECT_EQ(pattern.mask.flags, SPICE_MASK_FLAGS_INVERS);
    EXPECT_EQ(pattern.mask.pos, (Point{5, 6}));
    ASSERT_TRUE(pattern.mask.image);
    expect_cached_image(*pattern.mask.image);
}

TEST(DisplayDraw, Opaque) {
    const auto draw = parsed<DrawOpaque>(SPICE_MSG_DISPLAY_DRAW_OPAQUE, opaque);
    expect_base(draw.base);
    expect_cached_image(draw.image);
    EXPECT_EQ(draw.src_area, expected_rect);
    EXPECT_EQ(std::get<SolidBrush>(draw.brush).color, 0x112233U);
    EXPECT_EQ(draw.rop, 8);
    EXPECT_EQ(draw.scale_mode, 1);
}

TEST(DisplayDraw, CopyAndBlend) {
    const auto draw = parsed<DrawCopy>(SPICE_MSG_DISPLAY_DRAW_COPY, copy);
    expect_base(draw.base);
    expect_cached_image(draw.image);
    EXPECT_EQ(draw.src_area, expected_rect);
    EXPECT_EQ(draw.rop, 8);
    EXPECT_EQ(draw.scale_mode, 1);
    EXPECT_EQ(parsed<DrawBlend>(SPICE_MSG_DISPLAY_DRAW_BLEND, copy).src_area, expected_rect);
}

TEST(DisplayDraw, BlacknessWhitenessInvers) {
    expect_base(parsed<DrawBlackness>(SPICE_MSG_DISPLAY_DRAW_BLACKNESS, sourceless).base);
    expect_base(parsed<DrawWhiteness>(SPICE_MSG_DISPLAY_DRAW_WHITENESS, sourceless).base);
    expect_base(parsed<DrawInvers>(SPICE_MSG_DISPLAY_DRAW_INVERS, sourceless).base);
}

TEST(DisplayDraw, Rop3) {
    const auto draw = parsed<DrawRop3>(SPICE_MSG_DISPLAY_DRAW_ROP3, rop3);
    expect_cached_image(draw.image);
    EXPECT_TRUE(std::holds_alternative<std::monostate>(draw.brush));
    EXPECT_EQ(draw.rop3, 0xcc);
    EXPECT_EQ(draw.scale_mode, 1);
}

TEST(DisplayDraw, Stroke) {
    const auto draw = parsed<DrawStroke>(SPICE_MSG_DISPLAY_DRAW_STROKE, stroke);
    ASSERT_EQ(draw.path.size(), 2U);
    EXPECT_EQ(draw.path[0].flags, SPICE_PATH_BEGIN);
    ASSERT_EQ(draw.path[0].points.size(), 2U);
    EXPECT_EQ(draw.path[0].points[1].x, -16);
    EXPECT_EQ(draw.path[1].flags, SPICE_PATH_END);
    EXPECT_EQ(draw.path[1].points[1].y, 4);
    EXPECT_EQ(draw.attr.flags, SPICE_LINE_FLAGS_STYLED);
    EXPECT_EQ(draw.attr.style, (std::vector<std::int32_t>{16, 32}));
    EXPECT_EQ(std::get<SolidBrush>(draw.brush).color, 0x112233U);
    EXPECT_EQ(draw.fore_mode, 8);
    EXPECT_EQ(draw.back_mode, 0);
}

TEST(DisplayDraw, Text) {
    const auto draw = parsed<DrawText>(SPICE_MSG_DISPLAY_DRAW_TEXT, text);
    EXPECT_EQ(draw.string.flags, SPICE_STRING_FLAGS_RASTER_A1);
    ASSERT_EQ(draw.string.glyphs.size(), 2U);
    const Glyph& first = draw.string.glyphs[0];
    EXPECT_EQ(first.render_pos, (Point{1, 2}));
    EXPECT_EQ(first.origin, (Point{-1, -2}));
    EXPECT_EQ(first.width, 9);
    EXPECT_EQ(first.height, 2);
    EXPECT_EQ(first.data.size(), 4U) << "rows are padded to bytes";
    EXPECT_EQ(draw.string.glyphs[1].data[0], std::byte{0xff});
    EXPECT_EQ(draw.back_area, expected_rect);
    EXPECT_EQ(std::get<SolidBrush>(draw.fore_brush).color, 0x112233U);
    EXPECT_TRUE(std::holds_alternative<std::monostate>(draw.back_brush));
    EXPECT_EQ(draw.fore_mode, 8);
}

TEST(DisplayDraw, TransparentAndAlphaBlend) {
    const auto key = parsed<DrawTransparent>(SPICE_MSG_DISPLAY_DRAW_TRANSPARENT, transparent);
    expect_cached_image(key.image);
    EXPECT_EQ(key.src_color, 0x112233U);
    EXPECT_EQ(key.true_color, 0x445566U);
    const auto blend = parsed<DrawAlphaBlend>(SPICE_MSG_DISPLAY_DRAW_ALPHA_BLEND, alpha_blend);
    expect_cached_image(blend.image);
    EXPECT_EQ(blend.flags, 2);
    EXPECT_EQ(blend.alpha, 0x80);
    EXPECT_EQ(blend.src_area, expected_rect);
}

TEST(DisplayDraw, Composite) {
    const auto draw = parsed<DrawComposite>(SPICE_MSG_DISPLAY_DRAW_COMPOSITE, composite);
    expect_cached_image(draw.src);
    ASSERT_TRUE(draw.mask);
    expect_cached_image(*draw.mask);
    EXPECT_EQ(draw.src_transform, (Transform{0x10000, 0, 0, 0, 0x10000, 0}));
    EXPECT_EQ(draw.mask_transform, (Transform{0x20000, 0, 0, 0, 0x20000, -0x10000}));
    EXPECT_EQ(draw.src_origin, (Point{1, -1}));
    EXPECT_EQ(draw.mask_origin, (Point{2, 3}));

    // Without the flags the optional parts take no bytes.
    const ByteVector plain = base + R"(
        03 00 00 00  25 00 00 00  01 00  02 00  03 00  04 00
    )"_hex + cached_image;
    const auto simple = parsed<DrawComposite>(SPICE_MSG_DISPLAY_DRAW_COMPOSITE, plain);
    EXPECT_FALSE(simple.mask || simple.src_transform || simple.mask_transform);
    EXPECT_EQ(simple.mask_origin, (Point{3, 4}));
}

TEST(DisplayDraw, CopyBits) {
    const auto draw = parsed<CopyBits>(SPICE_MSG_DISPLAY_COPY_BITS, copy_bits);
    expect_base(draw.base);
    EXPECT_EQ(draw.src_pos, (Point{7, 8}));
}

TEST(DisplayDraw, FailsOnEveryCut) {
    const auto fails = [](std::uint16_t type, const ByteVector& body) {
        expect_every_cut_fails(parse_display_message, type, body);
    };
    fails(SPICE_MSG_DISPLAY_DRAW_FILL, fill_solid);
    fails(SPICE_MSG_DISPLAY_DRAW_FILL, fill_pattern);
    fails(SPICE_MSG_DISPLAY_DRAW_OPAQUE, opaque);
    fails(SPICE_MSG_DISPLAY_DRAW_COPY, copy);
    fails(SPICE_MSG_DISPLAY_DRAW_BLEND, copy);
    fails(SPICE_MSG_DISPLAY_DRAW_BLACKNESS, sourceless);
    fails(SPICE_MSG_DISPLAY_DRAW_WHITENESS, sourceless);
    fails(SPICE_MSG_DISPLAY_DRAW_INVERS, sourceless);
    fails(SPICE_MSG_DISPLAY_DRAW_ROP3, rop3);
    fails(SPICE_MSG_DISPLAY_DRAW_STROKE, stroke);
    fails(SPICE_MSG_DISPLAY_DRAW_TEXT, text);
    fails(SPICE_MSG_DISPLAY_DRAW_TRANSPARENT, transparent);
    fails(SPICE_MSG_DISPLAY_DRAW_ALPHA_BLEND, alpha_blend);
    fails(SPICE_MSG_DISPLAY_DRAW_COMPOSITE, composite);
    fails(SPICE_MSG_DISPLAY_COPY_BITS, copy_bits);
}

TEST(DisplayDraw, RefusesMissingAndFarPointers) {
    const auto type = SPICE_MSG_DISPLAY_DRAW_COPY;
    expect_display_error(type, with_u32(copy, 21, 0), ErrorCode::invalid);
    expect_display_error(type, with_u32(copy, 21, 0xffffffff), ErrorCode::truncated);
    expect_display_error(type, with_u32(copy, 21, 75), ErrorCode::truncated);
    expect_display_error(
        SPICE_MSG_DISPLAY_DRAW_FILL, with_u32(fill_pattern, 22, 0), ErrorCode::invalid);
    expect_display_error(
        SPICE_MSG_DISPLAY_DRAW_FILL, with_u32(fill_pattern, 45, 0xfffffff0), ErrorCode::truncated);
    expect_display_error(
        SPICE_MSG_DISPLAY_DRAW_STROKE, with_u32(stroke, 21, 0), ErrorCode::invalid);
    expect_display_error(
        SPICE_MSG_DISPLAY_DRAW_STROKE, with_u32(stroke, 27, 0), ErrorCode::invalid);
    expect_display_error(SPICE_MSG_DISPLAY_DRAW_TEXT, with_u32(text, 21, 0), ErrorCode::invalid);
    expect_display_error(
        SPICE_MSG_DISPLAY_DRAW_COMPOSITE, with_u32(composite, 29, 0), ErrorCode::invalid);
}

TEST(DisplayDraw, RefusesHostileCounts) {
    // 20: the clip's type, 21: its count of rectangles.
    const ByteVector clipped = with_u8(copy, 20, SPICE_CLIP_TYPE_RECTS);
    for (const unsigned long count : {5UL, 0x10000001UL, 0xffffffffUL}) {
        expect_display_error(
            SPICE_MSG_DISPLAY_DRAW_COPY, with_u32(clipped, 21, count), ErrorCode::truncated);
    }
    expect_display_error(
        SPICE_MSG_DISPLAY_DRAW_STROKE, with_u32(stroke, 50, 12), ErrorCode::truncated);
    expect_display_error(
        SPICE_MSG_DISPLAY_DRAW_STROKE, with_u32(stroke, 50, 0xffffffff), ErrorCode::limit);
    expect_display_error(
        SPICE_MSG_DISPLAY_DRAW_STROKE, with_u32(stroke, 55, 0x20000001), ErrorCode::truncated);
    expect_display_error(
        SPICE_MSG_DISPLAY_DRAW_STROKE, with_u8(stroke, 26, 255), ErrorCode::truncated);
    expect_display_error(SPICE_MSG_DISPLAY_DRAW_TEXT, with_u8(text, 56, 255), ErrorCode::truncated);
    // 74: a glyph of 65535x65535 pixels.
    expect_display_error(
        SPICE_MSG_DISPLAY_DRAW_TEXT, with_u32(text, 74, 0xffffffff), ErrorCode::truncated);
}

TEST(DisplayDraw, RefusesUnknownKinds) {
    expect_display_error(SPICE_MSG_DISPLAY_DRAW_COPY, with_u8(copy, 20, 2), ErrorCode::invalid);
    expect_display_error(
        SPICE_MSG_DISPLAY_DRAW_FILL, with_u8(fill_solid, 21, 3), ErrorCode::invalid);
    for (const unsigned flags : {0U, 3U, 8U}) {
        expect_display_error(
            SPICE_MSG_DISPLAY_DRAW_TEXT, with_u8(text, 57, flags), ErrorCode::invalid);
    }
}

TEST(DisplayDraw, ReadsGlyphsOfFourAndEightBits) {
    // The second glyph's bits change with the format; there are enough bytes for both.
    const ByteVector longer = text + ByteVector(40);
    const auto a4 = parsed<DrawText>(SPICE_MSG_DISPLAY_DRAW_TEXT, with_u8(longer, 57, 2));
    EXPECT_EQ(a4.string.glyphs[0].data.size(), 10U) << "9 half bytes are 5 bytes, 2 rows";
    const auto a8 = parsed<DrawText>(SPICE_MSG_DISPLAY_DRAW_TEXT, with_u8(longer, 57, 4));
    EXPECT_EQ(a8.string.glyphs[0].data.size(), 18U);
}
