/// The only place that asks the system for the time.
#pragma once

#include <sumac/time.h>

namespace sumac::io {

/// CLOCK_MONOTONIC, the clock of every LocalTime. Thread-safe. Ask once per wake-up, so that one
/// step sees one instant.
LocalTime now();

} // namespace sumac::io
