/// The surfaces of one display channel, and the drawing operations on them.
///
/// Coordinates come from the server unjudged; every operation touches only box, surface and clip in
/// common. One thread (draw). The canvases of a session share one image cache and take turns.
#pragma once

#include "canvas/rop.h"
#include "canvas/surface.h"
#include "image/decode_image.h"
#include "wire/display.h"
#include <sumac/sinks.h>

#include <optional>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

namespace sumac::canvas {

/// What changed. Rects lie inside the surface and do not overlap; they may cover more than was
/// written (a mask's holes, or the hull of very many rects). None: nothing changed.
struct Damage {
    SurfaceId surface;
    std::vector<Rect> rects;
    bool operator==(const Damage&) const = default;
};

/// The message could not be drawn because an image of it could not be decoded.
struct NotDrawn {
    std::string_view what; ///< a literal: "damaged", ...
    bool operator==(const NotDrawn&) const = default;
};

using Drawn = std::variant<Damage, image::WaitForImage, NotDrawn>;

class Region;

enum class RowOrder { top_down, bottom_up };

/// spice-server's own table of surfaces has 10000 places.
inline constexpr std::size_t max_surfaces = 10'000;
/// All surfaces of a canvas together; a QXL device with four 4K heads needs a quarter of it.
inline constexpr std::size_t max_surfaces_bytes = std::size_t{512} << 20;

class Canvas {
public:
    /// `images` is borrowed and must outlive the canvas, or its use by it.
    explicit Canvas(image::ImageCache& images) : images_(&images) {}

    /// Another server takes over, which will draw everything again: only the primary stays, and
    /// keeps its content when it is created the same.
    void restart(image::ImageCache& images);

    /// Executes a message in the order of arrival: drawing, surfaces, and cache invalidations
    /// (INVAL_ALL_PIXMAPS after its wait list). Messages that concern neither (streams, MARK,
    /// MONITORS_CONFIG) change nothing. A message that answers WaitForImage was not drawn; give it
    /// again, whole, before any later message of this channel.
    ///
    /// `ahead` is the message's image (not its brush or mask) if that was decoded before, else
    /// null; borrowed for the call.
    ///
    /// Errors cost this message only, except ErrorCode::limit: then the server is hostile, or the
    /// caches and surfaces no longer are what it believes.
    Result<Drawn> draw(const wire::DisplayMessage& message,
                       const image::DecodedAhead* ahead = nullptr);

    /// Scales a decoded picture of a video stream into `dest`, nearest pixel. `picture` is borrowed
    /// for the call; its rows are stored in `order`. Error: invalid (no such surface).
    Result<Damage> draw_picture(SurfaceId surface,
                                const PictureView& picture,
                                const Rect& dest,
                                const wire::Clip& clip,
                                RowOrder order);

    /// Nobody sees the primary until it is drawn on as a whole, or replaced: its memory is freed.
    /// It is black if it is used before.
    void give_up_primary();
    /// The pixels become those of the primary, without a copy, and all of it counts as changed.
    /// False, and nothing changes, unless they are of its size and format.
    bool replace_primary(image::Pixels&& pixels);

    /// The primary surface (id 0) as B, G, R, X for a sink, valid until the next call of a
    /// non-const member; none while there is no primary surface.
    std::optional<PictureView> primary();
    /// A primary of 16 bits is not seen as it is stored.
    bool converts_primary() const { return shadow_.has_value(); }

    std::optional<Size> surface_size(SurfaceId id) const;

    /// Whether this creates what is there already, left by another server: then nothing changes.
    bool keeps_primary(const wire::SurfaceCreate& message) const;

private:
    class Operands;

    Result<Drawn> execute(const wire::DrawFill& message);
    Result<Drawn> execute(const wire::DrawOpaque& message);
    Result<Drawn> execute(const wire::DrawCopy& message);
    Result<Drawn> execute(const wire::DrawBlackness& message);
    Result<Drawn> execute(const wire::DrawWhiteness& message);
    Result<Drawn> execute(const wire::DrawInvers& message);
    Result<Drawn> execute(const wire::CopyBits& message);
    Result<Drawn> execute(const wire::DrawRop3& message);
    Result<Drawn> execute(const wire::DrawStroke& message);
    Result<Drawn> execute(const wire::DrawText& message);
    Result<Drawn> execute(const wire::DrawTransparent& message);
    Result<Drawn> execute(const wire::DrawAlphaBlend& message);
    Result<Drawn> execute(const wire::DrawComposite& message);
    Result<Drawn> execute(const wire::SurfaceCreate& message);
    Result<Drawn> execute(const wire::SurfaceDestroy& message);
    Result<Drawn> execute(const wire::DisplayMode& message);
    Result<Drawn> execute(const wire::DisplayReset& message);
    Result<Drawn> execute(const wire::InvalList& message);
    Result<Drawn> execute(const wire::InvalAllPixmaps& message);
    Result<Drawn> execute(const wire::InvalPalette& message);
    Result<Drawn> execute(const wire::InvalAllPalettes& message);

    std::optional<Result<Drawn>> decode_whole(const wire::DrawCopy& message);
    Result<Drawn> fill_constant(const wire::DrawBase& base, const wire::Mask& mask, Rop rop);
    Result<Drawn> create(SurfaceId id, SurfaceFormat format, Size size);
    void destroy(SurfaceId id);
    Surface* find(SurfaceId id);
    Damage note_damage(SurfaceId id, const Region& region);

    image::ImageCache* images_;
    image::PaletteCache palettes_;
    std::unordered_map<SurfaceId, Surface> surfaces_;
    std::size_t surfaces_bytes_ = 0;
    std::optional<Shadow> shadow_;               ///< of a 16-bit primary
    bool primary_was_left_ = false;              ///< by another server
    const image::DecodedAhead* ahead_ = nullptr; ///< of the message that is being drawn
};

} // namespace sumac::canvas
