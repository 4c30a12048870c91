/// The GLZ dictionary: decoded images that later ones refer to, shared by the display channels of a
/// session.
///
/// The server numbers its GLZ images over all channels together, so on each channel they arrive
/// with gaps, and a reference may go to an image that another channel has not brought yet. Each
/// image says how far back the server's own window reached when it was encoded, and that reach only
/// moves forward. So of images that have arrived without a gap between them, those behind the reach
/// of the last one are needed no more: not by the images after it, which are encoded later. What
/// stands before a gap is kept for the image that fills it.
///
/// The server decides what is in the window. The limit only stops one that does not keep to the
/// size that DISPLAY_INIT announced. One thread (draw), or one at a time.
#pragma once

#include "base/ids.h"
#include "image/pixels.h"

#include <deque>
#include <map>
#include <optional>

namespace sumac::image {

/// The number inside a GLZ header; it has nothing to do with the image descriptor's.
using GlzImageId = Id<struct GlzImageTag, std::uint64_t>;

/// To announce in DISPLAY_INIT: 32 MiB of 32-bit pixels, four full HD screens.
inline constexpr std::int32_t glz_window_size_pixels = 8'388'608;

/// Four times what was announced: a channel that stands still keeps what is before its gap, while
/// the window moves on for the others.
inline constexpr std::size_t glz_window_limit_bytes = 4 * 4 * std::size_t{glz_window_size_pixels};

/// Charged for each image besides its pixels, so that many tiny ones count too.
inline constexpr std::size_t glz_window_image_bytes = 256;

/// Stretches of images without a gap. A server has about one gap for each channel whose socket is
/// full, and there are at most 256 channels of a kind.
inline constexpr std::size_t max_glz_stretches = 1024;
/// Each display channel waits for one image at a time.
inline constexpr std::size_t max_glz_waiting = 256;

/// Rows in the order in which the server encoded them, without padding.
struct GlzImage {
    GlzImageId id;
    std::uint32_t reach = 0; ///< the oldest image of the server's window is this far back
    bool top_down = true;    ///< the first row is the top one
    PixelsPtr encoded;       ///< null: arrived, but could not be decoded
};

class GlzWindow {
public:
    explicit GlzWindow(std::size_t limit_bytes = glz_window_limit_bytes)
        : limit_bytes_(limit_bytes) {}

    /// Null if it has not arrived, or is no longer needed, or could not be decoded. Valid until the
    /// next change of the window.
    const GlzImage* find(GlzImageId id) const;
    /// Whether it was inserted once: if it is not found now, it never will be.
    bool arrived(GlzImageId id) const;

    /// Adds an image that has not arrived before, and drops what is needed no more. Error: limit.
    Result<Done> insert(GlzImage image);

    /// Remembers that `id` cannot be decoded before `missing` has arrived, so that trying again in
    /// vain costs nothing.
    void note_waiting(GlzImageId id, GlzImageId missing);
    /// What `id` was last seen to wait for; none if that has arrived.
    std::optional<GlzImageId> missing_for(GlzImageId id) const;

    /// For a connection or a server whose numbers begin anew, and after a migration, whose target
    /// begins with an empty window.
    void clear();

    std::size_t count() const { return images_.size(); }
    std::size_t size_bytes() const { return size_bytes_; }

private:
    using Images = std::deque<GlzImage>;
    Images::const_iterator place_of(GlzImageId id) const;
    void drop_behind(GlzImageId first, GlzImageId last, std::uint32_t reach);

    struct Stretch {
        GlzImageId last;
        std::uint32_t reach = 0; ///< of the last image
    };

    std::size_t limit_bytes_;
    std::size_t size_bytes_ = 0;
    /// By their numbers. Many that are inserted around a gap are moved in memory: what a hostile
    /// server gains by that (half a million, the limit) is a millisecond of this thread.
    Images images_;
    std::map<GlzImageId, Stretch> stretches_; ///< by their first image
    std::map<GlzImageId, GlzImageId> waiting_;
};

} // namespace sumac::image
