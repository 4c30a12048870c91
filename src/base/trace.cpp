#include <sumac/sinks.h>

namespace sumac {

std::string_view to_string(TraceEvent::Kind kind) {
    switch (kind) {
    case TraceEvent::Kind::frame_received:
        return "frame_received";
    case TraceEvent::Kind::frame_presented:
        return "frame_presented";
    case TraceEvent::Kind::frame_skipped:
        return "frame_skipped";
    case TraceEvent::Kind::clock_observed:
        return "clock_observed";
    case TraceEvent::Kind::epoch_started:
        return "epoch_started";
    case TraceEvent::Kind::stream_created:
        return "stream_created";
    case TraceEvent::Kind::stream_destroyed:
        return "stream_destroyed";
    case TraceEvent::Kind::report_sent:
        return "report_sent";
    case TraceEvent::Kind::migration:
        return "migration";
    }
    return "unknown";
}

} // namespace sumac
