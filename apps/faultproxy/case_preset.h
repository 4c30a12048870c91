/// The four cases of clocks that disagree after a migration, made from a few options.
#pragma once

#include "scenario.h"

#include <optional>
#include <string_view>
#include <vector>

namespace sumac::faultproxy {

/// Which of the two jumps first, frames or clock, and whether the new clock is ahead.
///
///     1a  frames first, forward     2a  clock first, forward
///     1b  frames first, back        2b  clock first, back
enum class Case { frames_ahead_1a, frames_behind_1b, clock_ahead_2a, clock_behind_2b };
std::optional<Case> parse_case(std::string_view text);

struct CasePlan {
    Case which = Case::frames_ahead_1a;
    std::chrono::milliseconds jump{3000}; ///< its size; the case has the sign
    std::optional<Duration> disagreement; ///< until the other one jumps too; nothing: never
    Trigger trigger{};
    Duration from{0};
};

/// Frames and clock (INIT, MULTI_MEDIA_TIME, sound) both jump, one of them at the trigger, the
/// other when the disagreement is over. A server without sound seldom tells its clock: so a
/// MULTI_MEDIA_TIME is injected when the clock jumps.
std::vector<Fault> faults_of(const CasePlan& plan);

} // namespace sumac::faultproxy
