/// The host's events: one JSON object a line on standard output.
#pragma once

#include "clock.h"

#include <nlohmann/json.hpp>

#include <string_view>

namespace sumac::host {

using Json = nlohmann::ordered_json;

/// Takes standard output for the events alone: what libraries print there (GLib its debug messages)
/// goes to standard error from then on. Call before anything else that may print.
void claim_standard_output();

/// Writes {"event": name, members of `details`..., "mm_time", "t_us"} at once. Waits where the
/// reader is slow; a reader that is gone is no error. Main thread only.
void write_event(std::string_view name,
                 Json details = Json::object(),
                 std::int64_t t_us = now_us());

} // namespace sumac::host
