/// The proxy's events: one JSON object a line on standard output.
#pragma once

#include <sumac/time.h>

#include <nlohmann/json.hpp>

#include <string_view>

namespace sumac::faultproxy {

using Json = nlohmann::ordered_json;

/// CLOCK_MONOTONIC. Ask once per wake-up.
LocalTime now();

/// Writes {"event": name, members of `details`..., "t_us"} at once. Waits where the reader is slow;
/// a reader that is gone is no error.
void write_event(std::string_view name, Json details, LocalTime at);

} // namespace sumac::faultproxy
