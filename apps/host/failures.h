/// What the user reads when the host does not start.
#pragma once

#include <sumac/result.h>

#include <string>

namespace sumac::host {

/// "cannot listen on ...: Address already in use", and what to do.
inline Failure cannot(const std::string& what, const std::string& why, const std::string& advice) {
    return {.code = ErrorCode::system, .message = "cannot " + what + ": " + why, .advice = advice};
}

} // namespace sumac::host
