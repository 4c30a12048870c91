/// One open channel: its connection, framed. The link handshake is over when it exists.
///
/// Belongs to the net thread.
#pragma once

#include "channel/base_channel.h"
#include "client/trickle.h"
#include "client/wire_tap.h"
#include "io/connection.h"
#include "link/link.h"
#include "wire/framing.h"
#include <sumac/client.h>

#include <memory>
#include <vector>

namespace sumac::client {

/// What waits to be sent may grow to this. We send acks, pongs and reports, some kilobytes at the
/// most; a server that provokes more without reading it is broken or hostile.
inline constexpr std::size_t max_send_queue_bytes = std::size_t{4} << 20U;

class ChannelConnection : public std::enable_shared_from_this<ChannelConnection> {
public:
    /// `received`: bytes that came behind the handshake.
    ChannelConnection(ChannelId id,
                      io::Connection connection,
                      const link::Link& link,
                      Bytes received,
                      WireTap tap);

    /// Numbers the messages that follow, where this connection continues another.
    void continue_serials(Serial next) { framer_.number_from(next); }
    Serial next_serial() const { return framer_.next_serial(); }
    /// The next message. Errors: closed, timed_out, limit, and whatever damaged framing is. Where
    /// one small piece follows the other, and no WireSink asks when, the next ones may gather for
    /// so long as `patience`.
    asio::awaitable<Result<wire::Message>> next_message(std::chrono::microseconds patience = {});
    /// The same, if nothing has to be waited for: most messages come with others before them.
    std::optional<Result<wire::Message>> take_message();
    /// Returns once next_message would return at once, with a message or an error.
    asio::awaitable<void> wait_for_message();
    /// Queues; never blocks. Nothing is sent once the channel is closed.
    void send(std::uint16_t type, Bytes body);
    void send(const std::vector<channel::OutgoingMessage>& messages);

    void expires_after(std::chrono::milliseconds limit) { connection_.expires_after(limit); }
    void expires_never() { connection_.expires_never(); }
    void close();
    /// Closes once all that was given to `send` is with the system; more is not taken.
    void close_when_sent();

    ChannelId id() const { return id_; }
    asio::any_io_executor executor() const { return connection_.executor(); }
    bool tls() const { return connection_.tls(); }
    const wire::Capabilities& peer_capabilities() const { return peer_capabilities_; }
    std::uint64_t bytes_received() const { return bytes_received_; }

private:
    void begin_to_write();
    void on_written();
    asio::awaitable<void> write_queue();

    ChannelId id_;
    io::Connection connection_;
    WireTap tap_;
    wire::HeaderKind header_kind_;
    wire::Capabilities peer_capabilities_;
    std::vector<std::byte> unread_; ///< came behind the handshake, before anybody read messages
    wire::Framer framer_;
    std::optional<Error> read_error_;
    std::optional<Result<wire::Message>> ready_; ///< of wait_for_message
    std::uint64_t bytes_received_ = 0;
    Trickle trickle_;
    unsigned taken_ = 0; ///< messages since the last read

    Serial next_sent_{1};
    std::vector<std::byte> send_queue_; ///< framed messages; at most max_send_queue_bytes
    bool writing_ = false;
    bool send_overflow_ = false;
    bool close_when_sent_ = false;
    bool closed_ = false;
};

using ChannelPtr = std::shared_ptr<ChannelConnection>;

/// How a session opens its channels.
struct OpenOptions {
    Deadlines deadlines;
    std::shared_ptr<Wire> wire;
};

/// Connects and links. TLS where the target has a TLS port and names an authority or a subject, or
/// has no plain port, or where the server asks for it (NEED_SECURED); else plain. The failure names
/// channel, place, reason and remedy. `stop`, requested on the net thread, closes the channel, now
/// or later.
asio::awaitable<Result<ChannelPtr, Failure>>
open_channel(Target target, link::LinkRequest request, OpenOptions options, std::stop_token stop);

} // namespace sumac::client
