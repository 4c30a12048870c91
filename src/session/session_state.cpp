#include "session/session_state.h"

#include <spice/enums.h>
#include <spice/protocol.h>

namespace sumac::session {
namespace {

/// A session has one sound and one microphone, which further channels would fight over; servers
/// list one of each.
bool is_second_sound(ChannelId id) {
    return (id.type == SPICE_CHANNEL_PLAYBACK || id.type == SPICE_CHANNEL_RECORD) && id.id != 0;
}

} // namespace

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

std::vector<channel::OutgoingMessage> SessionState::main_opened() {
    phase_ = Phase::attaching;
    if (!restarted_) return {};
    return {{SPICE_MSGC_MAIN_MIGRATE_END, {}}};
}

void SessionState::switched_host() {
    phase_ = Phase::linking_main;
    session_id_ = 0;
    initialized_ = restarted_ = false;
    asked_for_.clear();
}

Step SessionState::on_main_message(const wire::MainMessage& message) {
    if (const auto* init = std::get_if<wire::MainInit>(&message)) return on_init(*init);
    if (const auto* list = std::get_if<wire::ChannelsList>(&message)) return on_channels(*list);
    Step step;
    if (const auto* clock = std::get_if<wire::MultiMediaTime>(&message)) {
        step.clock_mm_time = clock->mm_time;
    } else if (const auto* name = std::get_if<wire::MainName>(&message)) {
        vm_name_ = name->name;
    } else if ((step.migration = on_migration(message))) {
        step.ignored = step.migration->ignored;
        step.send = std::move(step.migration->send);
        if (step.migration->restart) restarted_ = true;
    } else {
        step.ignored = true;
    }
    return step;
}

std::optional<MigrationStep> SessionState::on_migration(const wire::MainMessage& message) {
    const bool settled = phase_ == Phase::running && !restarted_;
    if (const auto* begin = std::get_if<wire::MigrateBegin>(&message))
        return settled ? migration_.begin(begin->destination, {}) : Migration::refused();
    if (const auto* seamless = std::get_if<wire::MigrateBeginSeamless>(&message)) {
        return settled ? migration_.begin(seamless->destination, seamless->source_version)
                       : Migration::refused();
    }
    if (std::holds_alternative<wire::MigrateCancel>(message)) return migration_.cancel();
    if (std::holds_alternative<wire::MigrateEnd>(message)) return migration_.end();
    if (const auto* other = std::get_if<wire::MigrateSwitchHost>(&message)) {
        if (settled) return migration_.switch_host(other->destination);
        MigrationStep step;
        step.ignored = true;
        return step;
    }
    return std::nullopt;
}

Step SessionState::on_init(const wire::MainInit& init) {
    Step step;
    step.clock_mm_time = init.multi_media_time;
    if (restarted_) {
        // The destination knows the channels, and the session keeps its number.
        restarted_ = false;
        phase_ = Phase::running;
        step.channels_restart = true;
        return step;
    }
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
        if (!supported_.contains(id.type) || is_second_sound(id)) continue;
        // Later lists bring hot-added channels; one that closed is not opened again.
        if (asked_for_.insert(id).second) step.open.push_back(id);
    }
    return step;
}

} // namespace sumac::session
