/// Reads recordings and pictures back with FFmpeg's decoders.
#pragma once

#include "libav.h"
#include "pixels.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace sumac::tool {

struct ReadPicture {
    std::int64_t pts_ms = 0;
    Size size;
    std::vector<std::uint32_t> pixels; ///< 0xRRGGBB, row after row
};

struct ReadVideo {
    std::vector<ReadPicture> pictures;
    std::int64_t duration_ms = 0;
    std::string start_us; ///< the tag SUMAC_START_US
};

/// Empty where the file cannot be read.
ReadVideo read_video(const std::string& path);
ReadPicture read_png(std::span<const std::byte> file);

} // namespace sumac::tool
