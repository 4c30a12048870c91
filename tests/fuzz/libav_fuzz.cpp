// The path from a stream's frames to pictures, through libavcodec. An input is a codec and a form
// in one byte, then frames, each behind its length in two bytes: what one leaves in the decoder
// meets the next.
#include "base/check.h"
#include "video/colour.h"
#include "video/libav_decoder.h"

#include <spice/enums.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

using namespace sumac;

namespace {

constexpr Size limit{256, 256};
constexpr std::array<std::uint8_t, 4> codecs{SPICE_VIDEO_CODEC_TYPE_VP8,
                                             SPICE_VIDEO_CODEC_TYPE_VP9,
                                             SPICE_VIDEO_CODEC_TYPE_H264,
                                             SPICE_VIDEO_CODEC_TYPE_H265};

/// Reads every sample, for AddressSanitizer to see.
void read(const video::Picture& picture) {
    const Size size = picture.size();
    CHECK(size.width > 0 && size.width <= limit.width);
    CHECK(size.height > 0 && size.height <= limit.height);
    const auto* view = std::get_if<PlanarView>(&picture.content);
    if (view == nullptr) return;
    std::vector<std::byte> pixels(static_cast<std::size_t>(size.width) *
                                  static_cast<std::size_t>(size.height) * 4);
    video::to_bgrx(*view, pixels.data(), std::ptrdiff_t{size.width} * 4);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Reader r{std::as_bytes(std::span{data, size})};
    const std::uint8_t choice = r.u8();
    const video::DecoderParts parts{video::PictureMemory::make(std::size_t{16} << 20U),
                                    nullptr,
                                    (choice & 4U) != 0 ? video::PictureForm::planes
                                                       : video::PictureForm::pixels};
    const auto decoder = *video::LibavDecoder::make(codecs[choice % codecs.size()], parts);
    video::PicturePtr shown; // outlives the frames after it, as it may in a session
    while (r.left() > 0) {
        const std::size_t length = std::min<std::size_t>(r.u16(), r.left());
        const auto picture = decoder->decode(r.bytes(length), limit);
        if (!picture) continue;
        read(**picture);
        shown = *picture;
    }
    if (shown) read(*shown);
    CHECK(parts.memory->held_bytes() <= std::size_t{16} << 20U);
    return 0;
}
