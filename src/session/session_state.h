/// The session as the main channel runs it: first main alone, then the channels that the server
/// lists and that we know. Pure; belongs to the net thread.
///
///     linking_main --(main channel open)--> attaching --(CHANNELS_LIST)--> running
///
/// A migration leads back: to attaching where the new server starts from scratch (then its INIT is
/// enough), to linking_main where the session itself is a new one.
#pragma once

#include "session/migration.h"

#include <set>
#include <string>

namespace sumac::session {

enum class Phase { linking_main, attaching, running };

/// "the main channel to open", "the list of channels": what the session waits for, for a message.
std::string_view waiting_for(Phase phase);

/// What to do about one message.
struct Step {
    std::vector<channel::OutgoingMessage> send; ///< on the main channel
    std::vector<ChannelId> open;                ///< channels to open now
    std::optional<std::uint32_t> clock_mm_time; ///< the server told its clock
    std::optional<MigrationStep> migration;
    bool channels_restart = false; ///< the destination is ready for the channels that moved there
    std::optional<Failure> end;    ///< the session cannot go on
    bool ignored = false;          ///< a message that we do not act on
};

class SessionState {
public:
    /// `supported`: channel types (SPICE_CHANNEL_*) to open when the server lists them, of those
    /// for sound only number 0; main not included.
    explicit SessionState(std::set<std::uint8_t> supported) : supported_(std::move(supported)) {}

    /// What to send first on it.
    std::vector<channel::OutgoingMessage> main_opened();
    Step on_main_message(const wire::MainMessage& message);
    /// A new session begins at another server (MIGRATE_SWITCH_HOST).
    void switched_host();

    Migration& migration() { return migration_; }
    Phase phase() const { return phase_; }
    /// Connection id for the other channels; 0 before MAIN_INIT.
    std::uint32_t session_id() const { return session_id_; }
    const std::string& vm_name() const { return vm_name_; }

private:
    Step on_init(const wire::MainInit& init);
    Step on_channels(const wire::ChannelsList& list);
    /// A server may move on only when the session has settled there.
    std::optional<MigrationStep> on_migration(const wire::MainMessage& message);

    std::set<std::uint8_t> supported_;
    std::set<ChannelId> asked_for_;
    Migration migration_;
    Phase phase_ = Phase::linking_main;
    bool restarted_ = false; ///< semi-seamless: the next INIT is the destination's
    std::uint32_t session_id_ = 0;
    bool initialized_ = false;
    std::string vm_name_;
};

} // namespace sumac::session
