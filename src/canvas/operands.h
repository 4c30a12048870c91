/// The images of one drawing message, all of them decoded before anything is judged or drawn.
#pragma once

#include "canvas/canvas.h"

#include <utility>

namespace sumac::canvas {

/// An image, tile or mask that is ready to be read.
struct Operand {
    image::PixelView view;
    image::PixelsPtr keep; ///< owns what `view` shows, unless that is a surface
    bool is_surface = false;
};

/// Hands out operands in wire order and remembers what stands in the way: an operand is null if
/// there is none, or if there is an obstacle.
class Canvas::Operands {
public:
    Operands(Canvas& canvas, SurfaceId destination);

    std::optional<Operand> image(const wire::Image& image) {
        return fetch(image, image::ImageUse::colours, std::exchange(canvas_.ahead_, nullptr));
    }
    /// Of a pattern brush; the other kinds have no image.
    std::optional<Operand> brush(const wire::Brush& brush);
    std::optional<Operand> mask(const wire::Mask& mask);

    /// Why the message cannot be drawn (now); none if it can. An error comes before a missing
    /// codec, and that before waiting, which would be in vain.
    std::optional<Result<Drawn>> obstacle() const;

private:
    std::optional<Operand> fetch(const wire::Image& image,
                                 image::ImageUse use,
                                 const image::DecodedAhead* ahead = nullptr);
    std::optional<Operand> fetch_surface(SurfaceId id, image::ImageUse use);
    std::optional<Operand> fail(const Error& error);

    Canvas& canvas_;
    SurfaceId destination_;
    image::PaletteEntries entries_ = image::PaletteEntries::rgb888;
    std::optional<Error> error_;
    std::optional<image::Undecoded> undecoded_;
    std::optional<image::WaitForImage> wait_;
};

} // namespace sumac::canvas
