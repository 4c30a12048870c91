/// The handshake that opens one channel, as a pure state machine: bytes in, bytes out.
///
///     client                                             server
///     SpiceLinkHeader, SpiceLinkMess, capabilities -->
///                                 <-- SpiceLinkHeader, SpiceLinkReply (RSA key), capabilities
///     [u32 mechanism,] RSA-OAEP ticket -->
///                                 <-- u32 link result; from here on wire::Framer reads
///
/// `io` moves the bytes and watches the clock; this class knows neither.
#pragma once

#include "base/ids.h"
#include "base/reader.h"
#include "link/link_error.h"
#include "wire/capabilities.h"
#include "wire/framing.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sumac::link {

/// Who wants which channel, and what we can do.
struct LinkRequest {
    std::uint32_t connection_id = 0; ///< 0 for the first main channel, then MAIN_INIT's session id
    ChannelId channel;
    wire::Capabilities common_capabilities;
    wire::Capabilities channel_capabilities;
    std::string password; ///< UTF-8, at most SPICE_MAX_PASSWORD_LENGTH bytes; never logged
};

/// What the handshake is waiting for.
enum class LinkPhase {
    not_started,
    reply,  ///< the server's link reply
    result, ///< the ticket's result
    done,   ///< the channel is open
    failed,
};

/// "the server's link reply" and so on, for "timed out while waiting for ...".
std::string_view to_string(LinkPhase phase);

/// What one piece of input led to.
struct LinkStep {
    std::size_t consumed = 0;       ///< bytes used up; those behind belong to framing, once done
    std::vector<std::byte> to_send; ///< may be empty
    LinkPhase phase = LinkPhase::not_started;
};

class Link {
public:
    explicit Link(LinkRequest request);

    /// The first bytes to send. Call once. Fails if the password is too long for a ticket.
    Result<std::vector<std::byte>, LinkError> start();
    /// The next bytes from the server, any number of them; they are copied as far as needed. Uses
    /// up all of them until the handshake is done, and never a byte behind the link result.
    Result<LinkStep, LinkError> on_bytes(Bytes received);

    LinkPhase phase() const { return phase_; }
    bool done() const { return phase_ == LinkPhase::done; }
    /// Valid once done.
    const wire::Capabilities& peer_common_capabilities() const { return peer_common_; }
    const wire::Capabilities& peer_channel_capabilities() const { return peer_channel_; }
    /// Mini headers if both sides announced them. Valid once done.
    wire::HeaderKind header_kind() const;

private:
    using Answer = Result<std::vector<std::byte>, LinkError>; ///< what to send, often nothing

    std::optional<LinkError> check_first_bytes(Bytes received) const;
    std::size_t wanted() const;
    Answer read_structure(const std::vector<std::byte>& data);
    Answer read_header(Reader& r);
    Answer read_reply(Reader& r);
    Answer answer_with_ticket(Bytes key);
    Answer read_result(Reader& r);
    LinkError refused(std::uint32_t server_error) const;
    LinkError fail(LinkError error);
    bool both_have(std::uint32_t common_capability) const;

    LinkRequest request_;
    LinkPhase phase_ = LinkPhase::not_started;
    std::vector<std::byte> pending_; ///< received bytes of the structure that is being read
    std::size_t reply_size_ = 0;     ///< of SpiceLinkReply and capabilities; 0: header not read yet
    std::uint32_t peer_major_ = 0;
    std::uint32_t peer_minor_ = 0;
    wire::Capabilities peer_common_;
    wire::Capabilities peer_channel_;
};

} // namespace sumac::link
