/// What one display channel has drawn, and what the sink has seen of it: the canvas, its damage,
/// and the calls of the sink.
///
/// What counts as a picture: updates go to the sink when `publish` is called, or when the next
/// operation would hide one that was not seen yet (`is_video_like`). So text that scrolls by in a
/// hundred operations is one picture, but every frame of a video that comes as ordinary drawing is
/// one of its own.
///
/// A new primary is shown once the server has sent MARK: its content is whole then. Every server
/// sends it (libspice-server behind the first image, or where the guest's driver draws, at once).
///
/// One thread (draw).
#pragma once

#include "client/draw_job.h"
#include "client/pictures_above.h"
#include "client/statistics.h"

#include <memory>
#include <optional>
#include <vector>

namespace sumac::client {

class DrawnDisplay {
public:
    /// All of it must outlive the display. `sink` may be null.
    struct Parts {
        std::uint8_t id = 0;
        Statistics& statistics;
        DisplaySink* sink = nullptr;
        const DrawEvents& events;
    };
    DrawnDisplay(Parts parts, std::shared_ptr<image::ImageCache> images);

    enum class Outcome {
        done,
        blocked, ///< it needs an image that another display must bring; nothing was drawn
    };
    /// How a message comes to be drawn.
    struct Turn {
        LocalTime arrived;
        const image::DecodedAhead* ahead = nullptr; ///< its image, if that was decoded before
        bool patient = true; ///< false: an image that is missing costs the message
    };
    Outcome draw(const wire::DisplayMessage& message, const Turn& turn);
    void show(const ShowPicture& show);
    /// What is drawn next may take long, however little it is: pictures of streams lie above the
    /// canvas, or its pixels are not those that the sink gets.
    bool laden() const { return !above_.empty() || canvas_.converts_primary(); }
    /// Another server goes on from here.
    void reset(std::shared_ptr<image::ImageCache> images);
    /// The channel has ended; call nothing after it.
    void close();

    /// Gives to the sink what it has not seen.
    void publish();

private:
    void update_sink(const std::optional<ShownFrame>& frame);
    bool show_planes(const ShowPicture& show);
    bool show_whole(const ShowPicture& show);
    void bring_down();
    void note(const canvas::Damage& damage);
    void note_remains(const wire::DisplayMessage& message);
    void drawn(const wire::DisplayMessage& message, bool kept_primary, LocalTime arrived);
    void announce_primary(const wire::DisplayMessage& message);
    void announce_monitors();

    Parts parts_;
    const bool planes_;                         ///< the sink takes them
    std::shared_ptr<image::ImageCache> images_; ///< the canvas borrows it
    canvas::Canvas canvas_;
    std::vector<Rect> damage_; ///< of the primary, not yet given to the sink
    std::vector<Statistics::DrawnOperation> uncounted_;
    PicturesAbove above_;
    bool has_primary_ = false;
    bool marked_ = false;           ///< the primary may be shown
    std::vector<wire::Head> heads_; ///< as the server sent them last, for this primary
};

/// Whether `message` looks like a frame of a video that the server has not made a stream of (yet):
/// a copy of at least 96 x 96 pixels onto the primary, which is what libspice-server takes for one.
bool is_video_like(const wire::DisplayMessage& message);

} // namespace sumac::client
