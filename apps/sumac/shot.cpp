#include "shot.h"

#include "latest_picture.h"
#include "output_file.h"
#include "png.h"

#include <fmt/format.h>

#include <algorithm>

namespace sumac::tool {

namespace {

// A display that appears is looked at again this soon, even with --settle 0.
constexpr Duration shortest_wait = std::chrono::milliseconds{10};

std::string missing_display(const ShotOptions& options, const LatestPicture& latest) {
    const auto displays = latest.displays();
    if (displays.empty()) {
        return fmt::format("the server showed no display within {:.3g} s; is the guest running? "
                           "--timeout waits longer",
                           in_seconds(options.timeout));
    }
    return fmt::format(
        "the server has no display {}; it has {}", options.display, fmt::join(displays, ", "));
}

int take_picture(const ShotOptions& options, const LatestPicture& latest, Console& console) {
    const auto picture = latest.picture();
    if (!picture) {
        console.note(missing_display(options, latest));
        return 1;
    }
    const auto png = encode_png(picture->view());
    const auto written = png ? write_file(options.output, *png) : png.error();
    if (written) return 0;
    console.note(written.error().line());
    return 1;
}

} // namespace

std::optional<Duration> wait_to_settle(const ShotOptions& options,
                                       LocalTime started,
                                       LocalTime now,
                                       std::optional<LocalTime> unchanged_since) {
    const LocalTime give_up = started + options.timeout;
    // With no picture yet, none can have settled before now + settle.
    const LocalTime settled = unchanged_since.value_or(now) + options.settle;
    if (now >= give_up || (unchanged_since && now >= settled)) return std::nullopt;
    return std::min(std::max(settled - now, shortest_wait), give_up - now);
}

int shot(const ShotOptions& options, const Surroundings& around) {
    Console& console = around.console;
    const auto target = target_or_complain(options.connection, console);
    if (!target) return 2;
    if (const auto writable = check_writable(options.output); !writable) {
        console.note(writable.error().line());
        return 2;
    }

    LatestPicture latest{options.display, monotonic_now};
    bool settled = false;
    const auto step = [&](Session&, LocalTime started, LocalTime now) {
        const auto since = latest.unchanged_since();
        const auto wait = wait_to_settle(options, started, now, since);
        settled = !wait && since && now - *since >= options.settle;
        console.status(since ? "waiting for the picture to settle ..."
                             : fmt::format("waiting for display {} ...", options.display));
        return wait;
    };
    SessionOptions session_options = options_of(options.connection);
    session_options.sound = SoundDevice::none;
    const SessionEnd end =
        run_session(around, *target, session_options, {.display = &latest}, step);

    if (end.failure) {
        console.note(end.failure->line());
        return 1;
    }
    if (end.interrupted) {
        console.note("interrupted before the picture had settled; nothing was written");
        return 1;
    }
    if (end.by_server && !latest.picture()) {
        console.note("the server ended the session before it showed a picture");
        return 1;
    }
    const int status = take_picture(options, latest, console);
    if (status == 0 && !settled && !end.by_server) {
        console.note(fmt::format("the picture did not stand still for {} ms within {:.3g} s; this "
                                 "is how it was at the end",
                                 options.settle.count(),
                                 in_seconds(options.timeout)));
    }
    return status;
}

} // namespace sumac::tool
