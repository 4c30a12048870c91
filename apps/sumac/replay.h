/// `sumac replay`: a captured session once more through the whole client.
#pragma once

#include "replay_server.h"
#include "session_run.h"

#include <string>

namespace sumac::tool {

struct ReplayOptions {
    std::string capture;
    Pace pace = Pace::as_captured;
    std::string picture; ///< where to save the last picture as PNG; empty: nowhere
    std::string trace;   ///< as for probe; empty: none
};

/// The exit status.
int replay(const ReplayOptions& options, const Surroundings& around);

} // namespace sumac::tool
