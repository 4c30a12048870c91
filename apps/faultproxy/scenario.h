/// What goes wrong, where and when: a scenario as plain data. scenario_file.h reads it from TOML,
/// case_preset.h makes it from a few options.
#pragma once

#include "message_pattern.h"
#include <sumac/time.h>

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

namespace sumac::faultproxy {

/// The messages that carry an mm-time.
enum class Stamp {
    init,
    multi_media_time,
    stream_data,
    stream_data_sized,
    playback_start,
    playback_mode,
    playback_data,
};
inline constexpr std::size_t stamp_count = 7;
std::string_view to_string(Stamp stamp);

/// HOST:PORT, or a unix socket if `path` is not empty.
struct Endpoint {
    std::string host;
    std::uint16_t port = 0; ///< 0, where we listen: a free one
    std::string path;
    bool operator==(const Endpoint&) const = default;
};

struct ListenerPlan {
    std::string name;
    Endpoint listen;
    Endpoint upstream;
    bool operator==(const ListenerPlan&) const = default;
};

/// The listener's first client connects.
struct AtConnection {
    bool operator==(const AtConnection&) const = default;
};
/// `fire NAME` comes on standard input.
struct AtFire {
    std::string name;
    bool operator==(const AtFire&) const = default;
};
/// The `count`-th such message passes, counted over the listener; it is the first that is hit.
struct AtMessage {
    MessagePattern message;
    std::uint64_t count = 1;
    bool operator==(const AtMessage&) const = default;
};
using Trigger = std::variant<AtConnection, AtFire, AtMessage>;

/// Everything is held back by `amount`, and by up to `jitter` more at random. Order is kept.
struct Delay {
    Duration amount{0};
    Duration jitter{0};
    std::uint32_t seed = 1;
    bool operator==(const Delay&) const = default;
};
/// Nothing passes.
struct Stall {
    bool operator==(const Stall&) const = default;
};
struct Rate {
    std::uint64_t bytes_per_second = 0;
    bool operator==(const Rate&) const = default;
};
/// The connection is closed when this many bytes of the direction have passed, or at once if more
/// have.
struct CutAtByte {
    std::uint64_t byte = 0;
    bool operator==(const CutAtByte&) const = default;
};
/// The connection is closed in the `count`-th such message after the start, behind `byte` bytes of
/// it, header included (0: before it).
struct CutAtMessage {
    MessagePattern message;
    std::uint64_t count = 1;
    std::uint64_t byte = 0;
    bool operator==(const CutAtMessage&) const = default;
};
/// So much is added that the stamps of all rewritings with the same trigger and the same `in` reach
/// 2^32 when `in` has passed since the first of them began to act.
struct WrapIn {
    std::chrono::milliseconds in{0};
    auto operator<=>(const WrapIn&) const = default; // NOLINT(modernize-use-nullptr)
};
using Offset = std::variant<std::chrono::milliseconds, WrapIn>;
/// `offset` is added to these stamps, modulo 2^32; rewritings that act together add up.
struct Rewrite {
    std::set<Stamp> stamps;
    Offset offset;
    bool operator==(const Rewrite&) const = default;
};
/// At the start, a MULTI_MEDIA_TIME is sent to the client on the main channel: what the server
/// would say now, rewritten like any other, plus `offset`.
struct Inject {
    std::chrono::milliseconds offset{0};
    bool while_sound_plays = false; ///< servers send none then
    bool operator==(const Inject&) const = default;
};
using Effect = std::variant<Delay, Stall, Rate, CutAtByte, CutAtMessage, Rewrite, Inject>;
/// "delay", "stall", ... as the scenario file says it.
std::string_view effect_name(const Effect& effect);

struct Fault {
    std::string name;
    std::string listener;                           ///< empty: every one
    std::optional<std::set<std::uint8_t>> channels; ///< SPICE_CHANNEL_*; nothing: all, known or not
    bool to_client = true;
    bool to_server = true;
    Trigger trigger;
    Duration from{0};              ///< from the trigger to the start
    std::optional<Duration> lasts; ///< nothing: for ever
    Effect effect;
    bool operator==(const Fault&) const = default;

    bool hits(Direction direction) const {
        return direction == Direction::to_client ? to_client : to_server;
    }
    /// `channel` is nothing where it is not known (yet).
    bool hits(std::optional<std::uint8_t> channel) const {
        return !channels || (channel && channels->contains(*channel));
    }
};

struct Scenario {
    std::vector<ListenerPlan> listeners;
    std::vector<Fault> faults;
    bool operator==(const Scenario&) const = default;
};

} // namespace sumac::faultproxy
