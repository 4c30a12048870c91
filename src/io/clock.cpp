#include "io/clock.h"

#include "base/check.h"

#include <atomic>

namespace sumac::io {
namespace {

/// What `now` says while time stands still; 0: it does not.
std::atomic<Duration::rep> standing_at{0};

LocalTime system_now() {
    const auto since_boot = std::chrono::steady_clock::now().time_since_epoch();
    return LocalTime{std::chrono::duration_cast<Duration>(since_boot)};
}

} // namespace

LocalTime now() {
    const Duration standing{standing_at.load()};
    return standing == Duration{0} ? system_now() : LocalTime{standing};
}

void stop_time() {
    standing_at = now().time_since_epoch().count();
}

bool time_stands_still() {
    return standing_at != 0;
}

void pass_time(Duration duration) {
    CHECK(time_stands_still() && duration >= Duration{0});
    standing_at += duration.count();
}

} // namespace sumac::io
