#include "audio/converter.h"

#include <algorithm>
#include <cmath>

extern "C" {
#include <libavutil/channel_layout.h>
#include <libavutil/opt.h>
#include <libswresample/swresample.h>
}

namespace sumac::audio {
namespace {

/// The correction's unit: a millionth of the speed.
constexpr int correction_distance = 1'000'000;
constexpr double max_correction = 0.1;

} // namespace

void Converter::Free::operator()(SwrContext* context) const {
    swr_free(&context);
}

Converter::Converter(Format from, Format to, SwrContext* context)
    : from_(from), to_(to), context_(context) {}

Result<std::unique_ptr<Converter>> Converter::make(Format from, Format to) {
    AVChannelLayout in{};
    AVChannelLayout out{};
    av_channel_layout_default(&in, static_cast<int>(from.channels));
    av_channel_layout_default(&out, static_cast<int>(to.channels));
    SwrContext* context = nullptr;
    const int error = swr_alloc_set_opts2(&context,
                                          &out,
                                          AV_SAMPLE_FMT_S16,
                                          static_cast<int>(to.rate_hz),
                                          &in,
                                          AV_SAMPLE_FMT_S16,
                                          static_cast<int>(from.rate_hz),
                                          0,
                                          nullptr);
    std::unique_ptr<Converter> converter{
        new Converter{from, to, context}}; // the constructor is private
    if (error < 0) return Error{ErrorCode::system, "no converter for this sound"};
    av_opt_set_sample_fmt(context, "internal_sample_fmt", AV_SAMPLE_FMT_FLTP, 0);
    // The resampler must exist even between equal rates, for the speed.
    av_opt_set_int(context, "flags", SWR_FLAG_RESAMPLE, 0);
    if (swr_init(context) < 0) return Error{ErrorCode::system, "no converter for this sound"};
    return converter;
}

Converter::~Converter() = default;

Result<Done> Converter::convert(std::span<const std::int16_t> from, double speed, Samples& to) {
    const double correction = std::clamp(1 - speed, -max_correction, max_correction);
    const auto delta = static_cast<int>(std::lround(correction * correction_distance));
    if (swr_set_compensation(context_.get(), delta, correction_distance) < 0)
        return Error{ErrorCode::system, "the converter takes no speed"};
    const std::size_t frames = from.size() / from_.channels;
    // At the slowest, and what still waits inside.
    const auto most =
        static_cast<double>(frames) * to_.rate_hz / from_.rate_hz * (1 + 2 * max_correction);
    const std::size_t waiting = frames_in(delay(), to_.rate_hz);
    return run(static_cast<const std::uint8_t*>(static_cast<const void*>(from.data())),
               frames,
               static_cast<std::size_t>(most) + waiting + 64,
               to);
}

Result<Done> Converter::flush(Samples& to) {
    return run(nullptr, 0, frames_in(delay(), to_.rate_hz) + 64, to);
}

Result<Done>
Converter::run(const std::uint8_t* from, std::size_t frames, std::size_t room_frames, Samples& to) {
    const std::size_t before = to.size();
    to.resize(before + room_frames * to_.channels);
    auto* out = static_cast<std::uint8_t*>(static_cast<void*>(to.data() + before));
    const int made = swr_convert(context_.get(),
                                 &out,
                                 static_cast<int>(room_frames),
                                 from != nullptr ? &from : nullptr,
                                 static_cast<int>(frames));
    to.resize(before + static_cast<std::size_t>(std::max(made, 0)) * to_.channels);
    if (made < 0) return Error{ErrorCode::system, "the converter failed"};
    return Done{};
}

Duration Converter::delay() const {
    return Duration{std::max<std::int64_t>(swr_get_delay(context_.get(), 1'000'000), 0)};
}

} // namespace sumac::audio
