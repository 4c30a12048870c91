/// FFmpeg's headers, its errors as text, and its silence. For this folder's sources only.
#pragma once

#include <string>

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavutil/dict.h>
#include <libavutil/error.h>
#include <libavutil/frame.h>
#include <libavutil/hwcontext.h>
#include <libavutil/imgutils.h>
#include <libavutil/log.h>
}

namespace sumac::video {

struct FreeFrame {
    void operator()(AVFrame* frame) const { av_frame_free(&frame); }
};

inline std::string libav_error(int error) {
    char text[AV_ERROR_MAX_STRING_SIZE] = {};
    av_strerror(error, text, sizeof text);
    return text;
}

/// What libav says of a damaged frame helps nobody, and it says it on standard error. An
/// application that has chosen a level keeps it.
inline void silence_libav() {
    if (av_log_get_level() == AV_LOG_INFO) av_log_set_level(AV_LOG_QUIET);
}

} // namespace sumac::video
