/// The only place that asks the system for the time.
#pragma once

#include <sumac/time.h>

namespace sumac::io {

/// CLOCK_MONOTONIC, the clock of every LocalTime; or virtual time, see below. Thread-safe. Ask once
/// per wake-up, so that one step sees one instant.
LocalTime now();

// Virtual time, in which computing takes none: for replays. It is the whole process's.

/// From here on `now` stands still, for good. Thread-safe.
void stop_time();
bool time_stands_still();
/// `now` jumps ahead by it. After stop_time only, and on one thread. Timers (timer.h) notice when
/// the next one is set.
void pass_time(Duration duration);

} // namespace sumac::io
