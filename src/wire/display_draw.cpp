#include "wire/display_draw.h"

#include <spice/enums.h>

namespace sumac::wire {

namespace {

constexpr std::size_t segment_header_size = 5;
constexpr std::size_t point_fix_size = 8;
constexpr std::size_t glyph_header_size = 20;
constexpr std::size_t dash_size = 4;

/// The image at a pointer that is not 0.
Image read_image_at(Reader& r, std::uint32_t offset) {
    auto image = parse_image(r.at(offset));
    if (image) return *std::move(image);
    r.fail(image.error());
    return {};
}

/// u32 pointer that must not be 0.
Image read_image(Reader& r) {
    const std::uint32_t offset = r.u32();
    if (offset == 0) r.fail(ErrorCode::invalid, "image is missing");
    return r.failed() ? Image{} : read_image_at(r, offset);
}

/// u32 pointer, 0 for none.
std::optional<Image> read_optional_image(Reader& r) {
    const std::uint32_t offset = r.u32();
    if (offset == 0 || r.failed()) return std::nullopt;
    return read_image_at(r, offset);
}

/// u8 type, then SOLID: u32 color; PATTERN: u32 pointer, Point.
Brush read_brush(Reader& r) {
    const std::uint8_t type = r.u8();
    switch (type) {
    case SPICE_BRUSH_TYPE_NONE:
        return {};
    case SPICE_BRUSH_TYPE_SOLID:
        return SolidBrush{r.u32()};
    case SPICE_BRUSH_TYPE_PATTERN: {
        PatternBrush brush;
        brush.image = read_image(r);
        brush.pos = read_point(r);
        return brush;
    }
    default:
        r.fail(ErrorCode::invalid, "unknown brush type");
        return {};
    }
}

/// u8 flags, Point pos, u32 pointer.
Mask read_mask(Reader& r) {
    Mask mask;
    mask.flags = r.u8();
    mask.pos = read_point(r);
    mask.image = read_optional_image(r);
    return mask;
}

Transform read_transform(Reader& r) {
    Transform transform{};
    for (std::int32_t& value : transform)
        value = r.i32();
    return transform;
}

/// i16 x, i16 y.
Point read_point16(Reader& r) {
    Point point;
    point.x = r.i16();
    point.y = r.i16();
    return point;
}

DrawFill read_fill(Reader& r) {
    DrawFill draw;
    draw.base = read_draw_base(r);
    draw.brush = read_brush(r);
    draw.rop = r.u16();
    draw.mask = read_mask(r);
    return draw;
}

DrawOpaque read_opaque(Reader& r) {
    DrawOpaque draw;
    draw.base = read_draw_base(r);
    draw.image = read_image(r);
    draw.src_area = read_rect(r);
    draw.brush = read_brush(r);
    draw.rop = r.u16();
    draw.scale_mode = r.u8();
    draw.mask = read_mask(r);
    return draw;
}

DrawCopy read_copy(Reader& r) {
    DrawCopy draw;
    draw.base = read_draw_base(r);
    draw.image = read_image(r);
    draw.src_area = read_rect(r);
    draw.rop = r.u16();
    draw.scale_mode = r.u8();
    draw.mask = read_mask(r);
    return draw;
}

/// BLACKNESS, WHITENESS, INVERS: no source at all.
template <class Draw>
Draw read_sourceless(Reader& r) {
    Draw draw;
    draw.base = read_draw_base(r);
    draw.mask = read_mask(r);
    return draw;
}

DrawRop3 read_rop3(Reader& r) {
    DrawRop3 draw;
    draw.base = read_draw_base(r);
    draw.image = read_image(r);
    draw.src_area = read_rect(r);
    draw.brush = read_brush(r);
    draw.rop3 = r.u8();
    draw.scale_mode = r.u8();
    draw.mask = read_mask(r);
    return draw;
}

/// u8 flags, u32 count, count * PointFix.
PathSegment read_segment(Reader& r) {
    PathSegment segment;
    segment.flags = r.u8();
    const std::uint32_t count = r.u32();
    if (count > r.left() / point_fix_size) r.fail(ErrorCode::truncated, "path points are missing");
    if (r.failed()) return segment;
    segment.points.reserve(count);
    for (std::uint32_t i = 0; i < count; ++i) {
        const std::int32_t x = r.i32();
        segment.points.push_back({x, r.i32()});
    }
    return segment;
}

/// u32 pointer (nonnull) to: u32 count, count * segment.
std::vector<PathSegment> read_path(Reader& r) {
    std::vector<PathSegment> path;
    const std::uint32_t offset = r.u32();
    if (offset == 0) r.fail(ErrorCode::invalid, "path is missing");
    if (r.failed()) return path;
    Reader far = r.at(offset);
    const std::uint32_t count = far.u32();
    if (count > max_path_segments) far.fail(ErrorCode::limit, "path has too many segments");
    if (count > far.left() / segment_header_size) {
        far.fail(ErrorCode::truncated, "path segments are missing");
    }
    for (std::uint32_t i = 0; i < count && !far.failed(); ++i)
        path.push_back(read_segment(far));
    if (far.failed()) r.fail(far.error());
    return path;
}

/// u8 flags; STYLED: u8 count, u32 pointer to count * i32.
LineAttr read_line_attr(Reader& r) {
    LineAttr attr;
    attr.flags = r.u8();
    if ((attr.flags & SPICE_LINE_FLAGS_STYLED) == 0) return attr;
    const std::uint8_t count = r.u8();
    const std::uint32_t offset = r.u32();
    if (count == 0 || r.failed()) return attr;
    if (offset == 0) r.fail(ErrorCode::invalid, "line style is missing");
    Reader far = r.at(offset);
    if (count > far.left() / dash_size) far.fail(ErrorCode::truncated, "dashes are missing");
    for (std::uint8_t i = 0; i < count && !far.failed(); ++i)
        attr.style.push_back(far.i32());
    if (far.failed()) r.fail(far.error());
    return attr;
}

DrawStroke read_stroke(Reader& r) {
    DrawStroke draw;
    draw.base = read_draw_base(r);
    draw.path = read_path(r);
    draw.attr = read_line_attr(r);
    draw.brush = read_brush(r);
    draw.fore_mode = r.u16();
    draw.back_mode = r.u16();
    return draw;
}

/// Exactly one of the three raster flags is set; 0 if not.
std::size_t bits_per_glyph_pixel(std::uint8_t flags) {
    constexpr std::uint8_t rasters =
        SPICE_STRING_FLAGS_RASTER_A1 | SPICE_STRING_FLAGS_RASTER_A4 | SPICE_STRING_FLAGS_RASTER_A8;
    switch (flags & rasters) {
    case SPICE_STRING_FLAGS_RASTER_A1:
        return 1;
    case SPICE_STRING_FLAGS_RASTER_A4:
        return 4;
    case SPICE_STRING_FLAGS_RASTER_A8:
        return 8;
    default:
        return 0;
    }
}

/// Point render_pos, Point origin, u16 width, u16 height, rows padded to bytes.
Glyph read_glyph(Reader& r, std::size_t bits) {
    Glyph glyph;
    glyph.render_pos = read_point(r);
    glyph.origin = read_point(r);
    glyph.width = r.u16();
    glyph.height = r.u16();
    glyph.data = r.bytes((glyph.width * bits + 7) / 8 * glyph.height);
    return glyph;
}

/// u32 pointer (nonnull) to: u16 count, u8 flags, count * glyph.
GlyphString read_string(Reader& r) {
    GlyphString string;
    const std::uint32_t offset = r.u32();
    if (offset == 0) r.fail(ErrorCode::invalid, "string is missing");
    if (r.failed()) return string;
    Reader far = r.at(offset);
    const std::uint16_t count = far.u16();
    string.flags = far.u8();
    const std::size_t bits = bits_per_glyph_pixel(string.flags);
    if (bits == 0) far.fail(ErrorCode::invalid, "string without one raster format");
    if (count > far.left() / glyph_header_size) {
        far.fail(ErrorCode::truncated, "glyphs are missing");
    }
    for (std::uint16_t i = 0; i < count && !far.failed(); ++i)
        string.glyphs.push_back(read_glyph(far, bits));
    if (far.failed()) r.fail(far.error());
    return string;
}

DrawText read_text(Reader& r) {
    DrawText draw;
    draw.base = read_draw_base(r);
    draw.string = read_string(r);
    draw.back_area = read_rect(r);
    draw.fore_brush = read_brush(r);
    draw.back_brush = read_brush(r);
    draw.fore_mode = r.u16();
    draw.back_mode = r.u16();
    return draw;
}

DrawTransparent read_transparent(Reader& r) {
    DrawTransparent draw;
    draw.base = read_draw_base(r);
    draw.image = read_image(r);
    draw.src_area = read_rect(r);
    draw.src_color = r.u32();
    draw.true_color = r.u32();
    return draw;
}

DrawAlphaBlend read_alpha_blend(Reader& r) {
    DrawAlphaBlend draw;
    draw.base = read_draw_base(r);
    draw.flags = r.u8();
    draw.alpha = r.u8();
    draw.image = read_image(r);
    draw.src_area = read_rect(r);
    return draw;
}

/// Base, u32 flags, image, [image mask], [transform], [transform], Point16, Point16.
DrawComposite read_composite(Reader& r) {
    DrawComposite draw;
    draw.base = read_draw_base(r);
    draw.flags = r.u32();
    draw.src = read_image(r);
    if ((draw.flags & SPICE_COMPOSITE_HAS_MASK) != 0) draw.mask = read_image(r);
    if ((draw.flags & SPICE_COMPOSITE_HAS_SRC_TRANSFORM) != 0) {
        draw.src_transform = read_transform(r);
    }
    if ((draw.flags & SPICE_COMPOSITE_HAS_MASK_TRANSFORM) != 0) {
        draw.mask_transform = read_transform(r);
    }
    draw.src_origin = read_point16(r);
    draw.mask_origin = read_point16(r);
    return draw;
}

} // namespace

DrawBase read_draw_base(Reader& r) {
    DrawBase base;
    base.surface = SurfaceId{r.u32()};
    base.box = read_rect(r);
    base.clip = read_clip(r);
    return base;
}

DisplayMessage read_draw_message(std::uint16_t type, Reader& r) {
    switch (type) {
    case SPICE_MSG_DISPLAY_DRAW_FILL:
        return read_fill(r);
    case SPICE_MSG_DISPLAY_DRAW_OPAQUE:
        return read_opaque(r);
    case SPICE_MSG_DISPLAY_DRAW_COPY:
        return read_copy(r);
    case SPICE_MSG_DISPLAY_DRAW_BLEND:
        return DrawBlend{read_copy(r)};
    case SPICE_MSG_DISPLAY_DRAW_BLACKNESS:
        return read_sourceless<DrawBlackness>(r);
    case SPICE_MSG_DISPLAY_DRAW_WHITENESS:
        return read_sourceless<DrawWhiteness>(r);
    case SPICE_MSG_DISPLAY_DRAW_INVERS:
        return read_sourceless<DrawInvers>(r);
    case SPICE_MSG_DISPLAY_DRAW_ROP3:
        return read_rop3(r);
    case SPICE_MSG_DISPLAY_DRAW_STROKE:
        return read_stroke(r);
    case SPICE_MSG_DISPLAY_DRAW_TEXT:
        return read_text(r);
    case SPICE_MSG_DISPLAY_DRAW_TRANSPARENT:
        return read_transparent(r);
    case SPICE_MSG_DISPLAY_DRAW_ALPHA_BLEND:
        return read_alpha_blend(r);
    case SPICE_MSG_DISPLAY_DRAW_COMPOSITE:
        return read_composite(r);
    default:
        return IgnoredDisplayMessage{type};
    }
}

} // namespace sumac::wire
