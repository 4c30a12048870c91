/// The words of the media module: what goes in, what is decided.
#pragma once

#include "base/ids.h"
#include <sumac/time.h>

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

namespace sumac::media {

/// Why a frame was never shown. A disagreement of clocks is not among them, on purpose.
enum class SkipReason {
    superseded,     ///< a newer frame of the same stream was due too
    decoder_behind, ///< newer ones were due too, and the decoder cannot keep up
    undecodable,    ///< the decoder gave it up
    session_closed, ///< it still waited when the session ended
};
std::string_view to_string(SkipReason reason);

/// How the start of an epoch, a stretch of one server clock, was noticed.
enum class EpochCause {
    first_stamp,     ///< nothing was known before
    stamp_backwards, ///< a stamp smaller than the one before
    stamp_ahead,     ///< a stamp further ahead than any transit explains
    steady_lateness, ///< all stamps late by the same after a gap: no stall looks like that
    clock_jump,      ///< main or playback contradict what they said before
    server_changed,  ///< migration: the first word of the new server
};
std::string_view to_string(EpochCause cause);

/// Where the session's clock comes from.
enum class ClockSource { none, main, playback };
std::string_view to_string(ClockSource source);

/// SPICE_MSGC_DISPLAY_STREAM_REPORT, field by field as on the wire.
struct StreamReport {
    static constexpr std::uint32_t no_audio = 0xffff'ffff;

    StreamId stream;
    std::uint32_t unique_id = 0;
    std::uint32_t start_frame_mm_time = 0; ///< exactly the stamp of the window's first frame
    std::uint32_t end_frame_mm_time = 0;   ///< exactly the stamp of its last frame
    std::uint32_t num_frames = 0;
    std::uint32_t num_drops = 0;
    std::int32_t last_frame_delay = 0; ///< ms; positive: it came before it was due
    std::uint32_t audio_delay = no_audio;
    bool operator==(const StreamReport&) const = default;
};

/// The report that tells the server to give up a stream that we cannot show.
StreamReport invalid_stream_report(StreamId stream);

// What MediaCore decides, in the order in which it is to be done.

/// Show this frame now.
struct Present {
    FrameId frame;
    StreamKey stream;
    LocalTime due; ///< when it was to be shown; the time of the decision is `now` of the step
    bool decoder_late = false; ///< by more than Playout::decoder_patience, for the decoder alone
};

/// This frame will not be shown: drop its picture. Where frames do not depend on each other (MJPEG)
/// it need not be decoded any more; otherwise it must still be decoded.
struct Skip {
    FrameId frame;
    StreamKey stream;
    SkipReason reason = SkipReason::superseded;
};

/// Send this report on that display channel.
struct SendReport {
    std::uint32_t display = 0;
    StreamKey stream;
    StreamReport report;
};

/// The stream's decoder is too slow for it: ask the server to draw instead (`report_invalid`). Its
/// frames are shown all the same until the server ends it. Once for each stream.
struct GiveUp {
    StreamKey stream;
};

/// For the trace; nothing needs to be done.
struct EpochStarted {
    std::optional<StreamKey> stream; ///< empty: the session's clock
    EpochCause cause = EpochCause::first_stamp;
    std::uint32_t mm_time = 0;
};

using Decision = std::variant<Present, Skip, SendReport, GiveUp, EpochStarted>;

} // namespace sumac::media
