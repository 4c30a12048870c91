// clang-format off
/// Migration of a session to another server, as the source's main channel and our own connecting
/// drive it. Pure; belongs to the net thread.
///
///      +--(failed, CANCEL)--+----------------------+
///      v                    |                      |
///     none --MIGRATE_BEGIN--> connecting --(all linked)--> ready
///      ^                        ^                      |   |   |
///      |                        +----(another BEGIN)---+   |   |
///      +----(semi-seamless: MIGRATE_END; channels restart)-+   |
///      +--(all have moved)-- moving <--(seamless: MIGRATE)-----+
///
/// MIGRATE_SWITCH_HOST comes at any time: then nothing was prepared, or what was has failed.
// clang-format on
#pragma once

#include "channel/base_channel.h"
#include "wire/main.h"
#include <sumac/target.h>

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace sumac::session {

enum class MigrationKind { semi_seamless, seamless, switch_host };
std::string_view to_string(MigrationKind kind);

/// What is to be done about the destination.
struct MigrationStep {
    std::vector<channel::OutgoingMessage> send; ///< to the source, on its main channel
    bool abandon = false; ///< first close what was opened at a destination before
    /// Open all channels there, beside those in use; then say `connected` or `failed`.
    std::optional<wire::MigrationDestination> connect;
    std::optional<std::uint32_t> source_version; ///< set: ask that destination for seamless
    bool restart = false; ///< all channels leave the source and start again at the destination
    std::optional<wire::MigrationDestination> switch_host; ///< a new session, over there
    bool ignored = false;                                  ///< it came when it means nothing
};

class Migration {
public:
    enum class Phase { none, connecting, ready, moving };

    MigrationStep begin(const wire::MigrationDestination& destination,
                        std::optional<std::uint32_t> source_version);
    MigrationStep cancel();
    /// MIGRATE_END.
    MigrationStep end();
    MigrationStep switch_host(const wire::MigrationDestination& destination);

    /// The answer to a BEGIN that cannot be followed now.
    static MigrationStep refused();
    /// All channels are linked at the destination; `seamless`: it agreed to that.
    MigrationStep connected(bool seamless);
    MigrationStep failed();

    /// MIGRATE came on a channel. False: nothing was agreed, the server breaks the protocol.
    bool channel_moves();
    /// The last channel has moved.
    void all_moved() { phase_ = Phase::none; }

    Phase phase() const { return phase_; }
    /// Valid while ready or moving.
    MigrationKind kind() const { return kind_; }

private:
    Phase phase_ = Phase::none;
    MigrationKind kind_ = MigrationKind::semi_seamless;
};

/// Where a destination is, for somebody who is at `source`: password and authorities stay, the rest
/// is the destination's. `destination.host` empty: the same host. `secured`: the source is spoken
/// to through TLS; then no plain port is left in the result, so that no server can lead us out of
/// it.
Target destination_target(const Target& source,
                          const wire::MigrationDestination& destination,
                          bool secured);

} // namespace sumac::session
