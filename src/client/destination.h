/// The target of a migration: all its channels, linked beside those in use. Net thread only.
#pragma once

#include "client/channel_connection.h"

#include <functional>
#include <map>

namespace sumac::client {

/// What to open at the destination.
struct DestinationRequest {
    Target target;
    std::vector<ChannelId> channels; ///< besides main
    /// What to say when linking such a channel; its connection id is the session's, by which the
    /// destination knows that it takes over.
    std::function<link::LinkRequest(ChannelId)> link_request;
    std::optional<std::uint32_t> source_version; ///< set: a seamless migration is wanted
    OpenOptions options;
};

struct Destination {
    bool seamless = false;                    ///< it agreed to that
    std::map<ChannelId, ChannelPtr> channels; ///< main as well, of which only the answer was read
};

/// The source waits ten seconds for the client's word on the destination (libspice-server's
/// MIGRATE_TIMEOUT); a destination that takes longer than this has failed.
inline constexpr std::chrono::seconds destination_patience{8};

/// Opens main, asks it for seamless migration if wanted, and opens the others. The failure names
/// channel, place and reason. `stop` closes all of it, now or later; also what was returned.
asio::awaitable<Result<Destination, Failure>> open_destination(DestinationRequest request,
                                                               std::stop_token stop);

} // namespace sumac::client
