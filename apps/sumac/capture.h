/// `sumac record --wire`: a session as its server spoke it, for `sumac replay`.
#pragma once

#include "session_run.h"
#include "sound_options.h"

#include <optional>
#include <string>

namespace sumac::tool {

struct CaptureOptions {
    ConnectionOptions connection;
    SoundOptions sound;
    std::string output;
    std::string trace;                ///< as for probe; empty: none
    std::optional<Duration> duration; ///< from the start; empty: to the end
    std::uint32_t display = 0;        ///< whose picture is noted
};

/// The exit status.
int capture(const CaptureOptions& options, const Surroundings& around);

} // namespace sumac::tool
