/// FFmpeg: its encoders and its Matroska writer, loaded when they are first needed, its objects
/// with owners, and its errors as text.
#pragma once

#include "pixels.h"
#include <sumac/result.h>

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

/// Those of the functions of libavcodec and libavformat that we call. The two bring more than a
/// hundred libraries, which take 20 MB: what records nothing and saves no picture does without.
struct Libav {
    decltype(&::av_packet_alloc) av_packet_alloc;
    decltype(&::av_packet_free) av_packet_free;
    decltype(&::av_packet_move_ref) av_packet_move_ref;
    decltype(&::av_packet_rescale_ts) av_packet_rescale_ts;
    decltype(&::av_packet_unref) av_packet_unref;
    decltype(&::avcodec_alloc_context3) avcodec_alloc_context3;
    decltype(&::avcodec_find_encoder) avcodec_find_encoder;
    decltype(&::avcodec_find_encoder_by_name) avcodec_find_encoder_by_name;
    decltype(&::avcodec_free_context) avcodec_free_context;
    decltype(&::avcodec_open2) avcodec_open2;
    decltype(&::avcodec_parameters_from_context) avcodec_parameters_from_context;
    decltype(&::avcodec_receive_packet) avcodec_receive_packet;
    decltype(&::avcodec_send_frame) avcodec_send_frame;

    decltype(&::av_write_frame) av_write_frame;
    decltype(&::av_write_trailer) av_write_trailer;
    decltype(&::avformat_alloc_output_context2) avformat_alloc_output_context2;
    decltype(&::avformat_free_context) avformat_free_context;
    decltype(&::avformat_new_stream) avformat_new_stream;
    decltype(&::avformat_write_header) avformat_write_header;
    decltype(&::avio_closep) avio_closep;
    decltype(&::avio_open) avio_open;
    decltype(&::avio_seek) avio_seek;
};

/// Loads them, once; after that `libav` may be called. Thread-safe. Error: they are not there.
Result<Done, Failure> load_libav();
const Libav& libav();

struct FreeFrame {
    void operator()(AVFrame* frame) const { av_frame_free(&frame); }
};
struct FreePacket {
    void operator()(AVPacket* packet) const { libav().av_packet_free(&packet); }
};
struct FreeCodec {
    void operator()(AVCodecContext* codec) const { libav().avcodec_free_context(&codec); }
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
