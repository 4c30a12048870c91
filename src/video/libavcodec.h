/// libavcodec, loaded when it is first needed: with the seventy libraries that it needs itself it
/// takes 11 MB and 30 ms, and MJPEG, all that most servers send, is decoded without it. For this
/// folder's sources only.
#pragma once

#include "video/libav.h"

namespace sumac::video {

/// Its functions that we call, without their prefix.
struct Libavcodec {
    decltype(&::avcodec_align_dimensions2) align_dimensions2;
    decltype(&::avcodec_alloc_context3) alloc_context3;
    decltype(&::avcodec_default_get_buffer2) default_get_buffer2;
    decltype(&::avcodec_find_decoder) find_decoder;
    decltype(&::avcodec_free_context) free_context;
    decltype(&::avcodec_open2) open2;
    decltype(&::avcodec_receive_frame) receive_frame;
    decltype(&::avcodec_send_packet) send_packet;
    decltype(&::av_packet_alloc) packet_alloc;
    decltype(&::av_packet_free) packet_free;
    decltype(&::av_packet_unref) packet_unref;

    /// Null: this machine has none of the version that we are built for. Blocks while it is loaded;
    /// thread-safe. It stays loaded.
    static const Libavcodec* load();
};

} // namespace sumac::video
