#include "session/session_state.h"

#include <spice/enums.h>
#include <spice/protocol.h>

namespace sumac::session {

std::string_view waiting_for(Phase phase) {
    switch (phase) {
    case Phase::linking_main:
        return "the main channel to open";
    case Phase::attaching:
        return "the server's list of channels";
    case Phase::running:
        return "the server";
    }
    return "";
}

Step SessionState::on_main_message(const wire::MainMessage& message) {
    if (const auto* init = std::get_if<wire::MainInit>(&message)) return on_init(*init);
    if (const auto* list = std::get_if<wire::ChannelsList>(&message)) return on_channels(*list);
    Step step;
    if (const auto* clock = std::get_if<wire::MultiMediaTime>(&message)) {
        step.clock_mm_time = clock->mm_time;
    } else if (const auto* name = std::get_if<wire::MainName>(&message)) {
        vm_name_ = name->name;
    } else if (std::holds_alternative<wire::MigrateSwitchHost>(message)) {
        // We announced no migration capability, so this is what a migrating server has left to say.
        step.end = Failure{
            ErrorCode::unsupported,
            "the virtual machine has moved to another host, and following it is not supported",
            "connect to the new host"};
    } else {
        step.ignored = true;
    }
    return step;
}

Step SessionState::on_init(const wire::MainInit& init) {
    Step step;
    step.clock_mm_time = init.multi_media_time;
    if (initialized_) return step; // attach once; a second INIT only brings news of the clock
    initialized_ = true;
    session_id_ = init.session_id;
    step.send.push_back({SPICE_MSGC_MAIN_ATTACH_CHANNELS, {}});
    return step;
}

Step SessionState::on_channels(const wire::ChannelsList& list) {
    Step step;
    if (!initialized_) {
        step.end = Failure{
            ErrorCode::invalid, "the server listed its channels before it began the session", ""};
        return step;
    }
    phase_ = Phase::running;
    for (const ChannelId id : list.channels) {
        // Later lists bring hot-added channels; one that closed is not opened again.
        if (supported_.contains(id.type) && asked_for_.insert(id).second) step.open.push_back(id);
    }
    return step;
}

} // namespace sumac::session
