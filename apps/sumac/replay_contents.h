/// What a capture has for a replay.
#pragma once

#include "capture_file.h"

#include <map>
#include <string>
#include <utility>

namespace sumac::tool {

using ChannelKey = std::pair<std::uint8_t, std::uint8_t>; ///< type, id

struct ReplayContents {
    Duration length{}; ///< until the last thing that the server said
    std::map<std::uint32_t, ChannelKey> connections;
    std::uint32_t display = 0; ///< of the checkpoints
};

Result<CaptureReader, Failure> open_capture(const std::string& path);

/// Reads the whole of it, to know that it is whole.
Result<ReplayContents, Failure> contents_of(const std::string& path);

/// A replay has nobody who speaks.
bool is_microphone(const CaptureRecord& record);

} // namespace sumac::tool
