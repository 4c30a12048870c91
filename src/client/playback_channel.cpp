#include "client/playback_channel.h"

#include "audio/raw.h"
#include "wire/names.h"

#include <fmt/format.h>
#include <spice/enums.h>
#include <spice/protocol.h>

namespace sumac::client {

wire::Capabilities playback_capabilities() {
    return {SPICE_PLAYBACK_CAP_VOLUME, SPICE_PLAYBACK_CAP_LATENCY, SPICE_PLAYBACK_CAP_OPUS};
}

PlaybackChannel::PlaybackChannel(Parts parts)
    : parts_(std::move(parts)), mode_(SPICE_AUDIO_DATA_MODE_RAW) {}

asio::awaitable<void> PlaybackChannel::on_message(wire::Message message) {
    const auto parsed = wire::parse_playback_message(message.type, message.body);
    const LocalTime now = parts_.now();
    if (parsed) {
        std::visit([&](const auto& what) { handle(what, now); }, *parsed);
    } else {
        damaged(wire::message_name(SPICE_CHANNEL_PLAYBACK, message.type), parsed.error());
    }
    co_return;
}

void PlaybackChannel::reset(LocalTime now) {
    format_.reset();
    decoder_.reset();
    mode_ = SPICE_AUDIO_DATA_MODE_RAW;
    parts_.player->reset(now);
}

void PlaybackChannel::stop(LocalTime now) {
    parts_.player->reset(now);
}

void PlaybackChannel::handle(const wire::PlaybackStart& start, LocalTime now) {
    const audio::Format format{start.channels, start.rate_hz};
    decoder_.reset(); // the server's encoder begins anew, too
    if (start.format != SPICE_AUDIO_FMT_S16 || !audio::is_playable(format)) {
        format_.reset();
        parts_.player->stopped(now);
        return ignore("start of sound in a format that cannot be played");
    }
    format_ = format;
    parts_.player->started(start.mm_time, now);
}

void PlaybackChannel::handle(const wire::PlaybackMode& mode, LocalTime /*now*/) {
    mode_ = mode.mode;
}

void PlaybackChannel::handle(const wire::PlaybackData& data, LocalTime now) {
    if (!format_) return ignore("sound that was not started");
    if (mode_ != SPICE_AUDIO_DATA_MODE_RAW && mode_ != SPICE_AUDIO_DATA_MODE_OPUS)
        return ignore("sound in a mode that was not announced");
    parts_.player->arrived(data.mm_time, now);
    auto packet = unpack(data);
    if (packet) {
        parts_.player->play(*std::move(packet), now);
    } else {
        damaged("data", packet.error());
        fill_in(data, now);
    }
}

Result<audio::SoundQueue::Packet> PlaybackChannel::unpack(const wire::PlaybackData& data) {
    if (mode_ == SPICE_AUDIO_DATA_MODE_OPUS) return unpack_opus(data);
    auto samples = audio::raw_samples(data.data, *format_);
    if (!samples) return samples.error();
    return audio::SoundQueue::Packet{{data.mm_time, {}}, *format_, *std::move(samples)};
}

Result<audio::SoundQueue::Packet> PlaybackChannel::unpack_opus(const wire::PlaybackData& data) {
    if (!decoder_ || decoder_->format() != *format_) {
        auto made = audio::PacketDecoder::make(*format_);
        if (!made) return made.error();
        decoder_ = *std::move(made);
    }
    auto samples = decoder_->decode(data.data);
    if (!samples) return samples.error();
    const audio::Stamp stamp{data.mm_time, {}};
    return audio::SoundQueue::Packet{
        audio::moved(stamp, -audio::PacketDecoder::encoder_delay), *format_, *std::move(samples)};
}

/// Something that sounds like what was lost is better than a hole.
void PlaybackChannel::fill_in(const wire::PlaybackData& data, LocalTime now) {
    if (mode_ != SPICE_AUDIO_DATA_MODE_OPUS || !decoder_) return;
    auto samples = decoder_->conceal();
    if (!samples || samples->empty()) return; // nothing was there before
    const audio::Stamp stamp{data.mm_time, {}};
    parts_.player->play(
        {audio::moved(stamp, -audio::PacketDecoder::encoder_delay), *format_, *std::move(samples)},
        now);
}

void PlaybackChannel::handle(const wire::PlaybackStop& /*stop*/, LocalTime now) {
    format_.reset();
    parts_.player->stopped(now);
}

void PlaybackChannel::handle(const wire::PlaybackVolume& volume, LocalTime /*now*/) {
    parts_.player->gain().set_volume(volume.channels);
}

void PlaybackChannel::handle(const wire::PlaybackMute& mute, LocalTime /*now*/) {
    parts_.player->gain().set_muted(mute.muted);
}

void PlaybackChannel::handle(const wire::PlaybackLatency& latency, LocalTime /*now*/) {
    parts_.player->wish(latency.latency_ms);
}

void PlaybackChannel::handle(const wire::IgnoredPlaybackMessage& ignored, LocalTime /*now*/) {
    ignore(wire::message_name(SPICE_CHANNEL_PLAYBACK, ignored.type));
}

void PlaybackChannel::ignore(std::string_view what) {
    parts_.statistics.ignored(parts_.port.id(), what);
}

void PlaybackChannel::damaged(std::string_view what, const Error& error) {
    parts_.statistics.damaged(parts_.port.id(), what);
    parts_.log(LogLevel::warn,
               fmt::format("{}: {}: {} at byte {}; the message is dropped",
                           wire::channel_name(parts_.port.id()),
                           what,
                           error.text,
                           error.offset));
}

} // namespace sumac::client
