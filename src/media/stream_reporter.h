/// StreamReporter: what the server's rate control is told about one stream.
///
/// The server reads `last_frame_delay` as the margin of a client whose clock runs 400 ms behind:
/// the latency that it gives out itself. A large steady margin is health, a shrinking one
/// congestion. Our picture is later than the server's by a few ms only, so the true wait would read
/// as permanent distress. So we report what is meant: 400 ms less the delay that the path added to
/// this frame, by the stream's own timeline, in which clocks that disagree do not appear.
#pragma once

#include "media/types.h"

#include <optional>

namespace sumac::media {

/// STREAM_ACTIVATE_REPORT.
struct ReportTerms {
    std::uint32_t unique_id = 0;
    std::uint32_t max_window_size = 0; ///< frames; 0 counts as 1
    std::uint32_t timeout_ms = 0;      ///< looked at when a frame arrives
};

class StreamReporter {
public:
    explicit StreamReporter(StreamId stream = {}) : stream_(stream) {}

    void activate(const ReportTerms& terms);
    /// A frame arrived, `lateness` later than an undelayed one would have. `sound_lateness` is the
    /// same for sound; empty while none plays. Returns the report that this frame completes.
    std::optional<StreamReport> arrived(std::uint32_t mm_time,
                                        Duration lateness,
                                        std::optional<Duration> sound_lateness,
                                        LocalTime now);
    /// A frame was given up because we cannot decode fast enough, or at all: that is a drop.
    void dropped_here();

    /// The latency that servers start with (MM_TIME_DELTA in spice-server's reds.cpp).
    static constexpr Duration nominal_margin{400'000};
    /// Three late frames in a row close a window, as the server's authors have it in their client.
    static constexpr unsigned drops_in_a_row = 3;
    /// Ids from here on get a client thrown out (NUM_STREAMS in spice-server's display).
    static constexpr std::uint32_t max_streams = 50;

private:
    StreamId stream_;
    std::optional<ReportTerms> terms_;
    StreamReport window_;
    LocalTime window_began_{};
    unsigned drops_in_row_ = 0;
    std::uint32_t drops_here_ = 0;
};

} // namespace sumac::media
