/// `sumac probe`: runs the whole client without showing anything, and reports what happened.
#pragma once

#include "session_run.h"
#include "sound_options.h"

#include <optional>
#include <string>

namespace sumac::tool {

struct ProbeOptions {
    ConnectionOptions connection;
    SoundOptions sound;
    std::optional<Duration> duration; ///< from the start; empty: to the session's end
    std::string json;                 ///< empty: a summary for people; "-": standard output
    std::string trace;                ///< empty: none
    bool planes = false;              ///< take pictures of videos as their codecs store them
};

/// The summary for people, several lines.
std::string summary_text(const SessionReport& report, Duration elapsed);

/// The exit status.
int probe(const ProbeOptions& options, const Surroundings& around);

} // namespace sumac::tool
