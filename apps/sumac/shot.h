/// `sumac shot`: the picture of a display as a PNG file, once it stands still.
#pragma once

#include "session_run.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace sumac::tool {

struct ShotOptions {
    ConnectionOptions connection;
    std::string output; ///< "-": standard output
    std::uint32_t display = 0;
    std::chrono::milliseconds settle{500};
    Duration timeout = std::chrono::seconds{30};
};

/// How long to wait on, given since when the picture stands (empty: there is none); nothing: take
/// what is there, be it settled or time up.
std::optional<Duration> wait_to_settle(const ShotOptions& options,
                                       LocalTime started,
                                       LocalTime now,
                                       std::optional<LocalTime> unchanged_since);

/// The exit status.
int shot(const ShotOptions& options, const Surroundings& around);

} // namespace sumac::tool
