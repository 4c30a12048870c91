/// What the drawing operations share: where a message may draw, and with what.
#pragma once

#include "canvas/operands.h"
#include "canvas/paint.h"

#include <spice/enums.h>

namespace sumac::canvas {

inline constexpr RopInputs image_on_surface{SPICE_ROPD_INVERS_SRC, SPICE_ROPD_INVERS_DEST};
inline constexpr RopInputs brush_on_surface{SPICE_ROPD_INVERS_BRUSH, SPICE_ROPD_INVERS_DEST};
/// In DRAW_OPAQUE the brush meets the image, which has been copied to the destination before.
inline constexpr RopInputs brush_on_image{SPICE_ROPD_INVERS_BRUSH, SPICE_ROPD_INVERS_SRC};

inline constexpr Error no_such_surface{ErrorCode::invalid, "no such surface"};

/// Where one message may draw: box, surface, clip and what the mask covers.
struct Target {
    Surface& surface;
    Region region;
    std::optional<Stencil> stencil;

    const Stencil* mask() const { return stencil ? &*stencil : nullptr; }
    void paint(RowSource& source, Rop rop) { canvas::paint(surface, region, source, rop, mask()); }
};

/// Errors: invalid (`surface` is null), limit.
Result<Target> aim(Surface* surface,
                   const wire::DrawBase& base,
                   const wire::Mask& mask = {},
                   const std::optional<Operand>& mask_image = std::nullopt);

/// The brush's pixels; without a brush the value is 0. `tile` is that of a pattern.
std::unique_ptr<RowSource> brush_rows(const wire::Brush& brush,
                                      const std::optional<Operand>& tile,
                                      SurfaceFormat format,
                                      const Rect& extents);

/// From SPICE_IMAGE_SCALE_MODE_*.
Filter filter_of(std::uint8_t scale_mode);

} // namespace sumac::canvas
