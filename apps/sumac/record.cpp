#include "record.h"

#include "output_file.h"
#include "trace_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace sumac::tool {

namespace {

constexpr Duration status_interval = std::chrono::seconds{1};

std::string status_text(const Recorder::Progress& progress, Duration elapsed) {
    return fmt::format("recording {}  {} pictures  {}  queue {} ({})",
                       clock_text(elapsed),
                       progress.pictures,
                       size_text(progress.bytes),
                       progress.queue.changes,
                       size_text(progress.queue.bytes));
}

/// Decides when the recording is over, and keeps the person informed until then.
class RecordingStep {
public:
    RecordingStep(const RecordOptions& options, Recorder& recorder, Console& console)
        : options_(options), recorder_(recorder), console_(console) {}

    std::optional<Duration> operator()(LocalTime started, LocalTime now) {
        const auto progress = recorder_.progress();
        tell_new_files(progress);
        if (progress.failure) return std::nullopt;
        const auto end = end_time(progress, started);
        if (end && now >= *end) return std::nullopt;
        console_.status(progress.since ? status_text(progress, now - *progress.since)
                                       : "waiting for the display ...");
        // Without a display nobody wakes us when it comes, and the end depends on it.
        const bool look_soon = console_.is_terminal() || !progress.since;
        const Duration pause = look_soon ? status_interval : Duration{std::chrono::hours{1}};
        return end ? std::min(pause, *end - now) : pause;
    }

private:
    std::optional<LocalTime> end_time(const Recorder::Progress& progress, LocalTime started) const {
        if (!progress.since) return started + options_.timeout;
        if (!options_.duration) return std::nullopt;
        return *progress.since + *options_.duration;
    }

    void tell_new_files(const Recorder::Progress& progress) {
        for (std::size_t i = std::max<std::size_t>(told_, 1); i < progress.files.size(); ++i) {
            console_.note("the display changed its size; going on in " + progress.files[i]);
        }
        told_ = progress.files.size();
    }

    const RecordOptions& options_;
    Recorder& recorder_;
    Console& console_;
    std::size_t told_ = 0;
};

std::uint64_t frames_skipped(const SessionReport& report) {
    std::uint64_t skipped = 0;
    for (const auto& stream : report.streams) {
        for (const auto& [reason, count] : stream.frames_skipped)
            skipped += count;
    }
    return skipped;
}

void print_summary(const Recorder::Progress& progress,
                   const RecordOptions& options,
                   const SessionEnd& end,
                   LocalTime ended) {
    fmt::print("{}: {} pictures in {:.1f} s, {}, {}; {} video frames skipped\n",
               fmt::join(progress.files, ", "),
               progress.pictures,
               in_seconds(ended - *progress.since),
               size_text(progress.bytes),
               to_string(options.codec),
               frames_skipped(end.report));
}

} // namespace

std::string clock_text(Duration duration) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(duration).count();
    const auto minutes = seconds / 60;
    if (minutes < 60) return fmt::format("{}:{:02}", minutes, seconds % 60);
    return fmt::format("{}:{:02}:{:02}", minutes / 60, minutes % 60, seconds % 60);
}

std::string size_text(std::uint64_t bytes) {
    constexpr std::array<std::string_view, 4> units{"KiB", "MiB", "GiB", "TiB"};
    if (bytes < 1024) return fmt::format("{} B", bytes);
    double size = static_cast<double>(bytes) / 1024;
    std::size_t unit = 0;
    for (; size >= 1024 && unit + 1 < units.size(); ++unit)
        size /= 1024;
    return fmt::format("{:.1f} {}", size, units.at(unit));
}

int record(const RecordOptions& options, const Surroundings& around) {
    Console& console = around.console;
    const auto target = target_or_complain(options.connection, console);
    if (!target) return 2;
    if (const auto writable = check_writable(options.output); !writable) {
        console.note(writable.error().line());
        return 2;
    }

    const auto trace = open_trace(options.trace);
    if (!trace) {
        console.note(trace.error().line());
        return 2;
    }

    const bool silent = options.sound.device == SoundDevice::none;
    Recorder recorder{{.path = options.output,
                       .codec = options.codec,
                       .display = options.display,
                       .sound = silent ? SoundTracks::none : SoundTracks::one},
                      monotonic_now,
                      [&around] { around.wake.wake(); }};
    RecordingStep recording{options, recorder, console};
    const auto step = [&](Session&, LocalTime started, LocalTime now) {
        return recording(started, now);
    };
    SessionOptions session_options = options_of(options.connection);
    Sinks sinks{.display = &recorder, .trace = trace->get(), .sound = &recorder};
    ToneSource tone;
    apply(options.sound, tone, session_options, sinks);
    const SessionEnd end = run_session(around, *target, session_options, sinks, step);

    const LocalTime ended = monotonic_now();
    if (recorder.progress().queue.changes != 0) console.status("finishing the file ...");
    const auto progress = recorder.finish(ended);
    console.clear_status();
    const auto traced = *trace ? (*trace)->finish() : Done{};
    if (progress.since && !progress.files.empty()) print_summary(progress, options, end, ended);

    if (end.failure) console.note(end.failure->line());
    if (progress.failure) console.note(progress.failure->line());
    if (!traced) console.note(traced.error().line());
    if (end.failure || progress.failure || !traced) return 1;
    if (progress.since) return 0;
    if (end.by_server) {
        console.note(
            "the server ended the session before it showed a display; nothing was recorded");
        return 1;
    }
    console.note(end.interrupted
                     ? "interrupted before the display appeared; nothing was recorded"
                     : fmt::format("the server showed no display {} within {:.3g} s; nothing was "
                                   "recorded; is the guest running? --timeout waits longer",
                                   options.display,
                                   in_seconds(options.timeout)));
    return 1;
}

} // namespace sumac::tool
