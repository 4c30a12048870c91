/// Playout: when each frame of one stream is shown. No other code decides that.
///
/// due = position + offset. The offset slews to
///   - what the sound's clock asks for, where that is a delay between none and the bound;
///   - the least transit + the delay in force before, where the clock asks for something else
///     (clock and frames are of different epochs): the picture goes on at its own cadence;
///   - the least transit + the stream's jitter, where there is no sound.
/// The first frame of a stream is shown on arrival, as the drawing before it was; the offset slews
/// from there.
///
/// A frame that was waited for too long already (a stall) is skipped for a newer one that is due
/// too; after a short hold-up all of them are shown, faster than their cadence.
///
/// Where each frame needs the one before it (VP8, H.264, ...), skipping one that is not decoded yet
/// spares the decoder nothing and would cost a picture. There all are shown as they come out of the
/// decoder (DecoderBacklog says whether that can go on).
#pragma once

#include "media/slew.h"
#include "media/types.h"

#include <deque>
#include <optional>
#include <vector>

namespace sumac::media {

/// What playout knows of the world at one moment.
struct Outlook {
    Duration least_transit{0}; ///< StreamTimeline
    Duration jitter{0};        ///< StreamTimeline
    std::optional<Duration> clock =
        {};                     ///< the offset that the sound's clock asks for; empty: no sound
    Duration sound_buffered{0}; ///< how much sound waits to be heard
};

class Playout {
public:
    enum class Frames { independent, dependent }; ///< of the one before
    explicit Playout(Frames frames = Frames::independent)
        : independent_(frames == Frames::independent) {}

    /// Takes over the delay of the stream that this one continues.
    void continue_from(const Playout& other, LocalTime now);

    void look(const Outlook& outlook, LocalTime now);

    /// `behind`: how much later than an undelayed one it arrived. Ids increase, positions do not
    /// decrease.
    void add(FrameId frame, LocalTime position, Duration behind, LocalTime now);
    /// Returns the frame's position, for StreamTimeline; empty if it waits no more.
    std::optional<LocalTime> decoded(FrameId frame);
    void undecodable(FrameId frame);
    /// All that waits is due now, and is shown in order without skipping.
    void flush();

    /// Gives up what is not decoded yet.
    void abandon_undecoded(StreamKey key, std::vector<Decision>& decisions);

    std::size_t waiting() const { return frames_.size(); }
    /// How long ago the oldest decoded frame was due; empty if none is decoded and due.
    std::optional<Duration> overdue(LocalTime now) const;
    /// Appends what is due. `now` does not decrease.
    void step(StreamKey key, LocalTime now, std::vector<Decision>& decisions);
    /// When `step` may have something to do without new input.
    std::optional<LocalTime> next_deadline(LocalTime now) const;
    /// Everything that waits is skipped.
    void close(StreamKey key, std::vector<Decision>& decisions);

    Duration delay(LocalTime now) const { return offset_.at(now) - outlook_.least_transit; }
    bool clock_agrees() const { return clock_agrees_; }

    /// No stamp makes a frame wait longer, unless as much sound is really buffered.
    static constexpr Duration bound{1'000'000};
    /// A hold-up up to here, with no more frames due than this, is caught up with frame by frame:
    /// machines and networks hiccup so long, and seven frames at 30 frames/s are through in 60 ms.
    static constexpr Duration catch_up_lateness{250'000};
    static constexpr std::size_t catch_up_frames = 16;
    /// While catching up, frames are at most this far apart.
    static constexpr Duration catch_up_spacing{20'000};
    /// A decoder is behind when frames that should have been shown so long ago still wait for it.
    static constexpr Duration decoder_patience{500'000};
    /// After a stall frames that are late already are not even decoded, for at most so long without
    /// a picture.
    static constexpr Duration stall_patience{250'000};
    /// 1 s at 120 frames/s. Beyond it the oldest is shown early, or the next given up if the oldest
    /// is not decoded.
    static constexpr std::size_t max_frames = 128;

private:
    enum class State { compressed, decoded, undecodable };
    struct Frame {
        FrameId id;
        LocalTime position;
        LocalTime arrived;
        bool late = false;    ///< held up by a stall before it arrived
        bool at_once = false; ///< flushed
        State state = State::compressed;
    };
    Duration bound_now() const;
    void jump_to(Duration offset, LocalTime now);
    Frame* find(FrameId id);
    LocalTime due(const Frame& frame, LocalTime now) const;
    bool is_due(const Frame& frame, LocalTime now) const;
    bool decoder_late(const Frame& frame, LocalTime now) const;
    LocalTime spaced(LocalTime now) const;
    bool show_one(StreamKey key, LocalTime now, std::vector<Decision>& decisions);
    void show_front(StreamKey key, LocalTime now, std::vector<Decision>& decisions);
    void
    skip(std::size_t index, StreamKey key, SkipReason reason, std::vector<Decision>& decisions);
    void drop_undecodable(StreamKey key, std::vector<Decision>& decisions);
    void skip_stalled(StreamKey key, LocalTime now, std::vector<Decision>& decisions);
    void relieve_decoder(StreamKey key, LocalTime now, std::vector<Decision>& decisions);
    void limit_queue(StreamKey key, LocalTime now, std::vector<Decision>& decisions);

    bool independent_; ///< one may be left out without spoiling the next
    Outlook outlook_;
    Slew offset_; ///< due - position
    bool started_ = false;
    bool continues_ = false;
    bool clock_agrees_ = false;
    Duration delay_in_force_{0}; ///< what offset_ slews to, counted from the least transit
    std::deque<Frame> frames_;
    std::optional<LocalTime> last_shown_;
    LocalTime last_position_{};
    bool rush_ = false; ///< after a stall: as fast as dependent frames are decoded
    std::optional<LocalTime> stall_began_; ///< first frame given up since a picture was shown
};

} // namespace sumac::media
