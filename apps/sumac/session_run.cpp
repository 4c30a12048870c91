#include "session_run.h"

#include <fmt/core.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <utility>

namespace sumac::tool {

namespace {

constexpr int password_attempts = 3;

enum class Woken { by_signal, otherwise };

/// Sleeps until one of the two is readable, at most `limit`.
Woken sleep_until(const StopSignal& stop, const WakeUp& wake, Duration limit) {
    // Rounded up: waking just before the deadline would mean waking twice.
    const auto limit_ms = std::chrono::ceil<std::chrono::milliseconds>(limit).count();
    const int timeout_ms = static_cast<int>(std::clamp<std::int64_t>(limit_ms, 0, 3'600'000));
    std::array<pollfd, 2> waiting{{{stop.fd(), POLLIN, 0}, {wake.fd(), POLLIN, 0}}};
    poll(waiting.data(), waiting.size(), timeout_ms);
    wake.clear();
    return stop.came() ? Woken::by_signal : Woken::otherwise;
}

SessionEnd run_once(const Surroundings& around,
                    const Target& target,
                    SessionOptions options,
                    Sinks sinks,
                    const Step& step) {
    // Declared first: it must outlive the session.
    Runtime runtime;
    const WakeUp& wake = around.wake;
    options.log = around.console.log_function();
    const auto session = Session::start(runtime, target, std::move(options), sinks);
    std::jthread watcher{[&] {
        pthread_setname_np(pthread_self(), "session-end");
        session->wait();
        wake.wake();
    }};
    SessionEnd end;
    const LocalTime started = monotonic_now();
    while (!session->wait_for(std::chrono::milliseconds{0})) {
        const auto pause = step(*session, started, monotonic_now());
        if (!pause) break;
        end.interrupted = sleep_until(around.stop, wake, *pause) == Woken::by_signal;
        if (end.interrupted) break;
    }
    const bool ended_by_itself = session->wait_for(std::chrono::milliseconds{0});
    session->close();
    watcher.join();
    end.failure = session->failure();
    end.by_server = ended_by_itself && !end.failure;
    end.report = session->report();
    return end;
}

bool was_denied(const SessionEnd& end) {
    return end.failure && end.failure->code == ErrorCode::denied;
}

} // namespace

WakeUp::WakeUp() : fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (fd_ >= 0) return;
    std::perror("sumac: eventfd");
    std::abort();
}

WakeUp::~WakeUp() {
    close(fd_);
}

void WakeUp::wake() const {
    eventfd_write(fd_, 1);
}

void WakeUp::clear() const {
    eventfd_t ignored = 0;
    eventfd_read(fd_, &ignored);
}

SessionEnd run_session(const Surroundings& around,
                       Target target,
                       const SessionOptions& options,
                       Sinks sinks,
                       const Step& step) {
    const bool may_ask = target.password.empty();
    SessionEnd end = run_once(around, target, options, sinks, step);
    for (int attempt = 0; may_ask && attempt < password_attempts && was_denied(end); ++attempt) {
        around.console.clear_status();
        auto password = prompt_password(target.name(), around.stop.fd());
        end.interrupted = around.stop.came();
        if (!password) break;
        target.password = std::move(*password);
        end = run_once(around, target, options, sinks, step);
    }
    around.console.clear_status();
    return end;
}

std::optional<Target> target_or_complain(const ConnectionOptions& options, Console& console) {
    auto target = resolve_target(options, std::getenv("SUMAC_PASSWORD")); // NOLINT(concurrency-*)
    if (target) return std::move(*target);
    console.note(target.error().line());
    return std::nullopt;
}

} // namespace sumac::tool
