/// What a session knows of an open channel, whatever its type. Net thread only.
#pragma once

#include "client/channel_connection.h"

namespace sumac::client {

/// Where a channel sends its messages, whichever server that is.
class ChannelPort {
public:
    virtual ~ChannelPort() = default;
    /// Queues; never blocks. Nothing is sent once the channel is closed.
    virtual void send(std::uint16_t type, Bytes body) = 0;
    void send(const std::vector<channel::OutgoingMessage>& messages);

    virtual ChannelId id() const = 0;
    virtual const wire::Capabilities& peer_capabilities() const = 0;
};

/// The server of the moment. Migration changes it, and holds messages back while neither server may
/// get them.
class ServerPort final : public ChannelPort {
public:
    explicit ServerPort(ChannelPtr connection) : connection_(std::move(connection)) {}

    using ChannelPort::send;
    void send(std::uint16_t type, Bytes body) override;
    ChannelId id() const override { return connection_->id(); }
    const wire::Capabilities& peer_capabilities() const override {
        return connection_->peer_capabilities();
    }

    // For the session alone.
    ChannelConnection& connection() { return *connection_; }
    /// What is sent from here on waits for `resume`.
    void hold() { held_ = true; }
    /// To another server from here on, first what was held.
    void resume(ChannelPtr connection);
    /// The same, but what was held was meant for the old server alone.
    void restart(ChannelPtr connection);

private:
    ChannelPtr connection_;
    bool held_ = false;
    std::vector<channel::OutgoingMessage> waiting_;
};

/// One type of channel: what it says when it opens, and what its messages do. Acks, pongs and
/// migration are the session's.
class Channel {
public:
    virtual ~Channel() = default;
    /// The channel is open, to its first server or to another, which starts from scratch: sends
    /// what such a channel must send first. `reset` follows the last message of the server before,
    /// which may come after this.
    virtual void start() = 0;
    /// Handles one message of the channel's own. A damaged message is counted and costs only
    /// itself. What it returns is what could not be done at once, if `valid()`: to be awaited
    /// before the next message.
    virtual asio::awaitable<void> on_message(wire::Message message) = 0;
    /// All messages that came in one piece have been handled. Returns how long the next ones may
    /// gather (ChannelConnection::next_message).
    virtual std::chrono::microseconds on_pause() { return {}; }
    /// Hears of the messages that all channels share, after they were answered.
    virtual void on_common(const wire::Message& /*message*/,
                           const channel::BaseChannel::Event& /*event*/) {}
    /// What has to be awaited before the next message may be read, if `valid()`.
    virtual asio::awaitable<void> wait_for_room() { return {}; }
    /// Another server takes over and starts from scratch: nothing that the old one said holds on.
    virtual void reset(LocalTime now) = 0;
    /// Another server took over seamlessly: all goes on, but for what servers do not hand over.
    virtual void moved() {}
    /// The channel is closed for good.
    virtual void stop(LocalTime now) = 0;
};

} // namespace sumac::client
