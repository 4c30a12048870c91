#include "sketchbook_surfaces.h"

#include "draw_shapes.h"

#include <algorithm>
#include <cstring>

namespace sumac::host {

int depth_of(std::uint32_t format) {
    return static_cast<int>(format & 0x3f);
}

QXLPHYSICAL surface_image(DrawMemory& memory, const Board& board) {
    auto& image = memory.make<QXLImage>();
    image.descriptor.type = SPICE_IMAGE_TYPE_SURFACE;
    image.descriptor.width = static_cast<std::uint32_t>(board.size.width);
    image.descriptor.height = static_cast<std::uint32_t>(board.size.height);
    image.surface_image.surface_id = board.id;
    return address_in_guest(&image);
}

QXLDrawable& make_drawable(DrawMemory& memory, const Board& target, const Area& box) {
    auto& qxl = memory.make<QXLDrawable>();
    qxl.surface_id = target.id;
    qxl.bbox = qxl_rect(box);
    qxl.clip.type = SPICE_CLIP_TYPE_NONE;
    for (std::size_t i = 0; i < 3; ++i)
        qxl.surfaces_dest[i] = -1; // none
    return qxl;
}

std::unique_ptr<Drawing> create_surface(Dice& dice, const Board& board) {
    auto drawing = std::make_unique<Drawing>();
    const auto bytes = static_cast<std::size_t>(depth_of(board.format)) / 8;
    const std::size_t stride = (static_cast<std::size_t>(board.size.width) * bytes + 3) / 4 * 4;
    const auto data = drawing->memory.bytes(stride * static_cast<std::size_t>(board.size.height));
    for (std::size_t at = 0; at < data.size(); at += 4) {
        std::uint32_t value = dice.word();
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

std::unique_ptr<Drawing> introduce_surface(const Board& board) {
    auto drawing = std::make_unique<Drawing>();
    auto& qxl = make_drawable(drawing->memory, board, {0, 0, 1, 1});
    qxl.type = QXL_DRAW_BLACKNESS;
    drawing->become(QXL_CMD_DRAW, qxl);
    return drawing;
}

std::unique_ptr<Drawing> exhibit_surface(const Board& board, const Board& wall, Exhibit what) {
    auto drawing = std::make_unique<Drawing>();
    const Area box{0,
                   0,
                   std::min(board.size.width, wall.size.width),
                   std::min(board.size.height, wall.size.height)};
    auto& qxl = make_drawable(drawing->memory, wall, box);
    qxl.surfaces_dest[0] = static_cast<std::int32_t>(board.id);
    qxl.surfaces_rects[0] = qxl_rect({0, 0, board.size.width, board.size.height});
    const QXLPHYSICAL image = surface_image(drawing->memory, board);
    if (what == Exhibit::colours && depth_of(board.format) == depth_of(wall.format)) {
        qxl.type = QXL_DRAW_COPY;
        qxl.u.copy.rop_descriptor = SPICE_ROPD_OP_XOR; // what hung here before stays visible, too
        qxl.u.copy.src_bitmap = image;
        qxl.u.copy.src_area = qxl_rect(box);
    } else { // the server takes no other operation between depths
        qxl.type = QXL_DRAW_ALPHA_BLEND;
        qxl.u.alpha_blend.alpha = 128;
        qxl.u.alpha_blend.src_bitmap = image;
        qxl.u.alpha_blend.src_area = qxl_rect(box);
        if (what == Exhibit::alpha) {
            qxl.u.alpha_blend.alpha = 255;
            qxl.u.alpha_blend.alpha_flags = SPICE_ALPHA_FLAGS_SRC_SURFACE_HAS_ALPHA;
        }
    }
    drawing->become(QXL_CMD_DRAW, qxl);
    return drawing;
}

std::unique_ptr<Drawing> destroy_surface(const Board& board) {
    auto drawing = std::make_unique<Drawing>();
    auto& command = drawing->memory.make<QXLSurfaceCmd>();
    command.surface_id = board.id;
    command.type = QXL_SURFACE_CMD_DESTROY;
    drawing->become(QXL_CMD_SURFACE, command);
    return drawing;
}

} // namespace sumac::host
