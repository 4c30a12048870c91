/// Our pixels as pixman sees them.
#pragma once

#include "canvas/region.h"
#include "canvas/surface.h"

#include <pixman.h>

#include <memory>
#include <optional>

namespace sumac::canvas {

struct PixmanUnref {
    void operator()(pixman_image_t* image) const { pixman_image_unref(image); }
};
using PixmanImage = std::unique_ptr<pixman_image_t, PixmanUnref>;

/// What to answer where pixman gave no image: it has no memory.
Error pixman_failed();

/// The surface, to be drawn on. A 1-bit one counts as one of 8 bits, whose bytes are 0 or 255.
PixmanImage as_pixman(Surface& surface);
/// The same, but the X of an xRGB surface counts as alpha.
PixmanImage as_pixman_with_alpha(Surface& surface);

/// Pixels that pixman reads: of an image or surface, or converted ones of its own.
class Layer {
public:
    /// As they are. `view` is borrowed.
    static Result<Layer> borrowed(const image::PixelView& view);
    /// As borrowed(), but the X of 32-bit pixels counts as alpha.
    static Result<Layer> with_alpha(const image::PixelView& view);
    /// As borrowed(), but A counts for nothing.
    static Result<Layer> opaque(const image::PixelView& view);
    /// Converted, unless they are (`view` is borrowed then). Colours without alpha stay without it.
    static Result<Layer> in_format_of(SurfaceFormat format, const image::PixelView& view);

    pixman_image_t* get() const { return image_.get(); }

private:
    Layer(PixmanImage image, std::optional<Surface> own)
        : own_(std::move(own)), image_(std::move(image)) {}
    static Result<Layer> create(const image::PixelView& view, pixman_format_code_t format);

    std::optional<Surface> own_;
    PixmanImage image_;
};

/// Bytes of a 1-bit surface that pixman has mixed become 0 or 255 again.
void restore_bits(Surface& surface, const Region& region);

/// libspice-server's canvas blends onto an xRGB surface and then, if the first pixel's X is all
/// ones, takes it for pixman's doing and clears the X of the whole area. Parts outside are ignored.
void clear_x(Surface& surface, const Rect& area);

/// An image that is combined, and which of its pixels falls on the first of the area.
struct Placed {
    pixman_image_t* image = nullptr;
    Point place;
};

/// Combines the images on `area` of `onto`. `mask` may be without an image.
void composite(pixman_op_t operation,
               const Placed& source,
               const Placed& mask,
               pixman_image_t* onto,
               const Rect& area);

/// Lets `draw(pixman_image_t*)` write on the surface, but only inside the region. `target` is the
/// surface as pixman shall see it.
template <class Draw>
Result<Done> draw_clipped(Surface& surface, PixmanImage target, const Region& region, Draw draw) {
    if (target == nullptr || !pixman_image_set_clip_region32(target.get(), region.native()))
        return pixman_failed();
    draw(target.get());
    if (surface.format() == SurfaceFormat::a1) restore_bits(surface, region);
    return Done{};
}

} // namespace sumac::canvas
