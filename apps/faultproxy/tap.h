/// One connection through the proxy, without sockets: bytes in from both sides, lanes out. Pure.
///
/// Follows the handshake, then the messages; triggers and counts what the schedule asks for;
/// rewrites the stamps of what the server sends, at the moment at which it comes.
#pragma once

#include "lane.h"
#include "link_watch.h"
#include "message_cutter.h"
#include "schedule.h"
#include "stamps.h"
#include "told_clock.h"

#include <array>

namespace sumac::faultproxy {

/// What the connections of one listener share.
struct ListenerState {
    Schedule schedule;
    ToldClock clock;
};

class Tap {
public:
    /// `listener` must outlive it.
    explicit Tap(ListenerState& listener) : listener_(listener) {}

    void on_bytes(Direction direction, Bytes bytes, LocalTime now);
    /// The sender of that direction will send nothing more.
    void on_end(Direction direction, LocalTime now);
    /// Sends the client a MULTI_MEDIA_TIME, once the message that is passing is complete. Returns
    /// its value; nothing if this is no main channel that is open, or the server's clock is not
    /// known yet.
    std::optional<std::uint32_t> inject(const Inject& inject, LocalTime now);

    Lane& lane(Direction direction) { return side(direction).lane; }
    const Lane& lane(Direction direction) const { return side(direction).lane; }
    Weather weather(Direction direction, LocalTime now) const;

    const LinkWatch& link() const { return link_; }
    /// How many stamps of each kind were changed, by Stamp.
    const std::array<std::uint64_t, stamp_count>& rewritten() const { return rewritten_; }
    std::uint64_t messages(Direction direction) const { return side(direction).messages; }

private:
    struct Side {
        Lane lane;
        std::optional<MessageCutter> cutter; ///< set once the handshake is over
        std::uint64_t messages = 0;
        std::uint64_t serial = 0;       ///< of the last message that went on (full header)
        std::uint64_t serial_shift = 0; ///< messages injected so far
        bool inside_message = false;
    };

    Side& side(Direction direction) { return sides_[direction == Direction::to_client ? 0 : 1]; }
    const Side& side(Direction direction) const {
        return sides_[direction == Direction::to_client ? 0 : 1];
    }
    std::uint8_t channel_type() const { return link_.channel()->type; }
    void push(Direction direction, std::vector<std::byte> bytes, LocalTime now);
    void push_piece(Direction direction, Piece piece, LocalTime now);
    void rewrite(const MessageHeader& header, std::span<std::byte> message, LocalTime now);
    void number(Side& to, std::span<std::byte> message) const;
    void send_injected(LocalTime now);

    ListenerState& listener_;
    LinkWatch link_;
    std::array<Side, 2> sides_; ///< to the client, to the server
    std::array<std::uint64_t, stamp_count> rewritten_{};
    std::vector<std::uint32_t> injected_; ///< values that wait for a message's end
};

} // namespace sumac::faultproxy
