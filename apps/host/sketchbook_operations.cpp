#include "sketchbook_operations.h"

#include "draw_shapes.h"

#include <algorithm>
#include <iterator>

namespace sumac::host {

const std::string_view draw_operations = "fill opaque copy blend blackness whiteness invers rop3 "
                                         "stroke dash text transparent alpha_blend "
                                         "composite copy_bits";

namespace {

/// The others are no ternary operations: a guest's driver says FILL or COPY, and the server ends.
bool depends_on_all_three(unsigned rop3) {
    const bool on_brush = (rop3 >> 4) != (rop3 & 0x0f);
    const bool on_source = (rop3 >> 2 & 0x33) != (rop3 & 0x33);
    const bool on_dest = (rop3 >> 1 & 0x55) != (rop3 & 0x55);
    return on_brush && on_source && on_dest;
}

} // namespace

const Operations::Named Operations::named[] = {
    {"fill", QXL_DRAW_FILL, &Operations::fill},
    {"opaque", QXL_DRAW_OPAQUE, &Operations::opaque},
    {"copy", QXL_DRAW_COPY, &Operations::copy},
    {"blend", QXL_DRAW_BLEND, &Operations::blend},
    {"blackness", QXL_DRAW_BLACKNESS, &Operations::blackness},
    {"whiteness", QXL_DRAW_WHITENESS, &Operations::whiteness},
    {"invers", QXL_DRAW_INVERS, &Operations::invers},
    {"rop3", QXL_DRAW_ROP3, &Operations::rop3},
    {"stroke", QXL_DRAW_STROKE, &Operations::stroke},
    {"dash", QXL_DRAW_STROKE, &Operations::dash},
    {"text", QXL_DRAW_TEXT, &Operations::text},
    {"transparent", QXL_DRAW_TRANSPARENT, &Operations::transparent},
    {"alpha_blend", QXL_DRAW_ALPHA_BLEND, &Operations::alpha_blend},
    {"composite", QXL_DRAW_COMPOSITE, &Operations::composite},
    {"copy_bits", QXL_COPY_BITS, &Operations::copy_bits},
};

const Operations::Named& Operations::choose(std::string_view name) {
    const auto found = std::ranges::find(named, name, &Named::name);
    return found != std::end(named) ? *found : named[dice_.word() % std::size(named)];
}

void Operations::draw(std::string_view name, Sketch& sketch) {
    const Named& operation = choose(name);
    sketch.qxl.type = operation.type;
    (this->*operation.draw)(sketch);
    sketch.qxl.effect = sketch.covers && dice_.one_in(2) ? QXL_EFFECT_OPAQUE : QXL_EFFECT_BLEND;
}

void Operations::fill(Sketch& sketch) {
    auto& fill = sketch.qxl.u.fill;
    fill.brush = operands_.brush(sketch, Tiles::images_and_surfaces);
    fill.rop_descriptor = operands_.rop();
    fill.mask = operands_.mask(sketch);
    sketch.covers = fill.rop_descriptor == SPICE_ROPD_OP_PUT && fill.mask.bitmap == 0;
}

void Operations::opaque(Sketch& sketch) {
    auto& opaque = sketch.qxl.u.opaque;
    const Source from = operands_.source(sketch, {});
    opaque.src_bitmap = from.image;
    opaque.src_area = qxl_rect(from.area);
    opaque.brush = operands_.brush(sketch, Tiles::images_and_surfaces);
    opaque.rop_descriptor = operands_.rop();
    opaque.scale_mode = static_cast<std::uint8_t>(dice_.between(0, 1));
    opaque.mask = operands_.mask(sketch);
}

void Operations::copy(Sketch& sketch) {
    auto& copy = sketch.qxl.u.copy;
    copy.rop_descriptor = operands_.rop();
    const Source from = operands_.source(sketch, {});
    copy.src_bitmap = from.image;
    copy.src_area = qxl_rect(from.area);
    copy.scale_mode = static_cast<std::uint8_t>(dice_.between(0, 1));
    copy.mask = operands_.mask(sketch);
    sketch.covers = copy.rop_descriptor == SPICE_ROPD_OP_PUT && copy.mask.bitmap == 0;
}

void Operations::blend(Sketch& sketch) {
    copy(sketch); // the same structure, and the same effect
}

void Operations::blackness(Sketch& sketch) {
    sketch.qxl.u.blackness.mask = operands_.mask(sketch);
    sketch.covers = sketch.qxl.u.blackness.mask.bitmap == 0;
}

void Operations::whiteness(Sketch& sketch) {
    sketch.qxl.u.whiteness.mask = operands_.mask(sketch);
    sketch.covers = sketch.qxl.u.whiteness.mask.bitmap == 0;
}

void Operations::invers(Sketch& sketch) {
    sketch.qxl.u.invers.mask = operands_.mask(sketch);
}

void Operations::rop3(Sketch& sketch) {
    auto& rop3 = sketch.qxl.u.rop3;
    const Source from = operands_.source(sketch, {});
    rop3.src_bitmap = from.image;
    rop3.src_area = qxl_rect(from.area);
    rop3.brush = operands_.brush(sketch, Tiles::images_and_surfaces);
    // The server takes a remainder that may be negative for an index.
    if (rop3.brush.type == SPICE_BRUSH_TYPE_PATTERN)
        rop3.brush.u.pattern.pos = {.x = sketch.box.x - dice_.between(0, 90),
                                    .y = sketch.box.y - dice_.between(0, 90)};
    do
        rop3.rop3 = static_cast<std::uint8_t>(dice_.word());
    while (!depends_on_all_three(rop3.rop3));
    rop3.scale_mode = static_cast<std::uint8_t>(dice_.between(0, 1));
    rop3.mask = operands_.mask(sketch);
}

void Operations::stroke(Sketch& sketch) {
    auto& stroke = sketch.qxl.u.stroke;
    // Of a line that meets rectangles side by side the server forgets a part, or writes too far.
    if (sketch.qxl.clip.type == SPICE_CLIP_TYPE_RECTS)
        sketch.qxl.clip = make_column_clip(dice_, sketch.drawing.memory, sketch.box);
    stroke.path = make_path(dice_, sketch.drawing.memory, sketch.box);
    stroke.brush =
        operands_.brush(sketch, Tiles::images); // the server takes a surface here for an image
    stroke.fore_mode = operands_.rop();
    stroke.back_mode = operands_.rop();
}

void Operations::dash(Sketch& sketch) {
    stroke(sketch);
    sketch.qxl.u.stroke.attr = make_dashes(dice_, sketch.drawing.memory);
}

void Operations::text(Sketch& sketch) {
    auto& text = sketch.qxl.u.text;
    text.str = make_string(dice_, sketch.drawing.memory, sketch.box);
    if (dice_.one_in(2))
        text.back_area = qxl_rect({sketch.box.x + dice_.between(-4, sketch.box.width - 1),
                                   sketch.box.y + dice_.between(-4, sketch.box.height - 1),
                                   dice_.between(1, sketch.box.width),
                                   dice_.between(1, sketch.box.height)});
    // The server shifts a tile of the text in place: nothing else may use it.
    text.fore_brush = operands_.brush(sketch, Tiles::uncached_images);
    text.back_brush = operands_.brush(sketch, Tiles::images);
    text.fore_mode = text.back_mode = SPICE_ROPD_OP_PUT;
}

void Operations::transparent(Sketch& sketch) {
    auto& transparent = sketch.qxl.u.transparent;
    const Source from = operands_.source(sketch, {});
    transparent.src_bitmap = from.image;
    transparent.src_area = qxl_rect(from.area);
    transparent.true_color = transparent.src_color = from.some_colour;
}

void Operations::alpha_blend(Sketch& sketch) {
    auto& blend = sketch.qxl.u.alpha_blend;
    const Source from =
        operands_.source(sketch, {.surface_depth = SurfaceDepth::any, .with_alpha = true});
    blend.src_bitmap = from.image;
    blend.src_area = qxl_rect(from.area);
    blend.alpha = dice_.one_in(2) ? 255 : static_cast<std::uint8_t>(dice_.word());
    if (dice_.one_in(3)) blend.alpha_flags = SPICE_ALPHA_FLAGS_DEST_HAS_ALPHA;
}

void Operations::composite(Sketch& sketch) {
    constexpr std::uint32_t has_mask = SPICE_COMPOSITE_HAS_MASK;
    auto& composite = sketch.qxl.u.composite;
    auto& memory = sketch.drawing.memory;
    const auto chance = [&](unsigned first_bit, int most) {
        return static_cast<std::uint32_t>(dice_.between(0, most)) << first_bit;
    };
    // Operators; filters of source and mask; repeats of source and mask; alpha of each component.
    composite.flags =
        dice_.one_in(4)
            ? static_cast<std::uint32_t>(dice_.between(QXL_OP_MULTIPLY, QXL_OP_HSL_LUMINOSITY))
            : chance(0, QXL_OP_SATURATE);
    composite.flags |= chance(8, 4) | chance(11, 4) | chance(14, 3) | chance(16, 3) | chance(18, 1);
    const SourceWish wish{
        .surface_depth = SurfaceDepth::any, .with_alpha = true, .may_be_cached = false};
    const Source from = operands_.source(sketch, wish);
    composite.src = from.image;
    composite.src_origin = {.x = static_cast<std::int16_t>(from.area.x),
                            .y = static_cast<std::int16_t>(from.area.y)};
    // The server leaves a surface transformed for whoever reads it next.
    if (!from.is_surface && dice_.one_in(3))
        composite.src_transform = make_transform(dice_, memory);
    if (from.is_surface && !from.is_coverage && dice_.one_in(3))
        composite.flags |= SPICE_COMPOSITE_SOURCE_OPAQUE;
    if (dice_.one_in(2)) return;
    const Source through = operands_.source(sketch, wish);
    composite.flags |= has_mask;
    composite.mask = through.image;
    composite.mask_origin = {.x = static_cast<std::int16_t>(through.area.x),
                             .y = static_cast<std::int16_t>(through.area.y)};
    if (!through.is_surface && dice_.one_in(3))
        composite.mask_transform = make_transform(dice_, memory);
}

void Operations::copy_bits(Sketch& sketch) {
    const Size size = sketch.target.size;
    auto& from = sketch.qxl.u.copy_bits.src_pos;
    from = {.x = dice_.between(0, size.width - sketch.box.width),
            .y = dice_.between(0, size.height - sketch.box.height)};
    if (dice_.one_in(2)) // over itself
        from = {
            .x = std::clamp(sketch.box.x + dice_.between(-9, 9), 0, size.width - sketch.box.width),
            .y = std::clamp(
                sketch.box.y + dice_.between(-9, 9), 0, size.height - sketch.box.height)};
}

} // namespace sumac::host
