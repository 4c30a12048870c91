#include "probe.h"

#include "output_file.h"
#include "record.h"
#include "report_json.h"
#include "trace_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <span>

namespace sumac::tool {

namespace {

constexpr Duration status_interval = std::chrono::seconds{1};

/// Makes the client draw and present everything, as for a window, and only counts it.
class NullDisplay : public DisplaySink {
public:
    explicit NullDisplay(bool planes) : takes_planes_(planes) {}

    bool takes_planes() const override { return takes_planes_; }
    bool returns_at_once() const override { return true; }
    void on_planes(const PlanarUpdate& /*update*/) override { ++planes_; }
    void on_display_created(std::uint32_t /*display*/, Size /*size*/) override {}
    void on_display_destroyed(std::uint32_t /*display*/) override {}
    void on_update(const DisplayUpdate& /*update*/) override { ++updates_; }

    // After the session's end.
    std::uint64_t updates() const { return updates_; }
    std::uint64_t planes() const { return planes_; }

private:
    const bool takes_planes_;
    std::uint64_t updates_ = 0;
    std::uint64_t planes_ = 0;
};

struct FrameCounts {
    std::uint64_t received = 0;
    std::uint64_t presented = 0;
    std::uint64_t skipped = 0;
};

FrameCounts count_frames(const std::vector<StreamReport>& streams) {
    FrameCounts counts;
    for (const auto& stream : streams) {
        counts.received += stream.frames_received;
        counts.presented += stream.frames_presented;
        for (const auto& [reason, count] : stream.frames_skipped)
            counts.skipped += count;
    }
    return counts;
}

std::string reasons_text(const std::map<std::string, std::uint64_t>& counts) {
    std::vector<std::string> parts;
    parts.reserve(counts.size());
    for (const auto& [name, count] : counts)
        parts.push_back(fmt::format("{} {}", name, count));
    return parts.empty() ? "none" : fmt::format("{}", fmt::join(parts, ", "));
}

std::string percentiles_text(const Distribution& measured) {
    return fmt::format("p50 {:.1f}, p95 {:.1f}, p99 {:.1f}, max {:.1f} ms",
                       measured.p50,
                       measured.p95,
                       measured.p99,
                       measured.max);
}

std::string stream_text(const StreamReport& stream) {
    std::string text = fmt::format("stream {} on display {}: {} {}x{}: {} frames received, {} "
                                   "presented; skipped: {}; longest gap {:.1f} ms",
                                   stream.id,
                                   stream.display,
                                   stream.codec,
                                   stream.size.width,
                                   stream.size.height,
                                   stream.frames_received,
                                   stream.frames_presented,
                                   reasons_text(stream.frames_skipped),
                                   stream.longest_gap_ms);
    if (stream.delay_ms.count != 0) {
        text += "; delay " + percentiles_text(stream.delay_ms);
    }
    return text + '\n';
}

std::string audio_text(const AudioReport& audio) {
    if (audio.packets == 0) return fmt::format("sound: none came (device {})\n", audio.device);
    std::string text =
        fmt::format("sound: {} packets, {} underruns, {:.1f} ms discarded; device {}",
                    audio.packets,
                    audio.underruns,
                    audio.discarded_ms,
                    audio.device);
    if (audio.device_lost > 0) text += fmt::format(", lost {} times", audio.device_lost);
    if (audio.buffered_ms.count > 0) text += "; buffered " + percentiles_text(audio.buffered_ms);
    if (audio.skew_ms.count > 0) text += "; picture off by " + percentiles_text(audio.skew_ms);
    return text + '\n';
}

std::string status_text(Session& session, Duration elapsed) {
    const FrameCounts counts = count_frames(session.report().streams);
    return fmt::format("probing {}  {} frames received, {} presented, {} skipped",
                       clock_text(elapsed),
                       counts.received,
                       counts.presented,
                       counts.skipped);
}

Result<Done, Failure> write_report(const ProbeOptions& options,
                                   const SessionEnd& end,
                                   const NullDisplay& display,
                                   Duration elapsed) {
    if (options.json.empty()) {
        fmt::print("{}", summary_text(end.report, elapsed));
        fmt::print(
            "shown: {} updates, {} pictures in planes\n", display.updates(), display.planes());
        return Done{};
    }
    auto json = report_json(end.report, end.failure, in_seconds(elapsed), process_use());
    json["shown"] = {{"updates", display.updates()}, {"planes", display.planes()}};
    // The machine's name and the like come from the server: replace what is no UTF-8.
    const std::string text =
        json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + '\n';
    return write_file(options.json, std::as_bytes(std::span{text}));
}

/// Opens the trace, if one is wanted.
Result<std::unique_ptr<TraceFile>, Failure> open_outputs(const ProbeOptions& options) {
    if (!options.json.empty()) {
        if (auto writable = check_writable(options.json); !writable) return writable.error();
    }
    return open_trace(options.trace);
}

} // namespace

std::string summary_text(const SessionReport& report, Duration elapsed) {
    std::string text = fmt::format("server {}", report.server);
    if (!report.vm_name.empty()) text += fmt::format(", virtual machine {}", report.vm_name);
    text += fmt::format("; {:.1f} s\n", in_seconds(elapsed));
    for (const auto& channel : report.channels) {
        text += fmt::format("channel {}[{}]: {} messages, {}{}\n",
                            channel.type,
                            channel.id,
                            channel.messages,
                            size_text(channel.bytes),
                            channel.tls ? ", TLS" : "");
    }
    for (const auto& stream : report.streams)
        text += stream_text(stream);
    text += audio_text(report.audio);
    const std::string drift =
        report.drift_ppm ? fmt::format("{:.1f} ppm", *report.drift_ppm) : "not known";
    text += fmt::format(
        "clock: source {}, {} epochs, drift {}\n", report.clock_source, report.clock_epochs, drift);
    text += fmt::format("drawn: {}", reasons_text(report.draws));
    if (report.draw_delay_ms.count > 0) text += "; delay " + percentiles_text(report.draw_delay_ms);
    text += '\n';
    text += fmt::format("not drawn: {}\n", reasons_text(report.not_drawn));
    const ProcessUse process = process_use();
    text += fmt::format("process: {:.2f} s of CPU, {} at most\n",
                        process.cpu_s,
                        size_text(static_cast<std::uint64_t>(process.peak_rss_kib) * 1024));
    return text;
}

int probe(const ProbeOptions& options, const Surroundings& around) {
    Console& console = around.console;
    const auto target = target_or_complain(options.connection, console);
    if (!target) return 2;
    const auto trace = open_outputs(options);
    if (!trace) {
        console.note(trace.error().line());
        return 2;
    }

    NullDisplay display{options.planes};
    LocalTime began;
    const auto step =
        [&](Session& session, LocalTime started, LocalTime now) -> std::optional<Duration> {
        began = started;
        const Duration elapsed = now - started;
        if (options.duration && elapsed >= *options.duration) return std::nullopt;
        const Duration left = options.duration ? *options.duration - elapsed : Duration::max();
        if (!console.is_terminal()) return left;
        console.status(status_text(session, elapsed));
        return std::min(left, status_interval);
    };
    SessionOptions session_options = options_of(options.connection);
    Sinks sinks{.display = &display, .trace = trace->get()};
    ToneSource tone;
    apply(options.sound, tone, session_options, sinks);
    const SessionEnd end = run_session(around, *target, session_options, sinks, step);
    const LocalTime ended = monotonic_now();

    const auto traced = *trace ? (*trace)->finish() : Done{};
    const auto reported = write_report(options, end, display, ended - began);
    if (end.failure) console.note(end.failure->line());
    if (!traced) console.note(traced.error().line());
    if (!reported) console.note(reported.error().line());
    return !end.failure && traced && reported ? 0 : 1;
}

} // namespace sumac::tool
