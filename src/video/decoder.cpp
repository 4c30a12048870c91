#include "video/decoder.h"

#include "video/libav_decoder.h"
#include "video/mjpeg.h"

#include <spice/enums.h>

namespace sumac::video {

Result<std::unique_ptr<Decoder>> make_decoder(std::uint8_t codec, const DecoderParts& parts) {
    if (codec == SPICE_VIDEO_CODEC_TYPE_MJPEG)
        return std::unique_ptr<Decoder>{std::make_unique<MjpegDecoder>(parts)};
    return LibavDecoder::make(codec, parts);
}

std::vector<std::uint8_t> decodable_codecs() {
    return {SPICE_VIDEO_CODEC_TYPE_MJPEG,
            SPICE_VIDEO_CODEC_TYPE_H264,
            SPICE_VIDEO_CODEC_TYPE_VP8,
            SPICE_VIDEO_CODEC_TYPE_VP9,
            SPICE_VIDEO_CODEC_TYPE_H265};
}

std::string_view codec_name(std::uint8_t codec) {
    switch (codec) {
    case SPICE_VIDEO_CODEC_TYPE_MJPEG:
        return "mjpeg";
    case SPICE_VIDEO_CODEC_TYPE_VP8:
        return "vp8";
    case SPICE_VIDEO_CODEC_TYPE_H264:
        return "h264";
    case SPICE_VIDEO_CODEC_TYPE_VP9:
        return "vp9";
    case SPICE_VIDEO_CODEC_TYPE_H265:
        return "h265";
    default:
        return "unknown";
    }
}

bool frames_are_independent(std::uint8_t codec) {
    return codec == SPICE_VIDEO_CODEC_TYPE_MJPEG;
}

} // namespace sumac::video
