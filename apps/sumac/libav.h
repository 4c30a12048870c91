/// FFmpeg's objects with owners, and its errors as text.
#pragma once

#include "pixels.h"

#include <memory>
#include <string>

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/dict.h>
#include <libavutil/error.h>
#include <libavutil/frame.h>
#include <libavutil/log.h>
}

namespace sumac::tool {

struct FreeFrame {
    void operator()(AVFrame* frame) const { av_frame_free(&frame); }
};
struct FreePacket {
    void operator()(AVPacket* packet) const { av_packet_free(&packet); }
};
struct FreeCodec {
    void operator()(AVCodecContext* codec) const { avcodec_free_context(&codec); }
};
using FramePointer = std::unique_ptr<AVFrame, FreeFrame>;
using PacketPointer = std::unique_ptr<AVPacket, FreePacket>;
using CodecPointer = std::unique_ptr<AVCodecContext, FreeCodec>;

inline std::string libav_error(int error) {
    char text[AV_ERROR_MAX_STRING_SIZE] = {};
    av_strerror(error, text, sizeof text);
    return text;
}

/// Of a picture in AV_PIX_FMT_RGB24 or AV_PIX_FMT_BGR0.
inline PixelsView pixels_of(AVFrame& frame) {
    return {static_cast<std::byte*>(static_cast<void*>(frame.data[0])),
            frame.linesize[0],
            frame.format == AV_PIX_FMT_RGB24 ? PixelLayout::rgb : PixelLayout::bgrx};
}

} // namespace sumac::tool
