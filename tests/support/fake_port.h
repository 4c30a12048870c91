/// What a channel of the client needs to be tried without a server: a port that keeps what is sent,
/// and a way to hand it messages.
#pragma once

#include "client/channel.h"
#include "hex.h"

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>

#include <exception>
#include <memory>
#include <utility>
#include <vector>

namespace sumac::test {

class FakePort final : public client::ChannelPort {
public:
    explicit FakePort(ChannelId id, wire::Capabilities peer = {})
        : id_(id), peer_(std::move(peer)) {}

    using ChannelPort::send;
    void send(std::uint16_t type, Bytes body) override {
        sent_.push_back({type, {body.begin(), body.end()}});
    }
    ChannelId id() const override { return id_; }
    const wire::Capabilities& peer_capabilities() const override { return peer_; }

    /// Since the last time.
    std::vector<channel::OutgoingMessage> take_sent() { return std::exchange(sent_, {}); }

private:
    ChannelId id_;
    wire::Capabilities peer_;
    std::vector<channel::OutgoingMessage> sent_;
};

/// Hands the message over and returns when the channel is done with it.
inline void deliver(client::Channel& channel, std::uint16_t type, const ByteVector& body) {
    wire::Message message;
    message.serial = Serial{1};
    message.type = type;
    const auto buffer = std::make_shared<const ByteVector>(body);
    message.body = *buffer;
    message.buffer = buffer;
    message.buffer_bytes = buffer->size();
    asio::io_context io;
    asio::co_spawn(io, channel.on_message(std::move(message)), [](std::exception_ptr thrown) {
        if (thrown) std::rethrow_exception(thrown);
    });
    io.run();
}

} // namespace sumac::test
