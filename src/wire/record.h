/// Record channel messages: the server's (SPICE_MSG_RECORD_*) and ours (SPICE_MSGC_RECORD_*).
#pragma once

#include "base/reader.h"

#include <cstddef>
#include <cstdint>
#include <variant>
#include <vector>

namespace sumac::wire {

/// The guest listens. The format is that of raw sound; Opus has its own rates.
struct RecordStart {
    std::uint32_t channels = 0;
    std::uint16_t format = 0; ///< SPICE_AUDIO_FMT_*
    std::uint32_t rate_hz = 0;
    bool operator==(const RecordStart&) const = default;
};
struct RecordStop {};
struct RecordVolume {
    std::vector<std::uint16_t> channels; ///< 0 to 65535 each
    bool operator==(const RecordVolume&) const = default;
};
struct RecordMute {
    bool muted = false;
    bool operator==(const RecordMute&) const = default;
};
/// A type we do not know; counted and ignored.
struct IgnoredRecordMessage {
    std::uint16_t type = 0;
};

using RecordMessage =
    std::variant<IgnoredRecordMessage, RecordStart, RecordStop, RecordVolume, RecordMute>;

/// Parses the body of a message of `type` (SPICE_MSG_RECORD_*). Extra bytes at the end are
/// accepted. Numbers are as the server sent them: nothing is judged.
Result<RecordMessage> parse_record_message(std::uint16_t type, Bytes body);

/// SPICE_MSGC_RECORD_MODE: how the sound that follows is packed.
struct RecordMode {
    std::uint32_t mm_time = 0;
    std::uint16_t mode = 0; ///< SPICE_AUDIO_DATA_MODE_*
};
std::vector<std::byte> encode(const RecordMode& mode);
/// SPICE_MSGC_RECORD_START_MARK
std::vector<std::byte> encode_start_mark(std::uint32_t mm_time);
/// SPICE_MSGC_RECORD_DATA
std::vector<std::byte> encode_record_data(std::uint32_t mm_time, Bytes packet);

} // namespace sumac::wire
