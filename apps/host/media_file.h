/// One stream of a media file, decoded by FFmpeg from front to end.
#pragma once

#include <sumac/result.h>

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
}

#include <memory>
#include <string>

namespace sumac::host {

/// FFmpeg's objects with their owners.
struct AvDelete {
    void operator()(AVFormatContext* context) const { avformat_close_input(&context); }
    void operator()(AVCodecContext* context) const { avcodec_free_context(&context); }
    void operator()(AVFrame* frame) const { av_frame_free(&frame); }
    void operator()(AVPacket* packet) const { av_packet_free(&packet); }
};
template <class T>
using AvPointer = std::unique_ptr<T, AvDelete>;

/// Used by one thread at a time. What cannot be decoded inside the file is skipped.
class MediaFile {
public:
    enum class Kind { video, sound };
    /// Opens the best stream of that kind.
    static Result<MediaFile, Failure> open(const std::string& path, Kind kind);

    const AVCodecContext& codec() const { return *codec_; }
    /// Length of the whole file in seconds; 0 where it is unknown.
    double duration_s() const;

    /// The next decoded frame, borrowed until the next call; null at the end of the file.
    const AVFrame* next();
    /// Seconds from the file's start at which that frame stands.
    double time_of(const AVFrame& frame) const;
    /// Goes to the last key frame at or before that second.
    void seek(double second);

private:
    MediaFile(AvPointer<AVFormatContext> format, AvPointer<AVCodecContext> codec, int stream);
    /// One packet of our stream to the decoder, or the end of the file.
    void feed();

    AvPointer<AVFormatContext> format_;
    AvPointer<AVCodecContext> codec_;
    AvPointer<AVFrame> frame_;
    AvPointer<AVPacket> packet_;
    int stream_;
    bool at_end_ = false;
};

} // namespace sumac::host
