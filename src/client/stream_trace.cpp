#include "client/stream_trace.h"

#include <fmt/format.h>

namespace sumac::client {
namespace {

TraceEvent about(TraceEvent::Kind kind, StreamTrace::StreamName name, LocalTime at) {
    TraceEvent event;
    event.kind = kind;
    event.at = at;
    event.display = name.display;
    event.stream = name.stream;
    return event;
}

TraceEvent about_frame(TraceEvent::Kind kind, const ShownFrame& frame, LocalTime at) {
    TraceEvent event = about(kind, {static_cast<std::uint8_t>(frame.display), frame.stream}, at);
    event.frame = frame.frame;
    event.mm_time = frame.mm_time;
    event.arrived = frame.arrived;
    if (frame.due != LocalTime{}) event.due = frame.due;
    return event;
}

} // namespace

void StreamTrace::created(StreamName name, std::string_view codec, Size size, LocalTime at) {
    TraceEvent event = about(TraceEvent::Kind::stream_created, name, at);
    event.detail = fmt::format("codec={} width={} height={}", codec, size.width, size.height);
    tell(event);
}

void StreamTrace::destroyed(StreamName name, LocalTime at) {
    tell(about(TraceEvent::Kind::stream_destroyed, name, at));
}

void StreamTrace::frame_received(const ShownFrame& frame) {
    tell(about_frame(TraceEvent::Kind::frame_received, frame, frame.arrived));
}

void StreamTrace::frame_presented(const ShownFrame& frame,
                                  std::optional<Duration> skew,
                                  LocalTime at) {
    TraceEvent event = about_frame(TraceEvent::Kind::frame_presented, frame, at);
    event.decision = "present";
    if (skew)
        event.detail = fmt::format("skew_ms={:.1f}", static_cast<double>(skew->count()) / 1000);
    tell(event);
}

void StreamTrace::frame_skipped(const ShownFrame& frame, std::string_view reason, LocalTime at) {
    TraceEvent event = about_frame(TraceEvent::Kind::frame_skipped, frame, at);
    event.decision = "skip";
    event.reason = reason;
    tell(event);
}

void StreamTrace::report_sent(const media::SendReport& sent, LocalTime at) {
    const media::StreamReport& report = sent.report;
    TraceEvent event = about(TraceEvent::Kind::report_sent,
                             {static_cast<std::uint8_t>(sent.display), report.stream.value},
                             at);
    event.detail = fmt::format("frames={} drops={} last_frame_delay={} audio_delay={}",
                               report.num_frames,
                               report.num_drops,
                               report.last_frame_delay,
                               report.audio_delay);
    tell(event);
}

void StreamTrace::epoch_started(const media::EpochStarted& epoch,
                                const std::optional<StreamName>& name,
                                LocalTime at) {
    TraceEvent event;
    event.kind = TraceEvent::Kind::epoch_started;
    event.at = at;
    event.mm_time = epoch.mm_time;
    event.reason = to_string(epoch.cause);
    if (name) {
        event.display = name->display;
        event.stream = name->stream;
    }
    tell(event);
}

void StreamTrace::main_clock(std::uint32_t mm_time, LocalTime at) {
    TraceEvent event;
    event.kind = TraceEvent::Kind::clock_observed;
    event.at = at;
    event.mm_time = mm_time;
    event.detail = "source=main";
    tell(event);
}

void StreamTrace::tell(const TraceEvent& event) {
    if (sink_ != nullptr) sink_->on_trace(event);
}

} // namespace sumac::client
