/// Everything that decides time in a session, behind one interface.
///
///     arrivals, decoded frames, clock observations  ->  MediaCore  ->  present, skip, report
///
/// Pure: `now` is an argument, must never decrease, and is the same instant for all calls of one
/// turn. Belongs to one owner at a time. Holds no pixels. Use:
///
///     core.frame_received(...); core.frame_decoded(...); ...   // any number of inputs
///     for (const Decision& decision : core.step(now)) ...      // then always a step
///     wake again at core.next_deadline(), or at the next input
///
/// Every frame that was received ends in exactly one Present or Skip. Nothing that a server sends
/// can break that or make a frame wait longer than Playout's bound; see doc/media-time.md.
#pragma once

#include "media/audio_regulator.h"
#include "media/decoder_backlog.h"
#include "media/media_clock.h"
#include "media/playout.h"
#include "media/stream_reporter.h"
#include "media/stream_timeline.h"
#include "media/types.h"

#include <map>
#include <optional>
#include <vector>

namespace sumac::media {

class MediaCore {
public:
    // ---- streams. A stream is forgotten when it is destroyed and none of its frames waits. Only
    // where it says so a forgotten key may still be used; elsewhere that is checked.

    struct NewStream {
        StreamKey key;             ///< never used before
        std::uint32_t display = 0; ///< id of the display channel
        StreamId id;               ///< as on the wire
        /// The stream that this one continues in the same place (it was destroyed, or is replaced).
        /// The new one takes over its delay, and shows nothing before the old one's frames.
        std::optional<StreamKey> continues = {};
        /// Each frame can be decoded without the one before (MJPEG), so one may be left out.
        bool frames_are_independent = true;
    };
    void stream_created(const NewStream& stream, LocalTime now);

    /// The last byte of STREAM_DATA is here. Ids are in order of arrival. `mm_time` 0 is "no
    /// stamp".
    void frame_received(StreamKey key, FrameId frame, std::uint32_t mm_time, LocalTime now);
    /// The picture is ready. News of frames that wait no more, or of forgotten streams, is welcome:
    /// of dependent frames it must come for each, in order, because each costs the decoder time.
    void frame_decoded(StreamKey key, FrameId frame, LocalTime now);
    void frame_undecodable(StreamKey key, FrameId frame, LocalTime now);

    /// STREAM_DESTROY, or the surface is gone. Its frames are still shown when due.
    void stream_destroyed(StreamKey key, LocalTime now);

    /// Newer drawing is about to cover the stream's area: all its waiting frames are due now. The
    /// caller draws when `waiting(key)` is 0: after the next step, or once the last one is decoded.
    /// Nothing happens for a forgotten key.
    void covered(StreamKey key, LocalTime now);

    /// Frames received and neither presented nor skipped by a step; 0 for a key that is forgotten.
    std::size_t waiting(StreamKey key) const;

    /// STREAM_ACTIVATE_REPORT.
    void report_activated(StreamKey key, const ReportTerms& terms);
    /// We cannot show this stream: the next step sends the report that makes the server give it up.
    void report_invalid(StreamKey key);

    // ---- clocks

    /// INIT's multi_media_time, or MULTI_MEDIA_TIME.
    void main_clock(std::uint32_t mm_time, LocalTime now);
    /// PLAYBACK_START, PLAYBACK_DATA, PLAYBACK_STOP.
    void playback_started(std::uint32_t mm_time, LocalTime now);
    void playback_packet(std::uint32_t mm_time, LocalTime now);
    void playback_stopped(LocalTime now);
    /// The sample that leaves the loudspeaker. Without it there is no sound to be in time with, be
    /// there packets or not.
    void heard(const Heard& heard, LocalTime now);
    /// PLAYBACK_LATENCY.
    void playback_latency(std::uint32_t ms);
    /// How to play the sound on, asked once for each block that the device wants.
    AudioRegulator::Advice regulate_audio(Duration buffered, LocalTime now);

    // ---- the session

    /// From here on the messages may come from another server (MIGRATE, MIGRATE_END, SWITCH_HOST).
    void server_changed(LocalTime now);
    /// Nothing more comes; what waits is skipped by the next step.
    void session_closed(LocalTime now);

    // ---- decisions

    /// When `step` has something to do, if no input comes first; empty: not before an input.
    std::optional<LocalTime> next_deadline() const;
    std::vector<Decision> step(LocalTime now);

    // ---- for reports. Delays and gaps are the caller's to count: it knows what was really shown.

    struct ClockStatus {
        ClockSource source = ClockSource::none;
        std::uint64_t epochs = 0;        ///< 1 after the first observation
        std::optional<double> drift_ppm; ///< > 0: the server's clock is faster than ours
    };
    ClockStatus clock_status() const;

    struct AudioStatus {
        std::uint64_t underruns = 0; ///< of the sound that waits for the device
        Duration target{0};          ///< so much of it should wait at the moment
    };
    AudioStatus audio_status() const;
    /// When the sound of that stamp is or was heard; empty while none plays, and where the clocks
    /// disagree: then there is no such sound.
    std::optional<LocalTime> heard_at(std::uint32_t mm_time, LocalTime now) const;

    struct StreamStatus {
        Duration delay{0};         ///< from the least delayed arrival to presentation, in force now
        Duration jitter{0};        ///< what the stream's own arrivals ask for
        std::uint64_t epochs = 0;  ///< 1 after the first stamp
        bool clock_agrees = false; ///< the sound's clock rules
    };
    /// Empty for a key that is forgotten.
    std::optional<StreamStatus> stream_status(StreamKey key) const;

    /// A stream that continues another waits no longer than this for the other's decoder.
    static constexpr Duration predecessor_patience{250'000};

private:
    struct Stream {
        explicit Stream(const NewStream& stream)
            : made(stream),
              playout(stream.frames_are_independent ? Playout::Frames::independent
                                                    : Playout::Frames::dependent),
              reporter(stream.id) {
            if (!stream.frames_are_independent) backlog.emplace();
        }
        NewStream made;
        bool destroyed = false;
        bool given_up = false;
        StreamTimeline timeline;
        Playout playout;
        StreamReporter reporter;
        std::optional<DecoderBacklog> backlog; ///< of dependent frames
    };
    Stream& stream(StreamKey key);
    void look(Stream& of);
    std::optional<Duration> offset_of_sound(const Stream& of) const;
    Duration sound_that_video_needs() const;
    bool let_predecessor_finish(const Stream& of, std::vector<Decision>& decisions);
    Playout* predecessor(const Stream& of);
    std::optional<LocalTime> next_deadline(const Stream& of) const;
    void tell_reporter(const Decision& decision);
    void give_up_hopeless(std::vector<Decision>& decisions);
    void note_epoch(std::optional<StreamKey> key,
                    std::optional<EpochCause> cause,
                    std::uint32_t mm_time);
    void forget_finished();

    std::map<StreamKey, Stream> streams_;
    MediaClock clock_;
    AudioRegulator regulator_;
    std::vector<Decision> noted_; ///< reports, epochs and the skips of the end, since the last step
    LocalTime latest_{};          ///< the greatest `now` so far
};

} // namespace sumac::media
