/// Playback channel messages, server to client (SPICE_MSG_PLAYBACK_*). The client sends none.
#pragma once

#include "base/reader.h"

#include <cstddef>
#include <cstdint>
#include <variant>
#include <vector>

namespace sumac::wire {

/// One packet of sound; `data` borrows from the message.
struct PlaybackData {
    std::uint32_t mm_time = 0; ///< of its first sample
    Bytes data;                ///< RAW: interleaved S16LE; OPUS: one packet
};
struct PlaybackMode {
    std::uint32_t mm_time = 0;
    std::uint16_t mode = 0; ///< SPICE_AUDIO_DATA_MODE_*
    bool operator==(const PlaybackMode&) const = default;
};
struct PlaybackStart {
    std::uint32_t channels = 0;
    std::uint16_t format = 0; ///< SPICE_AUDIO_FMT_*
    std::uint32_t rate_hz = 0;
    std::uint32_t mm_time = 0;
    bool operator==(const PlaybackStart&) const = default;
};
struct PlaybackStop {};
struct PlaybackVolume {
    std::vector<std::uint16_t> channels; ///< 0 to 65535 each
    bool operator==(const PlaybackVolume&) const = default;
};
struct PlaybackMute {
    bool muted = false;
    bool operator==(const PlaybackMute&) const = default;
};
/// How far behind the server would like sound to play, at least.
struct PlaybackLatency {
    std::uint32_t latency_ms = 0;
    bool operator==(const PlaybackLatency&) const = default;
};
/// A type we do not know; counted and ignored.
struct IgnoredPlaybackMessage {
    std::uint16_t type = 0;
};

using PlaybackMessage = std::variant<IgnoredPlaybackMessage,
                                     PlaybackData,
                                     PlaybackMode,
                                     PlaybackStart,
                                     PlaybackStop,
                                     PlaybackVolume,
                                     PlaybackMute,
                                     PlaybackLatency>;

/// Parses the body of a message of `type` (SPICE_MSG_PLAYBACK_*). Extra bytes at the end are
/// accepted. Numbers are as the server sent them: nothing is judged.
Result<PlaybackMessage> parse_playback_message(std::uint16_t type, Bytes body);

} // namespace sumac::wire
