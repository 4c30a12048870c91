#include "sound_track.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>

extern "C" {
#include <libavutil/channel_layout.h>
}

namespace sumac::tool {

namespace {

constexpr std::int64_t channels = SoundView::channels;
constexpr std::int64_t rate_hz = SoundView::rate_hz;

std::int64_t frames_in(Duration duration) {
    return std::chrono::floor<std::chrono::duration<std::int64_t, std::ratio<1, rate_hz>>>(duration)
        .count();
}

/// A block shorter than this is left alone.
constexpr std::size_t least_block = 32;
/// Blocks of 10 ms: the mean of half a second.
constexpr double off_weight = 1.0 / 50;

/// The curve through four samples in a row (Catmull and Rom's), `t` of the way from `b` to `c`.
std::int16_t between(double a, double b, double c, double d, double t) {
    const double value =
        b + t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a))) / 2;
    return static_cast<std::int16_t>(std::lround(std::clamp(value, -32768.0, 32767.0)));
}

/// The same sound, from its first sample to its last, in so many frames.
void stretch(std::span<const std::int16_t> from,
             std::size_t frames,
             std::vector<std::int16_t>& to) {
    const std::size_t last = from.size() / channels - 1;
    to.resize(frames * channels);
    for (std::size_t i = 0; i < frames; ++i) {
        const double place = static_cast<double>(i * last) / static_cast<double>(frames - 1);
        const auto before = static_cast<std::size_t>(place);
        for (std::size_t channel = 0; channel < channels; ++channel) {
            const auto at = [&](std::size_t frame) {
                return static_cast<double>(from[std::min(frame, last) * channels + channel]);
            };
            to[i * channels + channel] = between(at(before == 0 ? 0 : before - 1),
                                                 at(before),
                                                 at(before + 1),
                                                 at(before + 2),
                                                 place - static_cast<double>(before));
        }
    }
}

Failure failed(int error) {
    return {ErrorCode::system, "cannot encode the sound: " + libav_error(error), ""};
}

} // namespace

Result<std::unique_ptr<SoundTrack>, Failure> SoundTrack::create() {
    if (const auto loaded = load_libav(); !loaded) return loaded.error();
    const AVCodec* encoder = libav().avcodec_find_encoder(AV_CODEC_ID_FLAC);
    if (encoder == nullptr) {
        return Failure{
            ErrorCode::unsupported, "this FFmpeg has no FLAC encoder", "record with --sound none"};
    }
    std::unique_ptr<SoundTrack> track{new SoundTrack}; // the constructor is private
    track->encoder_.reset(libav().avcodec_alloc_context3(encoder));
    track->frame_.reset(av_frame_alloc());
    track->packet_.reset(libav().av_packet_alloc());
    AVCodecContext& context = *track->encoder_;
    context.sample_fmt = AV_SAMPLE_FMT_S16;
    context.sample_rate = rate_hz;
    context.time_base = {1, rate_hz};
    av_channel_layout_default(&context.ch_layout, channels);
    context.compression_level = 1; // within a few percent of the best, at a fraction of the time
    context.thread_count = 1;
    context.flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    if (const int error = libav().avcodec_open2(&context, encoder, nullptr); error < 0)
        return failed(error);
    return track;
}

Result<Done, Failure>
SoundTrack::add(std::span<const std::int16_t> samples, Duration at, const OnPacket& on_packet) {
    const std::int64_t off = frames_in(at) - frames_;
    if (frames_ > 0 && std::abs(off) <= frames_in(tolerance))
        return append(steered(samples, off), on_packet);
    off_ = 0;
    if (auto filled = append_silence(off, on_packet); !filled) return filled;
    const auto late = static_cast<std::size_t>(std::max<std::int64_t>(-off, 0));
    return append(samples.subspan(std::min(late * channels, samples.size())), on_packet);
}

/// A frame more or less where the sound is off its place for long; valid until the next call.
std::span<const std::int16_t> SoundTrack::steered(std::span<const std::int16_t> samples,
                                                  std::int64_t off) {
    const std::size_t frames = samples.size() / channels;
    off_ += (static_cast<double>(off) - off_) * off_weight;
    since_slip_ += static_cast<std::int64_t>(frames);
    const bool is_off = std::abs(off_) > static_cast<double>(frames_in(slack));
    if (!is_off || since_slip_ < frames_in(slip_interval) || frames < least_block) return samples;
    since_slip_ = 0;
    stretch(samples, off_ > 0 ? frames + 1 : frames - 1, stretched_);
    return stretched_;
}

Result<Done, Failure> SoundTrack::fill(Duration now, const OnPacket& on_packet) {
    return append_silence(frames_in(now - patience) - frames_, on_packet);
}

Result<Done, Failure> SoundTrack::finish(Duration end, const OnPacket& on_packet) {
    if (auto filled = append_silence(frames_in(end) - frames_, on_packet); !filled) return filled;
    // What is heard after the end is not in the file, as far as it can still be taken back.
    const std::int64_t left = std::max<std::int64_t>(frames_in(end) - encoded_, 0) * channels;
    if (left < static_cast<std::int64_t>(pending_.size()))
        pending_.resize(static_cast<std::size_t>(left));
    if (!pending_.empty()) {
        if (auto encoded = encode_pending(on_packet); !encoded) return encoded;
    }
    if (const int error = libav().avcodec_send_frame(encoder_.get(), nullptr); error < 0)
        return failed(error);
    return take_packets(on_packet);
}

Result<Done, Failure> SoundTrack::append_silence(std::int64_t frames, const OnPacket& on_packet) {
    const std::vector<std::int16_t> silence(
        static_cast<std::size_t>(std::clamp<std::int64_t>(frames, 0, rate_hz) * channels));
    for (std::int64_t left = frames; left > 0; left -= rate_hz) {
        const auto now = static_cast<std::size_t>(std::min(left, rate_hz) * channels);
        if (auto added = append(std::span{silence}.first(now), on_packet); !added) return added;
    }
    return Done{};
}

Result<Done, Failure> SoundTrack::append(std::span<const std::int16_t> samples,
                                         const OnPacket& on_packet) {
    const auto whole = static_cast<std::size_t>(encoder_->frame_size) * channels;
    frames_ += static_cast<std::int64_t>(samples.size()) / channels;
    while (!samples.empty()) {
        const std::size_t now = std::min(whole - pending_.size(), samples.size());
        pending_.insert(
            pending_.end(), samples.begin(), samples.begin() + static_cast<std::ptrdiff_t>(now));
        samples = samples.subspan(now);
        if (pending_.size() < whole) break;
        if (auto encoded = encode_pending(on_packet); !encoded) return encoded;
    }
    return Done{};
}

Result<Done, Failure> SoundTrack::encode_pending(const OnPacket& on_packet) {
    AVFrame& frame = *frame_;
    av_frame_unref(&frame);
    frame.nb_samples = static_cast<int>(pending_.size() / channels);
    frame.format = encoder_->sample_fmt;
    frame.sample_rate = encoder_->sample_rate;
    av_channel_layout_copy(&frame.ch_layout, &encoder_->ch_layout);
    if (const int error = av_frame_get_buffer(&frame, 0); error < 0) return failed(error);
    std::memcpy(frame.data[0], pending_.data(), pending_.size() * sizeof(std::int16_t));
    frame.pts = encoded_;
    encoded_ += frame.nb_samples;
    pending_.clear();
    if (const int error = libav().avcodec_send_frame(encoder_.get(), &frame); error < 0)
        return failed(error);
    return take_packets(on_packet);
}

Result<Done, Failure> SoundTrack::take_packets(const OnPacket& on_packet) {
    for (;;) {
        const int error = libav().avcodec_receive_packet(encoder_.get(), packet_.get());
        if (error == AVERROR(EAGAIN) || error == AVERROR_EOF) return Done{};
        if (error < 0) return failed(error);
        auto written = on_packet(*packet_);
        libav().av_packet_unref(packet_.get());
        if (!written) return written;
    }
}

} // namespace sumac::tool
