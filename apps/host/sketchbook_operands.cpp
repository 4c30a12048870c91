#include "sketchbook_operands.h"

#include "draw_shapes.h"

#include <algorithm>

namespace sumac::host {

namespace {

/// What is no colour in 32xRGB would become alpha: compressed images lose it, and a client that
/// comes later cannot know it.
bool can_be_copied(const Board& from, const Board& to) {
    return depth_of(from.format) == depth_of(to.format) &&
           (to.format != SPICE_SURFACE_FMT_32_ARGB || from.format == SPICE_SURFACE_FMT_32_ARGB);
}

} // namespace

void Sketch::depend_on(const Board& board) {
    qxl.surfaces_dest[sources] = static_cast<std::int32_t>(board.id);
    qxl.surfaces_rects[sources] = qxl_rect({0, 0, board.size.width, board.size.height});
    ++sources;
}

std::uint16_t OperandMaker::rop() {
    if (dice_.one_in(3)) return SPICE_ROPD_OP_PUT;
    constexpr std::uint16_t operations[] = {SPICE_ROPD_OP_PUT,
                                            SPICE_ROPD_OP_OR,
                                            SPICE_ROPD_OP_AND,
                                            SPICE_ROPD_OP_XOR,
                                            SPICE_ROPD_OP_BLACKNESS,
                                            SPICE_ROPD_OP_WHITENESS,
                                            SPICE_ROPD_OP_INVERS};
    constexpr std::uint16_t inversions[] = {SPICE_ROPD_INVERS_SRC,
                                            SPICE_ROPD_INVERS_BRUSH,
                                            SPICE_ROPD_INVERS_DEST,
                                            SPICE_ROPD_INVERS_RES};
    std::uint16_t rop = dice_.pick(operations);
    for (const auto inversion : inversions)
        if (dice_.one_in(2)) rop = static_cast<std::uint16_t>(rop | inversion);
    return rop;
}

std::optional<Source> OperandMaker::surface_source(Sketch& sketch, Size size, SurfaceDepth depth) {
    const Board& board =
        boards_[static_cast<std::size_t>(dice_.between(0, static_cast<int>(boards_.size()) - 1))];
    const bool fits = board.size.width >= size.width && board.size.height >= size.height &&
                      board.id != sketch.target.id &&
                      (depth == SurfaceDepth::any || can_be_copied(board, sketch.target));
    if (!fits) return std::nullopt;
    sketch.depend_on(board);
    return Source{.image = surface_image(sketch.drawing.memory, board),
                  .area = {dice_.between(0, board.size.width - size.width),
                           dice_.between(0, board.size.height - size.height),
                           size.width,
                           size.height},
                  .some_colour = dice_.word() & 0xffffff,
                  .is_surface = true,
                  .is_coverage = board.format == SPICE_SURFACE_FMT_8_A};
}

Source OperandMaker::source(Sketch& sketch, const SourceWish& wish) {
    Size size{sketch.box.width, sketch.box.height};
    if (wish.may_scale && dice_.one_in(3))
        size = {dice_.length(most_box_side), dice_.length(most_box_side)};
    if (dice_.one_in(5))
        if (const auto found = surface_source(sketch, size, wish.surface_depth)) return *found;
    const DrawImage image = images_.image(sketch.drawing,
                                          {.least = size,
                                           .surface_format = sketch.target.format,
                                           .with_alpha = wish.with_alpha,
                                           .may_be_cached = wish.may_be_cached});
    return {.image = image.address,
            .area = {dice_.between(0, image.size.width - size.width),
                     dice_.between(0, image.size.height - size.height),
                     size.width,
                     size.height},
            .some_colour = image.some_colour};
}

QXLBrush OperandMaker::brush(Sketch& sketch, Tiles tiles) {
    QXLBrush brush{};
    brush.type = SPICE_BRUSH_TYPE_SOLID;
    brush.u.color = dice_.word();
    if (sketch.target.format == SPICE_SURFACE_FMT_32_xRGB) brush.u.color &= 0xffffff;
    if (depth_of(sketch.target.format) == 16) brush.u.color &= 0x7fff;
    if (dice_.one_in(10)) return {.type = SPICE_BRUSH_TYPE_NONE, .u = {}};
    if (dice_.one_in(2)) return brush;
    brush.type = SPICE_BRUSH_TYPE_PATTERN;
    brush.u.pattern.pos = {.x = sketch.box.x + dice_.between(-90, 40),
                           .y = sketch.box.y + dice_.between(-90, 40)};
    if (tiles == Tiles::images_and_surfaces && dice_.one_in(5)) {
        if (const auto found = surface_source(sketch, {1, 1}, SurfaceDepth::as_target)) {
            brush.u.pattern.pat = found->image;
            return brush;
        }
    }
    brush.u.pattern.pat = images_
                              .image(sketch.drawing,
                                     {.least = {dice_.length(40), dice_.length(40)},
                                      .most_extra = 0,
                                      .surface_format = sketch.target.format,
                                      .may_be_cached = tiles != Tiles::uncached_images})
                              .address;
    return brush;
}

QXLQMask OperandMaker::mask(Sketch& sketch) {
    if (!dice_.one_in(3)) return {};
    QXLQMask mask{};
    if (dice_.one_in(2)) mask.flags = SPICE_MASK_FLAGS_INVERS;
    mask.pos = {.x = dice_.one_in(2) ? dice_.between(-8, 90) : 0,
                .y = dice_.one_in(2) ? dice_.between(-8, 40) : 0};
    const int less = dice_.one_in(4) ? dice_.between(0, 20) : 0;
    mask.bitmap = images_
                      .mask(sketch.drawing,
                            {std::max(40, sketch.box.width + mask.pos.x - less),
                             std::max(48, sketch.box.height + mask.pos.y - less)})
                      .address;
    return mask;
}

} // namespace sumac::host
