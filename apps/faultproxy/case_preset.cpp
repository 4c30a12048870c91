#include "case_preset.h"

namespace sumac::faultproxy {

namespace {

Fault at(const CasePlan& plan, std::string name, Duration later, Effect effect) {
    Fault fault;
    fault.name = std::move(name);
    fault.to_server = false;
    fault.trigger = plan.trigger;
    fault.from = plan.from + later;
    fault.effect = std::move(effect);
    return fault;
}

} // namespace

std::optional<Case> parse_case(std::string_view text) {
    if (text == "1a") return Case::frames_ahead_1a;
    if (text == "1b") return Case::frames_behind_1b;
    if (text == "2a") return Case::clock_ahead_2a;
    if (text == "2b") return Case::clock_behind_2b;
    return std::nullopt;
}

std::vector<Fault> faults_of(const CasePlan& plan) {
    const bool back = plan.which == Case::frames_behind_1b || plan.which == Case::clock_behind_2b;
    const bool frames_first =
        plan.which == Case::frames_ahead_1a || plan.which == Case::frames_behind_1b;
    const Offset jump = back ? -plan.jump : plan.jump;
    const Rewrite frames{{Stamp::stream_data, Stamp::stream_data_sized}, jump};
    const Rewrite clock{{Stamp::init,
                         Stamp::multi_media_time,
                         Stamp::playback_start,
                         Stamp::playback_mode,
                         Stamp::playback_data},
                        jump};
    std::vector<Fault> faults;
    const bool both = plan.disagreement.has_value();
    const Duration second = plan.disagreement.value_or(Duration{0});
    const Duration frames_later = frames_first ? Duration{0} : second;
    const Duration clock_later = frames_first ? second : Duration{0};
    if (frames_first || both) faults.push_back(at(plan, "frames", frames_later, frames));
    if (!frames_first || both) {
        faults.push_back(at(plan, "clock", clock_later, clock));
        faults.push_back(at(plan, "clock told", clock_later, Inject{}));
    }
    return faults;
}

} // namespace sumac::faultproxy
