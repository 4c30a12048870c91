/// Watches a channel's handshake go by, to know the channel and where messages begin. Pure; changes
/// nothing.
///
///     client                                             server
///     SpiceLinkHeader, SpiceLinkMess, capabilities -->
///                                 <-- SpiceLinkHeader, SpiceLinkReply, capabilities
///     [u32 mechanism,] ticket -->
///                                 <-- u32 link result; from here on messages
///
/// What it does not understand (TLS, WebSocket, SASL, damage) becomes opaque: bytes.
#pragma once

#include "base/ids.h"
#include "base/reader.h"
#include "scenario.h"
#include "wire/capabilities.h"
#include "wire/framing.h"

#include <optional>
#include <string_view>
#include <vector>

namespace sumac::faultproxy {

class LinkWatch {
public:
    /// Takes the next bytes of a direction and says how many of them belong to the handshake; those
    /// behind are messages. Once opaque, all belong to the handshake, for ever.
    std::size_t on_bytes(Direction direction, Bytes bytes);

    /// Whether this direction has reached its messages.
    bool open(Direction direction) const;
    /// Why nothing more can be understood; empty while it can.
    std::string_view opaque() const { return opaque_; }
    /// Known from the client's first message on.
    std::optional<ChannelId> channel() const { return channel_; }
    /// Valid once a direction is open.
    wire::HeaderKind header_kind() const;

private:
    std::size_t client_bytes(Bytes bytes);
    std::size_t server_bytes(Bytes bytes);
    void read_mess();
    void read_reply();
    void read_client_rest();
    bool both_have(std::uint32_t common_capability) const;
    void give_up(std::string_view why) { opaque_ = why; }

    std::string_view opaque_;
    std::vector<std::byte> client_; ///< all of the client's handshake so far
    std::vector<std::byte> server_;
    std::size_t mess_size_ = 0;   ///< header and link message; 0: not known
    std::size_t reply_size_ = 0;  ///< header and link reply; 0: not known
    std::size_t client_size_ = 0; ///< the whole of the client's handshake, once done
    bool client_done_ = false;
    bool server_done_ = false;
    std::optional<ChannelId> channel_;
    wire::Capabilities client_common_;
    std::optional<wire::Capabilities> server_common_; ///< set when the reply has been read
};

} // namespace sumac::faultproxy
