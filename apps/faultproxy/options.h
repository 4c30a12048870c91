/// sumac-faultproxy's command line.
#pragma once

#include "scenario.h"
#include <sumac/result.h>

#include <string>
#include <vector>

namespace sumac::faultproxy {

/// What to print instead of running: a help text (status 0) or one line about a mistake (status 2).
struct Answer {
    std::string text; ///< ends with a line break
    int status = 0;
};

/// The scenario, from files (which are read here) and options. `arguments` without the program's
/// name.
Result<Scenario, Answer> parse_options(std::vector<std::string> arguments);

} // namespace sumac::faultproxy
