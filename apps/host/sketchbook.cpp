#include "sketchbook.h"

#include "draw_shapes.h"
#include "sketchbook_images.h"

#include <algorithm>
#include <iterator>

namespace sumac::host {

namespace {

std::vector<Board> make_boards(Dice& dice, Size primary, std::uint32_t round) {
    std::vector<Board> boards;
    boards.push_back({.id = 0, .size = primary, .format = SPICE_SURFACE_FMT_32_xRGB});
    constexpr std::uint32_t formats[] = {SPICE_SURFACE_FMT_32_xRGB,
                                         SPICE_SURFACE_FMT_32_ARGB,
                                         SPICE_SURFACE_FMT_16_555,
                                         SPICE_SURFACE_FMT_8_A};
    std::uint32_t place = round * static_cast<std::uint32_t>(std::size(formats));
    for (const auto format : formats)
        boards.push_back({.id = 1 + place++ % (most_draw_surfaces - 1),
                          .size = {dice.between(40, 260), dice.between(40, 260)},
                          .format = format});
    return boards;
}

} // namespace

bool is_draw_operation(std::string_view name) {
    return name == "all" || name == "images" ||
           (" " + std::string(draw_operations) + " ").find(" " + std::string(name) + " ") !=
               std::string::npos;
}

std::unique_ptr<Drawings>
make_drawings(const Sketches& sketches, Size primary, std::uint32_t round) {
    if (sketches.operation == "images")
        return std::make_unique<ImageSheet>(sketches.count, sketches.seed, primary, round);
    return std::make_unique<Sketchbook>(sketches, primary, round);
}

Sketchbook::Sketchbook(const Sketches& sketches, Size primary, std::uint32_t round)
    : operation_(sketches.operation),
      left_(sketches.count),
      dice_(sketches.seed),
      boards_(make_boards(dice_, primary, round)),
      operands_(dice_, boards_, round),
      operations_(dice_, operands_),
      to_create_(boards_.begin() + 1, boards_.end()),
      to_introduce_(boards_.begin() + 1, boards_.end() - 1), // all that are drawn on
      to_exhibit_(to_introduce_),
      to_blend_(1, boards_[2]), // the one with alpha
      to_destroy_(to_create_) {}

Sketchbook::~Sketchbook() = default;

std::unique_ptr<Drawing> Sketchbook::next() {
    const auto take = [](std::deque<Board>& boards) {
        const Board board = boards.front();
        boards.pop_front();
        return board;
    };
    if (!to_create_.empty()) return create_surface(dice_, take(to_create_));
    if (!to_introduce_.empty()) return introduce_surface(take(to_introduce_));
    if (left_ > 0) {
        --left_;
        return sketch();
    }
    if (!to_exhibit_.empty())
        return exhibit_surface(take(to_exhibit_), boards_.front(), Exhibit::colours);
    if (!to_blend_.empty())
        return exhibit_surface(take(to_blend_), boards_.front(), Exhibit::alpha);
    if (!to_destroy_.empty()) return destroy_surface(take(to_destroy_));
    return nullptr;
}

const Board& Sketchbook::choose_target() {
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
    auto& qxl = make_drawable(drawing->memory, target, box);
    if (dice_.one_in(3)) qxl.clip = make_clip(dice_, drawing->memory, box);
    Sketch sketch{.drawing = *drawing, .qxl = qxl, .target = target, .box = box};
    operations_.draw(operation_, sketch);
    drawing->become(QXL_CMD_DRAW, qxl);
    return drawing;
}

} // namespace sumac::host
