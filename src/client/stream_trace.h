/// Says in the trace what becomes of streams and their frames. Net thread only.
#pragma once

#include "media/media_core.h"
#include <sumac/sinks.h>

namespace sumac::client {

class StreamTrace {
public:
    /// What an event is about, as it stands in the trace.
    struct StreamName {
        std::uint8_t display = 0;
        std::uint32_t stream = 0;
    };

    explicit StreamTrace(TraceSink* sink) : sink_(sink) {} ///< may be null: nothing happens then

    void created(StreamName name, std::string_view codec, Size size, LocalTime at);
    void destroyed(StreamName name, LocalTime at);
    void frame_received(const ShownFrame& frame);
    void frame_presented(const ShownFrame& frame, std::optional<Duration> skew, LocalTime at);
    void frame_skipped(const ShownFrame& frame, std::string_view reason, LocalTime at);
    void report_sent(const media::SendReport& sent, LocalTime at);
    void epoch_started(const media::EpochStarted& epoch,
                       const std::optional<StreamName>& name,
                       LocalTime at);
    void main_clock(std::uint32_t mm_time, LocalTime at);

private:
    void tell(const TraceEvent& event);

    TraceSink* sink_;
};

} // namespace sumac::client
