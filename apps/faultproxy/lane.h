/// One direction of one connection: what waits to be sent on, and when it may be. Pure.
///
/// Delay is decided when bytes come in: they are due after it, and never before those that came
/// before them. Stall, rate and cuts act when they go out.
#pragma once

#include "base/reader.h"
#include "schedule.h"

#include <deque>
#include <optional>
#include <random>
#include <variant>
#include <vector>

namespace sumac::faultproxy {

/// These bytes may be sent; they stay where they are until `sent`.
struct SendNow {
    Bytes bytes;
};
/// Nothing to do before that moment, or before anything changes.
struct WaitUntil {
    std::optional<LocalTime> moment;
};
struct CutNow {};
/// All has been sent, and nothing will come.
struct LaneEnded {};
using LaneStep = std::variant<SendNow, WaitUntil, CutNow, LaneEnded>;

class Lane {
public:
    /// What waits is bounded: with more than this nothing is to be read, so that the sender is
    /// throttled as by a network that is full.
    static constexpr std::size_t room = std::size_t{256} * 1024;
    /// A network holds what it delays, about a second of a fast one.
    static constexpr std::size_t room_for_delay = std::size_t{64} * 1024 * 1024;

    void push(std::vector<std::byte> bytes, const Weather& weather, LocalTime now);
    /// Cut when all that was pushed is sent; nothing more may be pushed.
    void cut_behind() { cut_behind_ = true; }
    /// Nothing will be pushed any more.
    void end() { ended_ = true; }

    bool has_room(const Weather& weather) const;
    bool cut_is_near() const { return cut_behind_; }
    std::uint64_t bytes_sent() const { return sent_; }

    LaneStep next(const Weather& weather, LocalTime now) const;
    /// So many of the bytes of SendNow are on their way.
    void sent(std::size_t count, const Weather& weather, LocalTime now);

private:
    struct Waiting {
        std::vector<std::byte> bytes;
        LocalTime due;
    };

    std::deque<Waiting> queue_;
    std::size_t front_sent_ = 0; ///< bytes of the first that are sent
    std::size_t waiting_ = 0;    ///< bytes in queue_, without those
    std::uint64_t sent_ = 0;
    LocalTime last_due_{};
    LocalTime rate_allows_{}; ///< when the limited rate has room again
    std::optional<std::mt19937> random_;
    bool cut_behind_ = false;
    bool ended_ = false;
};

} // namespace sumac::faultproxy
