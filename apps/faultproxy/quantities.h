/// Quantities with their units, as scenarios and options write them. Pure.
#pragma once

#include "scenario.h"
#include <sumac/result.h>

#include <optional>
#include <string_view>

namespace sumac::faultproxy {

/// The longest time that can be asked for: 2^32 ms and a little, once around the clock.
inline constexpr Duration longest_time = std::chrono::hours{50 * 24};

/// What the user wrote, for a message: printable, in one line, never long.
std::string shown(std::string_view text);

/// "250us", "500ms", "1.5 s", "2min", "28h", "3d", perhaps negative. A unit is needed, except for
/// 0. Nothing for anything else, and beyond +-longest_time.
std::optional<Duration> parse_time(std::string_view text);

/// "800B/s", "500kB/s", "64KiB/s", "2MB/s", "1MiB/s"; at least 1 byte per second.
std::optional<std::uint64_t> parse_rate(std::string_view text);

/// A time, or "wrap in TIME".
std::optional<Offset> parse_offset(std::string_view text);

/// "connection", "fire NAME", "MESSAGE", "MESSAGE COUNT". The failure says what would be right.
Result<Trigger, Failure> parse_trigger(std::string_view text);

/// "HOST:PORT", "[V6ADDRESS]:PORT", "PORT" (on 127.0.0.1) or "unix:PATH".
std::optional<Endpoint> parse_endpoint(std::string_view text);
/// The same way back.
std::string to_string(const Endpoint& endpoint);

/// The name of a channel as in "display", or nothing.
std::optional<std::uint8_t> parse_channel(std::string_view name);

} // namespace sumac::faultproxy
