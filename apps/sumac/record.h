/// `sumac record`: what a display showed, when it showed it, as a video file.
#pragma once

#include "recorder.h"
#include "session_run.h"
#include "sound_options.h"

#include <cstdint>
#include <optional>
#include <string>

namespace sumac::tool {

struct RecordOptions {
    ConnectionOptions connection;
    SoundOptions sound;
    std::string output;               ///< *.mkv
    std::string trace;                ///< as for probe; empty: none
    std::optional<Duration> duration; ///< from the display's first appearance; empty: to the end
    VideoCodec codec = VideoCodec::huffyuv;
    std::uint32_t display = 0;
    Duration timeout = std::chrono::seconds{30}; ///< for the display to appear
};

/// "12:03", "1:00:00".
std::string clock_text(Duration duration);
/// "731 B", "24.1 MiB".
std::string size_text(std::uint64_t bytes);

/// The exit status.
int record(const RecordOptions& options, const Surroundings& around);

} // namespace sumac::tool
