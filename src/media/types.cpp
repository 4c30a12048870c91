#include "media/types.h"

namespace sumac::media {

std::string_view to_string(SkipReason reason) {
    switch (reason) {
    case SkipReason::superseded:
        return "superseded";
    case SkipReason::decoder_behind:
        return "decoder_behind";
    case SkipReason::undecodable:
        return "undecodable";
    case SkipReason::session_closed:
        return "session_closed";
    }
    return "unknown";
}

std::string_view to_string(EpochCause cause) {
    switch (cause) {
    case EpochCause::first_stamp:
        return "first_stamp";
    case EpochCause::stamp_backwards:
        return "stamp_backwards";
    case EpochCause::stamp_ahead:
        return "stamp_ahead";
    case EpochCause::steady_lateness:
        return "steady_lateness";
    case EpochCause::clock_jump:
        return "clock_jump";
    case EpochCause::server_changed:
        return "server_changed";
    }
    return "unknown";
}

std::string_view to_string(ClockSource source) {
    switch (source) {
    case ClockSource::none:
        return "none";
    case ClockSource::main:
        return "main";
    case ClockSource::playback:
        return "playback";
    }
    return "unknown";
}

StreamReport invalid_stream_report(StreamId stream) {
    StreamReport report;
    report.stream = stream;
    report.num_drops = 0xffff'ffff; // with num_frames 0: the server's sign for "cannot show it"
    return report;
}

} // namespace sumac::media
