#include "replay.h"

#include "latest_picture.h"
#include "output_file.h"
#include "png.h"
#include "probe.h"
#include "record.h"
#include "replay_time.h"
#include "trace_file.h"

#include <fmt/format.h>

namespace sumac::tool {

namespace {

/// A picture that is not as the checkpoint says after so long will not become so.
constexpr Duration checkpoint_patience = std::chrono::seconds{10};
/// After the last byte, for what still waits to be shown. In virtual time the server sees to it.
constexpr Duration last_pictures = std::chrono::milliseconds{300};
constexpr Duration look_interval = std::chrono::milliseconds{20};

/// Compares pictures with checkpoints, and knows when all is over.
class ReplayStep {
public:
    ReplayStep(ReplayServer& server, LatestPicture& latest, Console& console)
        : server_(server), latest_(latest), console_(console) {}

    std::optional<Duration> operator()(Session& session, LocalTime now) {
        const auto progress = server_.progress();
        server_.time().serve([&](Duration duration) { session.pass_time(duration); });
        show(progress, now);
        if (progress.failure) return std::nullopt;
        if (progress.expect) {
            check(*progress.expect, progress, now + skipped_);
        } else {
            waits_since_.reset();
        }
        const bool waits = progress.expect && asked_ != progress.passed + 1;
        if (waits && server_.pace() == Pace::fast) return skip(session);
        if (!progress.finished) return look_interval;
        if (!finished_at_) finished_at_ = now;
        const bool over = server_.pace() == Pace::fast || now - *finished_at_ >= last_pictures;
        if (over) return std::nullopt;
        return look_interval;
    }

    unsigned equal() const { return equal_; }
    unsigned different() const { return different_; }

private:
    void show(const ReplayServer::Progress& progress, LocalTime now) {
        if (now - shown_at_ < look_interval) return;
        shown_at_ = now;
        console_.status(fmt::format("replaying {} of {}, {} checkpoints passed",
                                    clock_text(progress.at),
                                    clock_text(server_.length()),
                                    equal_));
    }

    /// What shall pass before the next look passes at once.
    Duration skip(Session& session) {
        session.pass_time(look_interval);
        skipped_ += look_interval;
        return Duration{0};
    }

    void check(const Checkpoint& expected, const ReplayServer::Progress& progress, LocalTime now) {
        if (asked_ == progress.passed + 1) return; // it has not heard us yet
        if (!waits_since_) waits_since_ = now;
        const auto changed = latest_.unchanged_since();
        const bool overdue = now - *waits_since_ >= checkpoint_patience;
        if (changed && changed == compared_ && !overdue) return; // it is the same as before
        compared_ = changed;
        const auto picture = latest_.picture();
        const bool same = picture && picture->size() == expected.size &&
                          hash_of(picture->view()) == expected.hash;
        if (!same && !overdue) return;
        if (same) {
            ++equal_;
        } else {
            ++different_;
            console_.note(
                fmt::format("checkpoint {} at {:.1f} s: the picture is not the captured one",
                            progress.passed + 1,
                            in_seconds(progress.at)));
        }
        asked_ = progress.passed + 1;
        waits_since_.reset();
        compared_.reset();
        server_.go_on();
    }

    ReplayServer& server_;
    LatestPicture& latest_;
    Console& console_;
    LocalTime shown_at_{};
    Duration skipped_{};
    std::optional<LocalTime> waits_since_;
    std::optional<LocalTime> compared_; ///< when the picture changed that was compared last
    std::optional<LocalTime> finished_at_;
    unsigned asked_ = 0; ///< number of the checkpoint after which we said to go on
    unsigned equal_ = 0;
    unsigned different_ = 0;
};

Result<Done, Failure> save_picture(const std::string& path, const LatestPicture& latest) {
    const auto picture = latest.picture();
    if (!picture) return Failure{ErrorCode::invalid, "the capture shows no such display", ""};
    const auto png = encode_png(picture->view());
    if (!png) return png.error();
    return write_file(path, *png);
}

} // namespace

int replay(const ReplayOptions& options, const Surroundings& around) {
    Console& console = around.console;
    auto server = ReplayServer::start(options.capture, options.pace, [&] { around.wake.wake(); });
    const auto trace = server ? open_trace(options.trace) : server.error();
    if (!trace) {
        console.note(trace.error().line());
        return 2;
    }
    LatestPicture latest{(*server)->display(), monotonic_now};
    ReplayStep replaying{**server, latest, console};
    const LocalTime began = monotonic_now();
    if (options.pace == Pace::fast) stop_time();
    const auto step = [&](Session& session, LocalTime, LocalTime now) {
        return replaying(session, now);
    };
    SessionOptions session_options;
    session_options.migration_target = (*server)->target();
    if (!(*server)->has_sound()) session_options.sound = SoundDevice::none;
    const SessionEnd end =
        run_session(around,
                    (*server)->target(),
                    session_options,
                    {.display = &latest, .trace = trace->get(), .wire = &(*server)->time()},
                    step);
    const auto progress = (*server)->progress();
    const auto traced = *trace ? (*trace)->finish() : Done{};
    console.clear_status();
    fmt::print("{}", summary_text(end.report, monotonic_now() - began));
    fmt::print("replayed {:.1f} s in {:.1f} s\n",
               in_seconds(progress.at),
               in_seconds(monotonic_now() - began));
    fmt::print("checkpoints: {} passed, {} different\n", replaying.equal(), replaying.different());
    bool good = replaying.different() == 0;
    const auto note = [&](const Failure& failure) {
        console.note(failure.line());
        good = false;
    };
    if (!options.picture.empty()) {
        if (const auto saved = save_picture(options.picture, latest); !saved) note(saved.error());
    }
    if (progress.failure) note(*progress.failure);
    if (!traced) note(traced.error());
    // A server that had its say before the end of the capture is no news to us.
    if (end.failure && !progress.all_said) note(*end.failure);
    if (!progress.all_said && !progress.failure && !end.failure) {
        note({ErrorCode::closed, "the replay ended before the capture did", ""});
    }
    return good ? 0 : 1;
}

} // namespace sumac::tool
