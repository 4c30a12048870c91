/// One client's connection and ours to the server, with a Tap between them. One thread, the
/// io_context's.
#pragma once

#include "events.h"
#include "tap.h"

#include <asio/awaitable.hpp>
#include <asio/generic/stream_protocol.hpp>
#include <asio/steady_timer.hpp>

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace sumac::faultproxy {

using Socket = asio::generic::stream_protocol::socket;

class Relay : public std::enable_shared_from_this<Relay> {
public:
    /// What the relay needs to know of its listener, which outlives it.
    struct Surroundings {
        ListenerState& state;
        const ListenerPlan& plan;
        std::function<void()> schedule_changed; ///< a message may have triggered something
        std::function<void(const Relay&)> ended;
    };
    Relay(std::uint64_t id, Socket client, Surroundings around);

    /// Connects to the server and runs until both sides have ended or `close`.
    void start();
    /// Ends both connections at once. Idempotent.
    void close(std::string_view reason);
    /// What acts may have changed: looks again.
    void wake();

    std::uint64_t id() const { return id_; }
    bool closed() const { return closed_; }
    Tap& tap() { return tap_; }
    /// Bytes, messages and rewritten stamps so far, for events.
    Json counts() const;

private:
    struct Side {
        explicit Side(const asio::any_io_executor& executor)
            : may_read(executor), may_write(executor) {}
        std::vector<std::byte> buffer = std::vector<std::byte>(read_size);
        asio::steady_timer may_read;  ///< cancelled when the lane may have room
        asio::steady_timer may_write; ///< cancelled when the lane may have something to send
    };
    static constexpr std::size_t read_size = std::size_t{64} * 1024;

    asio::awaitable<void> run();
    asio::awaitable<bool> connect();
    asio::awaitable<void> read(Direction direction);
    asio::awaitable<void> write(Direction direction);
    asio::awaitable<bool> send(Direction direction, Bytes bytes);
    void finish(Direction direction);
    void tell_channel();
    Json named(std::string_view state) const;

    Socket& from(Direction direction) {
        return direction == Direction::to_client ? server_ : client_;
    }
    Socket& towards(Direction direction) {
        return direction == Direction::to_client ? client_ : server_;
    }
    Side& side(Direction direction) { return *sides_[direction == Direction::to_client ? 0 : 1]; }

    std::uint64_t id_;
    Socket client_;
    Socket server_;
    Surroundings around_;
    Tap tap_;
    std::array<std::unique_ptr<Side>, 2> sides_;
    int directions_done_ = 0;
    bool channel_told_ = false;
    bool closed_ = false;
};

} // namespace sumac::faultproxy
