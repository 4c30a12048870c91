/// The command line of `sumac`.
#pragma once

#include "capture.h"
#include "probe.h"
#include "record.h"
#include "replay.h"
#include "shot.h"

#include <string>
#include <variant>
#include <vector>

namespace sumac::tool {

using Command =
    std::variant<ShotOptions, RecordOptions, CaptureOptions, ReplayOptions, ProbeOptions>;

/// What to print instead of running: a help text (status 0) or one line about a mistake (status 2).
struct Answer {
    std::string text; ///< ends with a line break
    int status = 0;
};

/// `arguments` without the program's name.
Result<Command, Answer> parse_command_line(std::vector<std::string> arguments);

} // namespace sumac::tool
