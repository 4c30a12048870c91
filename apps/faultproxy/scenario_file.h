/// Scenario files: TOML, read strictly. doc/faultproxy.md has the format.
#pragma once

#include "scenario.h"
#include <sumac/result.h>

#include <string_view>

namespace sumac::faultproxy {

/// More cannot be meant; what listens and what acts is checked at every message.
inline constexpr std::size_t max_listeners = 64;
inline constexpr std::size_t max_faults = 4096;

/// The scenario that `toml` describes, or the first mistake, as "NAME:LINE: what is wrong", where
/// `name` is the file's. Unknown keys, wrong types, missing units and faults that can never act
/// (a rewriting of what goes to the server) are mistakes.
Result<Scenario, Failure> parse_scenario(std::string_view toml, std::string_view name);

/// What holds for every scenario, from a file or from options: listeners with names of their own,
/// faults that name one of them. A fault without a name gets one ("delay 3").
Result<Scenario, Failure> settle(Scenario scenario);

} // namespace sumac::faultproxy
