#include "capture.h"

#include "capture_file.h"
#include "latest_picture.h"
#include "record.h"
#include "trace_file.h"

#include <fmt/format.h>

namespace sumac::tool {

namespace {

/// A picture that stood still for so long, while nothing came either, shows all that was said.
constexpr Duration settle = std::chrono::seconds{1};
constexpr Duration look_interval = std::chrono::milliseconds{100};

/// Notes in the capture how the picture looks whenever it stands still.
class CheckpointTaker {
public:
    CheckpointTaker(std::uint32_t display, LatestPicture& latest, CaptureWriter& writer)
        : display_(display), latest_(latest), writer_(writer) {}

    void look(LocalTime now) {
        const std::uint64_t said = writer_.display_bytes();
        if (said != said_) {
            said_ = said;
            quiet_since_ = now;
        }
        const auto since = latest_.unchanged_since();
        if (!since || now - std::max(*since, quiet_since_) < settle || said == taken_) return;
        const auto picture = latest_.picture();
        const Checkpoint checkpoint{display_, picture->size(), hash_of(picture->view())};
        if (!writer_.checkpoint(checkpoint, now, said)) return;
        taken_ = said;
        ++count_;
    }
    unsigned count() const { return count_; }

private:
    const std::uint32_t display_;
    LatestPicture& latest_;
    CaptureWriter& writer_;
    std::uint64_t said_ = 0;
    LocalTime quiet_since_{};
    std::uint64_t taken_ = 0;
    unsigned count_ = 0;
};

} // namespace

int capture(const CaptureOptions& options, const Surroundings& around) {
    Console& console = around.console;
    const auto target = target_or_complain(options.connection, console);
    if (!target) return 2;
    auto writer = CaptureWriter::open(options.output, monotonic_now());
    const auto trace = writer ? open_trace(options.trace) : writer.error();
    if (!trace) {
        console.note(trace.error().line());
        return 2;
    }

    LatestPicture latest{options.display, monotonic_now};
    CheckpointTaker checkpoints{options.display, latest, **writer};
    const auto step = [&](Session&, LocalTime started, LocalTime now) -> std::optional<Duration> {
        if (options.duration && now - started >= *options.duration) return std::nullopt;
        if ((*writer)->failed()) return std::nullopt;
        checkpoints.look(now);
        console.status(fmt::format("capturing {}  {} of drawing, {} checkpoints",
                                   clock_text(now - started),
                                   size_text((*writer)->display_bytes()),
                                   checkpoints.count()));
        return look_interval;
    };
    SessionOptions session_options = options_of(options.connection);
    Sinks sinks{.display = &latest, .trace = trace->get(), .wire = writer->get()};
    ToneSource tone;
    apply(options.sound, tone, session_options, sinks);
    const SessionEnd end = run_session(around, *target, session_options, sinks, step);

    const auto written = (*writer)->finish();
    const auto traced = *trace ? (*trace)->finish() : Done{};
    console.clear_status();
    if (written) {
        fmt::print("{}: {} of drawing, {} checkpoints\n",
                   options.output,
                   size_text((*writer)->display_bytes()),
                   checkpoints.count());
    }
    if (end.failure) console.note(end.failure->line());
    if (!written) console.note(written.error().line());
    if (!traced) console.note(traced.error().line());
    return !end.failure && written && traced ? 0 : 1;
}

} // namespace sumac::tool
