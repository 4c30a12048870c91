#include "media_file.h"

#include <array>
#include <new>
#include <utility>

namespace sumac::host {

namespace {

Failure failure(const std::string& path, const std::string& what, int code) {
    std::array<char, 128> reason{};
    av_strerror(code, reason.data(), reason.size());
    return {.code = ErrorCode::invalid,
            .message = "clip " + path + ": " + what + ": " + reason.data(),
            .advice = "give --clip a file that ffmpeg can play, or 'synthetic'"};
}

} // namespace

Result<MediaFile, Failure> MediaFile::open(const std::string& path, Kind kind) {
    AVFormatContext* opened = nullptr;
    if (const int code = avformat_open_input(&opened, path.c_str(), nullptr, nullptr); code < 0)
        return failure(path, "cannot open", code);
    AvPointer<AVFormatContext> format(opened);
    if (const int code = avformat_find_stream_info(format.get(), nullptr); code < 0)
        return failure(path, "cannot read its streams", code);

    const AVCodec* decoder = nullptr;
    const auto type = kind == Kind::video ? AVMEDIA_TYPE_VIDEO : AVMEDIA_TYPE_AUDIO;
    const int stream = av_find_best_stream(format.get(), type, -1, -1, &decoder, 0);
    if (stream < 0)
        return failure(path, kind == Kind::video ? "no video in it" : "no sound in it", stream);

    AvPointer<AVCodecContext> codec(avcodec_alloc_context3(decoder));
    if (!codec) throw std::bad_alloc();
    avcodec_parameters_to_context(codec.get(), format->streams[stream]->codecpar);
    if (const int code = avcodec_open2(codec.get(), decoder, nullptr); code < 0)
        return failure(path, "cannot decode", code);
    return MediaFile(std::move(format), std::move(codec), stream);
}

MediaFile::MediaFile(AvPointer<AVFormatContext> format, AvPointer<AVCodecContext> codec, int stream)
    : format_(std::move(format)),
      codec_(std::move(codec)),
      frame_(av_frame_alloc()),
      packet_(av_packet_alloc()),
      stream_(stream) {
    if (!frame_ || !packet_) throw std::bad_alloc();
}

double MediaFile::duration_s() const {
    if (format_->duration == AV_NOPTS_VALUE) return 0;
    return static_cast<double>(format_->duration) / AV_TIME_BASE;
}

const AVFrame* MediaFile::next() {
    while (true) {
        const int code = avcodec_receive_frame(codec_.get(), frame_.get());
        if (code == 0) return frame_.get();
        if (code != AVERROR(EAGAIN) || at_end_) return nullptr;
        feed();
    }
}

void MediaFile::feed() {
    while (av_read_frame(format_.get(), packet_.get()) == 0) {
        const bool ours = packet_->stream_index == stream_;
        if (ours) avcodec_send_packet(codec_.get(), packet_.get());
        av_packet_unref(packet_.get());
        if (ours) return;
    }
    at_end_ = true;
    avcodec_send_packet(codec_.get(), nullptr);
}

double MediaFile::time_of(const AVFrame& frame) const {
    if (frame.best_effort_timestamp == AV_NOPTS_VALUE) return 0;
    const double start = format_->start_time == AV_NOPTS_VALUE
                             ? 0
                             : static_cast<double>(format_->start_time) / AV_TIME_BASE;
    const double unit = av_q2d(format_->streams[stream_]->time_base);
    return static_cast<double>(frame.best_effort_timestamp) * unit - start;
}

void MediaFile::seek(double second) {
    const auto start = format_->start_time == AV_NOPTS_VALUE ? 0 : format_->start_time;
    av_seek_frame(format_.get(),
                  -1,
                  start + static_cast<std::int64_t>(second * AV_TIME_BASE),
                  AVSEEK_FLAG_BACKWARD);
    avcodec_flush_buffers(codec_.get());
    at_end_ = false;
}

} // namespace sumac::host
