/// When the faults of one listener act. Pure: triggers and times in, what acts now out.
#pragma once

#include "scenario.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace sumac::faultproxy {

/// What acts on the bytes of one direction of one connection.
struct Weather {
    Duration delay{0};
    Duration jitter{0};
    std::uint32_t seed = 0;
    bool stalled = false;
    std::optional<std::uint64_t> rate{};   ///< the least, bytes per second
    std::optional<std::uint64_t> cut_at{}; ///< the least, in bytes of the direction
};

/// A fault began or ended to act.
struct FaultChange {
    std::size_t fault = 0; ///< its index
    bool began = false;
    LocalTime at; ///< when it was due, at most a little before now
};

class Schedule {
public:
    explicit Schedule(std::vector<Fault> faults);

    const std::vector<Fault>& faults() const { return faults_; }

    /// A client connected; only the first one is a trigger.
    void on_connection(LocalTime now);
    /// `fire NAME`: starts its faults anew. How many there are.
    std::size_t fire(std::string_view name, LocalTime now);
    /// `stop NAME`: ends those that were fired by that name, or have it. How many there are.
    std::size_t stop(std::string_view name, LocalTime now);
    /// A message passes. Returns the cut that hits it, if one does.
    const CutAtMessage*
    on_message(Direction direction, std::uint8_t channel_type, std::uint16_t type, LocalTime now);

    bool acts(std::size_t fault, LocalTime now) const;
    Weather weather(std::optional<std::uint8_t> channel, Direction direction, LocalTime now) const;
    /// What to add to a stamp that the server sent as `mm_time`.
    std::uint32_t offset(Stamp stamp, std::uint32_t mm_time, LocalTime now);

    /// The next moment at which anything changes by itself.
    std::optional<LocalTime> next_change(LocalTime now) const;
    /// What began and ended since the last call, in the order of the faults.
    std::vector<FaultChange> take_changes(LocalTime now);

private:
    /// One fault's state, beside it in faults_.
    struct Run {
        std::optional<LocalTime> start;
        std::optional<LocalTime> end; ///< nothing: never
        bool begin_told = false;      ///< by take_changes
        bool end_told = false;
        std::uint64_t triggers_seen = 0;       ///< messages, for AtMessage
        std::uint64_t cuts_seen = 0;           ///< messages since the start, for CutAtMessage
        std::optional<std::uint32_t> resolved; ///< the offset that WrapIn came to
    };

    void start(std::size_t fault, LocalTime now);
    std::uint32_t resolve(std::size_t fault, std::uint32_t stamp_now);

    std::vector<Fault> faults_;
    std::vector<Run> runs_;
    bool connected_ = false;
};

} // namespace sumac::faultproxy
