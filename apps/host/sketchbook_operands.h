/// What random drawings are made of: images and surfaces, brushes, masks, raster operations.
#pragma once

#include "draw_images.h"
#include "sketchbook_surfaces.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace sumac::host {

/// Of a box that is drawn, and of what is scaled to it.
constexpr int most_box_side = 200;

/// One drawing in the making.
struct Sketch {
    Drawing& drawing;
    QXLDrawable& qxl;
    const Board& target;
    const Area box;
    int sources = 0;     ///< surfaces that it reads
    bool covers = false; ///< leaves nothing of what was there

    void depend_on(const Board& board);
};

/// Which surfaces may be used as images: those that a copy takes, or any that a blend takes.
enum class SurfaceDepth { as_target, any };

/// What a brush's pattern may be.
enum class Tiles { images, images_and_surfaces, uncached_images };

/// An image, and the part of it that is drawn.
struct Source {
    QXLPHYSICAL image = 0;
    Area area;
    std::uint32_t some_colour = 0;
    bool is_surface = false;
    bool is_coverage = false; ///< a surface without colours
};

struct SourceWish {
    bool may_scale = true;
    SurfaceDepth surface_depth = SurfaceDepth::as_target;
    bool with_alpha = false;
    bool may_be_cached = true;
};

/// Makes operands for one drawing after another. `boards` outlive it.
class OperandMaker {
public:
    /// `round`: see ImageMaker.
    OperandMaker(Dice& dice, const std::vector<Board>& boards, std::uint32_t round)
        : dice_(dice), images_(dice, round), boards_(boards) {}

    Source source(Sketch& sketch, const SourceWish& wish);
    QXLBrush brush(Sketch& sketch, Tiles tiles);
    QXLQMask mask(Sketch& sketch);
    /// SPICE_ROPD_*
    std::uint16_t rop();

private:
    std::optional<Source> surface_source(Sketch& sketch, Size size, SurfaceDepth depth);

    Dice& dice_;
    ImageMaker images_;
    const std::vector<Board>& boards_;
};

} // namespace sumac::host
