#include "sketchbook.h"

#include "draw_shapes.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace sumac::host {

const std::string_view draw_operations = "fill opaque copy blend blackness whiteness invers rop3 "
                                         "stroke dash text transparent alpha_blend "
                                         "composite copy_bits";

struct Sketchbook::Named {
    std::string_view name;
    std::uint8_t type;
    Operation draw;
};

struct Sketchbook::Sketch {
    Drawing& drawing;
    QXLDrawable& qxl;
    const Board& target;
    const Area box;
    int sources = 0;     ///< surfaces that it reads
    bool covers = false; ///< leaves nothing of what was there

    void depend_on(const Board& board) {
        qxl.surfaces_dest[sources] = static_cast<std::int32_t>(board.id);
        qxl.surfaces_rects[sources] = qxl_rect({0, 0, board.size.width, board.size.height});
        ++sources;
    }
};

namespace {

constexpr int most_box_side = 200;

int depth_of(std::uint32_t format) {
    return static_cast<int>(format & 0x3f);
}

/// The others are no ternary operations: a guest's driver says FILL or COPY, and the server ends.
bool depends_on_all_three(unsigned rop3) {
    const bool on_brush = (rop3 >> 4) != (rop3 & 0x0f);
    const bool on_source = (rop3 >> 2 & 0x33) != (rop3 & 0x33);
    const bool on_dest = (rop3 >> 1 & 0x55) != (rop3 & 0x55);
    return on_brush && on_source && on_dest;
}

QXLPHYSICAL surface_image(Drawing& drawing, std::uint32_t id, Size size) {
    auto& image = drawing.memory.make<QXLImage>();
    image.descriptor.type = SPICE_IMAGE_TYPE_SURFACE;
    image.descriptor.width = static_cast<std::uint32_t>(size.width);
    image.descriptor.height = static_cast<std::uint32_t>(size.height);
    image.surface_image.surface_id = id;
    return address_in_guest(&image);
}

} // namespace

const Sketchbook::Named* Sketchbook::find(std::string_view name) {
    static constexpr std::array<Named, 15> all{{
        {"fill", QXL_DRAW_FILL, &Sketchbook::fill},
        {"opaque", QXL_DRAW_OPAQUE, &Sketchbook::opaque},
        {"copy", QXL_DRAW_COPY, &Sketchbook::copy},
        {"blend", QXL_DRAW_BLEND, &Sketchbook::blend},
        {"blackness", QXL_DRAW_BLACKNESS, &Sketchbook::blackness},
        {"whiteness", QXL_DRAW_WHITENESS, &Sketchbook::whiteness},
        {"invers", QXL_DRAW_INVERS, &Sketchbook::invers},
        {"rop3", QXL_DRAW_ROP3, &Sketchbook::rop3},
        {"stroke", QXL_DRAW_STROKE, &Sketchbook::stroke},
        {"dash", QXL_DRAW_STROKE, &Sketchbook::dash},
        {"text", QXL_DRAW_TEXT, &Sketchbook::text},
        {"transparent", QXL_DRAW_TRANSPARENT, &Sketchbook::transparent},
        {"alpha_blend", QXL_DRAW_ALPHA_BLEND, &Sketchbook::alpha_blend},
        {"composite", QXL_DRAW_COMPOSITE, &Sketchbook::composite},
        {"copy_bits", QXL_COPY_BITS, &Sketchbook::copy_bits},
    }};
    const auto found = std::ranges::find(all, name, &Named::name);
    return found == all.end() ? nullptr : &*found;
}

bool is_draw_operation(std::string_view name) {
    return name == "all" ||
           (" " + std::string(draw_operations) + " ").find(" " + std::string(name) + " ") !=
               std::string::npos;
}

Sketchbook::Sketchbook(const Sketches& sketches, Size primary, std::uint32_t round)
    : dice_(sketches.seed),
      images_(dice_, round),
      operation_(find(sketches.operation)),
      left_(sketches.count) {
    boards_.push_back({.id = 0, .size = primary, .format = SPICE_SURFACE_FMT_32_xRGB});
    constexpr std::uint32_t formats[] = {SPICE_SURFACE_FMT_32_xRGB,
                                         SPICE_SURFACE_FMT_32_ARGB,
                                         SPICE_SURFACE_FMT_16_555,
                                         SPICE_SURFACE_FMT_8_A};
    std::uint32_t place = round * static_cast<std::uint32_t>(std::size(formats));
    for (const auto format : formats)
        boards_.push_back({.id = 1 + place++ % (most_draw_surfaces - 1),
                           .size = {dice_.between(40, 260), dice_.between(40, 260)},
                           .format = format});
    to_create_.assign(boards_.begin() + 1, boards_.end());
    to_destroy_ = to_create_;
    to_introduce_.assign(boards_.begin() + 1, boards_.end() - 1); // all that are drawn on
    to_exhibit_ = to_introduce_;
}

Sketchbook::~Sketchbook() = default;

std::unique_ptr<Drawing> Sketchbook::next() {
    const auto take = [](std::deque<Board>& boards) {
        const Board board = boards.front();
        boards.pop_front();
        return board;
    };
    if (!to_create_.empty()) return create(take(to_create_));
    if (!to_introduce_.empty()) return introduce(take(to_introduce_));
    if (left_ > 0) {
        --left_;
        return sketch();
    }
    if (!to_exhibit_.empty()) return exhibit(take(to_exhibit_));
    if (!to_destroy_.empty()) return destroy(take(to_destroy_));
    return nullptr;
}

// --- surfaces

std::unique_ptr<Drawing> Sketchbook::create(const Board& board) {
    auto drawing = std::make_unique<Drawing>();
    const auto bytes = static_cast<std::size_t>(depth_of(board.format)) / 8;
    const std::size_t stride = (static_cast<std::size_t>(board.size.width) * bytes + 3) / 4 * 4;
    const auto data = drawing->memory.bytes(stride * static_cast<std::size_t>(board.size.height));
    for (std::size_t at = 0; at < data.size(); at += 4) {
        std::uint32_t value = dice_.word();
        if (board.format == SPICE_SURFACE_FMT_32_xRGB) value &= 0xffffff;
        if (board.format == SPICE_SURFACE_FMT_16_555) value &= 0x7fff7fff;
        if (board.format == SPICE_SURFACE_FMT_32_ARGB) value |= (value >> 1 & 0x7f7f7f) << 24;
        std::memcpy(&data[at], &value, sizeof value);
    }
    auto& command = drawing->memory.make<QXLSurfaceCmd>();
    command.surface_id = board.id;
    command.type = QXL_SURFACE_CMD_CREATE;
    command.flags = QXL_SURF_FLAG_KEEP_DATA;
    command.u.surface_create.format = board.format;
    command.u.surface_create.width = static_cast<std::uint32_t>(board.size.width);
    command.u.surface_create.height = static_cast<std::uint32_t>(board.size.height);
    command.u.surface_create.stride = static_cast<std::int32_t>(stride);
    command.u.surface_create.data = address_in_guest(data.data());
    drawing->become(QXL_CMD_SURFACE, command);
    return drawing;
}

/// The first drawing on a surface that a client does not have yet is sent to it twice: in the
/// surface's image, and as itself. So it is one that changes nothing the second time.
std::unique_ptr<Drawing> Sketchbook::introduce(const Board& board) {
    auto drawing = std::make_unique<Drawing>();
    auto& qxl = make_drawable(*drawing, board, {0, 0, 1, 1});
    qxl.type = QXL_DRAW_BLACKNESS;
    drawing->become(QXL_CMD_DRAW, qxl);
    return drawing;
}

/// Nobody sees what is off the screen until it is copied there.
std::unique_ptr<Drawing> Sketchbook::exhibit(const Board& board) {
    auto drawing = std::make_unique<Drawing>();
    const Board& wall = boards_.front();
    const Area box{0,
                   0,
                   std::min(board.size.width, wall.size.width),
                   std::min(board.size.height, wall.size.height)};
    auto& qxl = make_drawable(*drawing, wall, box);
    qxl.surfaces_dest[0] = static_cast<std::int32_t>(board.id);
    qxl.surfaces_rects[0] = qxl_rect({0, 0, board.size.width, board.size.height});
    const QXLPHYSICAL image = surface_image(*drawing, board.id, board.size);
    if (depth_of(board.format) == depth_of(wall.format)) {
        qxl.type = QXL_DRAW_COPY;
        qxl.u.copy.rop_descriptor = SPICE_ROPD_OP_XOR; // what hung here before stays visible, too
        qxl.u.copy.src_bitmap = image;
        qxl.u.copy.src_area = qxl_rect(box);
    } else { // the server takes no other operation between depths
        qxl.type = QXL_DRAW_ALPHA_BLEND;
        qxl.u.alpha_blend.alpha = 128;
        qxl.u.alpha_blend.src_bitmap = image;
        qxl.u.alpha_blend.src_area = qxl_rect(box);
    }
    drawing->become(QXL_CMD_DRAW, qxl);
    return drawing;
}

std::unique_ptr<Drawing> Sketchbook::destroy(const Board& board) {
    auto drawing = std::make_unique<Drawing>();
    auto& command = drawing->memory.make<QXLSurfaceCmd>();
    command.surface_id = board.id;
    command.type = QXL_SURFACE_CMD_DESTROY;
    drawing->become(QXL_CMD_SURFACE, command);
    return drawing;
}

// --- one drawing

QXLDrawable& Sketchbook::make_drawable(Drawing& drawing, const Board& target, const Area& box) {
    auto& qxl = drawing.memory.make<QXLDrawable>();
    qxl.surface_id = target.id;
    qxl.bbox = qxl_rect(box);
    qxl.clip.type = SPICE_CLIP_TYPE_NONE;
    for (std::size_t i = 0; i < 3; ++i)
        qxl.surfaces_dest[i] = -1; // none
    return qxl;
}

const Sketchbook::Board& Sketchbook::choose_target() {
    // Not the last: one of eight bits serves as a mask only.
    return dice_.one_in(4) ? boards_[static_cast<std::size_t>(dice_.between(1, 3))] : boards_[0];
}

std::unique_ptr<Drawing> Sketchbook::sketch() {
    auto drawing = std::make_unique<Drawing>();
    const Board& target = choose_target();
    const int width = dice_.length(std::min(most_box_side, target.size.width));
    const int height = dice_.length(std::min(most_box_side, target.size.height));
    const Area box{dice_.between(0, target.size.width - width),
                   dice_.between(0, target.size.height - height),
                   width,
                   height};
    auto& qxl = make_drawable(*drawing, target, box);
    if (dice_.one_in(3)) qxl.clip = make_clip(dice_, drawing->memory, box);
    Sketch sketch{.drawing = *drawing, .qxl = qxl, .target = target, .box = box};

    const Named* operation = operation_;
    if (operation == nullptr) {
        constexpr const char* names[] = {"fill",
                                         "opaque",
                                         "copy",
                                         "blend",
                                         "blackness",
                                         "whiteness",
                                         "invers",
                                         "rop3",
                                         "stroke",
                                         "text",
                                         "transparent",
                                         "alpha_blend",
                                         "composite",
                                         "copy_bits"};
        operation = find(dice_.pick(names));
    }
    qxl.type = operation->type;
    (this->*operation->draw)(sketch);
    qxl.effect = sketch.covers && dice_.one_in(2) ? QXL_EFFECT_OPAQUE : QXL_EFFECT_BLEND;
    drawing->become(QXL_CMD_DRAW, qxl);
    return drawing;
}

// --- what drawings are made of

std::uint16_t Sketchbook::rop() {
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

std::optional<Sketchbook::Source>
Sketchbook::surface_source(Sketch& sketch, Size size, Depth depth) {
    const Board& board =
        boards_[static_cast<std::size_t>(dice_.between(0, static_cast<int>(boards_.size()) - 1))];
    const bool fits =
        board.size.width >= size.width && board.size.height >= size.height &&
        board.id != sketch.target.id &&
        (depth == Depth::any || depth_of(board.format) == depth_of(sketch.target.format));
    if (!fits) return std::nullopt;
    sketch.depend_on(board);
    return Source{.image = surface_image(sketch.drawing, board.id, board.size),
                  .area = {dice_.between(0, board.size.width - size.width),
                           dice_.between(0, board.size.height - size.height),
                           size.width,
                           size.height},
                  .some_colour = dice_.word() & 0xffffff,
                  .is_surface = true,
                  .is_coverage = board.format == SPICE_SURFACE_FMT_8_A};
}

Sketchbook::Source Sketchbook::source(Sketch& sketch, const SourceWish& wish) {
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

QXLBrush Sketchbook::brush(Sketch& sketch, Tiles tiles) {
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
        if (const auto found = surface_source(sketch, {1, 1}, Depth::same)) {
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

QXLQMask Sketchbook::mask(Sketch& sketch) {
    if (!dice_.one_in(3)) return {};
    QXLQMask mask{};
    if (dice_.one_in(2)) mask.flags = SPICE_MASK_FLAGS_INVERS;
    // Up to 31: see make_clip.
    mask.pos = {.x = dice_.one_in(2) ? dice_.between(-8, 31) : 0,
                .y = dice_.one_in(2) ? dice_.between(-8, 40) : 0};
    const int less = dice_.one_in(4) ? dice_.between(0, 20) : 0;
    mask.bitmap = images_
                      .mask(sketch.drawing,
                            {std::max(40, sketch.box.width + mask.pos.x - less),
                             std::max(48, sketch.box.height + mask.pos.y - less)})
                      .address;
    return mask;
}

// --- the operations

void Sketchbook::fill(Sketch& sketch) {
    auto& fill = sketch.qxl.u.fill;
    fill.brush = brush(sketch, Tiles::images_and_surfaces);
    fill.rop_descriptor = rop();
    fill.mask = mask(sketch);
    sketch.covers = fill.rop_descriptor == SPICE_ROPD_OP_PUT && fill.mask.bitmap == 0;
}

void Sketchbook::opaque(Sketch& sketch) {
    auto& opaque = sketch.qxl.u.opaque;
    const Source from = source(sketch, {});
    opaque.src_bitmap = from.image;
    opaque.src_area = qxl_rect(from.area);
    opaque.brush = brush(sketch, Tiles::images_and_surfaces);
    opaque.rop_descriptor = rop();
    opaque.scale_mode = static_cast<std::uint8_t>(dice_.between(0, 1));
    opaque.mask = mask(sketch);
}

void Sketchbook::copy(Sketch& sketch) {
    auto& copy = sketch.qxl.u.copy;
    copy.rop_descriptor = rop();
    const Source from = source(sketch, {});
    copy.src_bitmap = from.image;
    copy.src_area = qxl_rect(from.area);
    copy.scale_mode = static_cast<std::uint8_t>(dice_.between(0, 1));
    copy.mask = mask(sketch);
    sketch.covers = copy.rop_descriptor == SPICE_ROPD_OP_PUT && copy.mask.bitmap == 0;
}

void Sketchbook::blend(Sketch& sketch) {
    copy(sketch); // the same structure, and the same effect
}

void Sketchbook::blackness(Sketch& sketch) {
    sketch.qxl.u.blackness.mask = mask(sketch);
    sketch.covers = sketch.qxl.u.blackness.mask.bitmap == 0;
}

void Sketchbook::whiteness(Sketch& sketch) {
    sketch.qxl.u.whiteness.mask = mask(sketch);
    sketch.covers = sketch.qxl.u.whiteness.mask.bitmap == 0;
}

void Sketchbook::invers(Sketch& sketch) {
    sketch.qxl.u.invers.mask = mask(sketch);
}

void Sketchbook::rop3(Sketch& sketch) {
    auto& rop3 = sketch.qxl.u.rop3;
    const Source from = source(sketch, {});
    rop3.src_bitmap = from.image;
    rop3.src_area = qxl_rect(from.area);
    rop3.brush = brush(sketch, Tiles::images_and_surfaces);
    // The server takes a remainder that may be negative for an index.
    if (rop3.brush.type == SPICE_BRUSH_TYPE_PATTERN)
        rop3.brush.u.pattern.pos = {.x = sketch.box.x - dice_.between(0, 90),
                                    .y = sketch.box.y - dice_.between(0, 90)};
    do
        rop3.rop3 = static_cast<std::uint8_t>(dice_.word());
    while (!depends_on_all_three(rop3.rop3));
    rop3.scale_mode = static_cast<std::uint8_t>(dice_.between(0, 1));
    rop3.mask = mask(sketch);
}

void Sketchbook::stroke(Sketch& sketch) {
    auto& stroke = sketch.qxl.u.stroke;
    stroke.path = make_path(dice_, sketch.drawing.memory, sketch.box);
    stroke.brush = brush(sketch, Tiles::images); // the server takes a surface here for an image
    stroke.fore_mode = rop();
    stroke.back_mode = rop();
}

void Sketchbook::dash(Sketch& sketch) {
    stroke(sketch);
    sketch.qxl.u.stroke.attr = make_dashes(dice_, sketch.drawing.memory);
}

void Sketchbook::text(Sketch& sketch) {
    auto& text = sketch.qxl.u.text;
    text.str = make_string(dice_, sketch.drawing.memory, sketch.box);
    if (dice_.one_in(2))
        text.back_area = qxl_rect({sketch.box.x + dice_.between(-4, sketch.box.width - 1),
                                   sketch.box.y + dice_.between(-4, sketch.box.height - 1),
                                   dice_.between(1, sketch.box.width),
                                   dice_.between(1, sketch.box.height)});
    // The server shifts a tile of the text in place: nothing else may use it.
    text.fore_brush = brush(sketch, Tiles::uncached_images);
    text.back_brush = brush(sketch, Tiles::images);
    text.fore_mode = text.back_mode = SPICE_ROPD_OP_PUT;
}

void Sketchbook::transparent(Sketch& sketch) {
    auto& transparent = sketch.qxl.u.transparent;
    const Source from = source(sketch, {});
    transparent.src_bitmap = from.image;
    transparent.src_area = qxl_rect(from.area);
    transparent.true_color = transparent.src_color = from.some_colour;
}

void Sketchbook::alpha_blend(Sketch& sketch) {
    auto& blend = sketch.qxl.u.alpha_blend;
    const Source from = source(sketch, {.surface_depth = Depth::any, .with_alpha = true});
    blend.src_bitmap = from.image;
    blend.src_area = qxl_rect(from.area);
    blend.alpha = dice_.one_in(2) ? 255 : static_cast<std::uint8_t>(dice_.word());
    if (dice_.one_in(3)) blend.alpha_flags = SPICE_ALPHA_FLAGS_DEST_HAS_ALPHA;
}

void Sketchbook::composite(Sketch& sketch) {
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
    const SourceWish wish{.surface_depth = Depth::any, .with_alpha = true, .may_be_cached = false};
    const Source from = source(sketch, wish);
    composite.src = from.image;
    composite.src_origin = {.x = static_cast<std::int16_t>(from.area.x),
                            .y = static_cast<std::int16_t>(from.area.y)};
    // The server leaves a surface transformed for whoever reads it next.
    if (!from.is_surface && dice_.one_in(3))
        composite.src_transform = make_transform(dice_, memory);
    if (from.is_surface && !from.is_coverage && dice_.one_in(3))
        composite.flags |= SPICE_COMPOSITE_SOURCE_OPAQUE;
    if (dice_.one_in(2)) return;
    const Source through = source(sketch, wish);
    composite.flags |= has_mask;
    composite.mask = through.image;
    composite.mask_origin = {.x = static_cast<std::int16_t>(through.area.x),
                             .y = static_cast<std::int16_t>(through.area.y)};
    if (!through.is_surface && dice_.one_in(3))
        composite.mask_transform = make_transform(dice_, memory);
}

void Sketchbook::copy_bits(Sketch& sketch) {
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
